"""A finished screening, from the folder of its results: what explaining one of its households needs to know."""

import csv
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from diguan.engine import kept
from diguan.engine.cells import safe
from diguan.engine.problems import OF_HOUSEHOLD, DataRefused
from diguan.rulebook.problems import N_

MARK = "screening.json"


@dataclass(frozen=True)
class Finished:
    folder: Path
    pack: str
    version: str
    digest: str
    as_of: str
    computed: dict[str, Decimal | None]
    exact_keys: bool

    @property
    def kept_pack(self) -> Path | None:
        """The pack as it was kept with the results; None where they were made by a version that kept none."""
        own = self.folder / kept.PACK / self.pack
        return own if own.is_dir() else None

    def check_accepted(self, key: str) -> None:
        """Raises: DataRefused with the first reason, when the screening refused the household."""
        with (self.folder / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
            own = [row for row in csv.DictReader(file) if row["household_id"] == safe(key)]
        if own:
            first = min(own, key=lambda row: row["reason"] == OF_HOUSEHOLD)  # rather what is wrong than what it led to
            raise DataRefused(N_("Household {key} was refused: {reason}"), key=key, reason=first["message"])


def finished(folder: Path) -> Finished:
    """The screening whose results stand in a folder. Raises: DataRefused when there are none."""
    try:
        said = json.loads((folder / MARK).read_text("utf-8"))
        computed = {name: None if value is None else Decimal(value) for name, value in said["computed"].items()}
        pack, version, digest, as_of = (str(said[name]) for name in ("pack", "version", "digest", "as_of"))
        return Finished(folder, pack, version, digest, as_of, computed, bool(said.get("exact_keys")))
    except (OSError, ValueError, KeyError) as error:
        raise DataRefused(N_("There are no results of a screening in {folder}."), folder=folder) from error
