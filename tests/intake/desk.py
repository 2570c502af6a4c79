"""A desk at which files come in: sends them, tries and applies them, and looks at what became of them."""

import csv
import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cast import NOW

from diguan.access.models import User
from diguan.access.scope import Scope
from diguan.intake import actions, dictionaries, keeping, outcomes
from diguan.intake.columns import Sheet
from diguan.intake.models import Import
from diguan.registry.models import Household, Observation, Person

PACK = "cn-jilin-2020"
EVERYWHERE = Scope(((0, 10**12),))
DAY = dt.date(2020, 5, 2)


@dataclass
class Desk:
    folder: Path
    by: User | None = None
    at: dt.datetime = NOW

    def receive(
        self, *files: str | bytes | Path, names: Sequence[str] = (), source: str = "visit", place: str = "",
        on: dt.date | None = DAY,
    ) -> Import:  # fmt: skip
        """Send files given as text, bytes or path."""
        contents = [_bytes(file) for file in files]
        called = list(names) or [f"file-{number}.csv" for number in range(len(contents))]
        return actions.receive(
            files=[(name, [content]) for name, content in zip(called, contents, strict=True)],
            pack_id=PACK,
            source=source,
            observed_on=on,
            place_code=place,
            by=self.by,
            at=self.at,
        )

    def read(self, *files: str | bytes | Path, **more: Any) -> Import:
        return actions.read_files(found=self.receive(*files, **more), by=self.by, at=self.at)

    def settle(self, found: Import, sheets: Sequence[Sheet] | None = None) -> Import:
        return actions.settle_columns(found=found, sheets=sheets or keeping.sheets(found), by=self.by, at=self.at)

    def try_(self, *files: str | bytes | Path, **more: Any) -> Import:
        return actions.try_import(found=self.settle(self.read(*files, **more)), by=self.by, at=self.at)

    def apply(self, *files: str | bytes | Path, **more: Any) -> Import:
        return self.confirm(self.try_(*files, **more))

    def confirm(self, found: Import) -> Import:
        actions.confirm_import(found=found, by=self.by, at=self.at)
        return actions.apply_import(found=found, by=self.by, at=self.at)

    def listed(self, found: Import, part: str = "trial") -> list[outcomes.Household]:
        return outcomes.households(keeping.folder(found) / part, dictionaries.words(PACK))

    def verdicts(self, found: Import, part: str = "trial") -> dict[str, str]:
        return {each.number: each.verdict for each in self.listed(found, part)}

    def reasons(self, found: Import) -> dict[str, list[str]]:
        """Of refused households, by number, what is wrong with which column."""
        return {
            each.number: [f"{fault.column}: {fault.message}" for fault in each.faults]
            for each in self.listed(found)
            if each.faults
        }

    def sent_back(self, found: Import) -> list[list[str]]:
        path = outcomes.refused_file(found, keeping.folder(found) / "trial")
        return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))


def _bytes(file: str | bytes | Path) -> bytes:
    if isinstance(file, Path):
        return file.read_bytes()
    return file.encode() if isinstance(file, str) else file


def on_file() -> dict[str, dict[str, Any]]:
    """Facts of the households on file, by the name of the head."""
    return {each.name: _values(each.facts) for each in Household.objects.within(EVERYWHERE)}


def people_on_file() -> dict[str, dict[str, Any]]:
    return {each.name: _values(each.facts) for each in Person.objects.within(EVERYWHERE)}


def observations() -> int:
    return Observation.objects.within(EVERYWHERE).count()


def _values(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: fact["v"] for name, fact in facts.items()}
