"""What a screening keeps beside its results so that it can be replayed: the pack, the places, and what it was made from."""

import json
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from diguan import __version__
from diguan.engine.engines import DUCKDB
from diguan.engine.files import Location, here
from diguan.engine.folders import digest, is_just
from diguan.engine.history import Former
from diguan.engine.options import Options
from diguan.engine.problems import DataRefused
from diguan.rulebook import loading
from diguan.rulebook.problems import N_
from diguan.rulebook.rules import Rules

FILE, PACK = "made_from.json", "pack"
PROGRAM = f"Diguan {__version__}, DuckDB {duckdb.__version__}"
_INPUTS = ("households", "persons")


@dataclass(frozen=True)
class MadeFrom:
    """What a screening was made from; digests are of files, by name (`folders.digest`).

    `history` names the folders of earlier snapshots with their days, by months before. `given` are values of computed
    parameters that were given and not worked out.
    """

    program: str
    data: str
    inputs: dict[str, str]
    history: dict[str, dict[str, object]]  # folder, as_of, inputs
    places: str  # the copy beside the results; empty without a tree
    given: dict[str, str]
    with_checks: bool
    missing_as_unknown: bool
    trusted: bool
    persons_too: bool
    results: dict[str, str]


def keep(folder: Path, rules: Rules, data: Location, options: Options, known: dict[str, str]) -> None:
    """Write the pack, the tree of places and made_from.json beside the results in `folder`; `known` are the data's digests.

    Raises: PackChanged when the pack's files are no longer those that were loaded.
    """
    loading.keep(rules.pack, folder / PACK)
    places = ""
    if options.place_tree is not None:
        places = "places" + options.place_tree.suffix
        shutil.copyfile(options.place_tree, folder / places)
    made = MadeFrom(
        program=PROGRAM if options.engine == DUCKDB else f"{PROGRAM}, {options.engine}",
        data=str(data.resolve() if isinstance(data, Path) else data),
        inputs=known,
        history={
            str(months): {"folder": str(each.folder.resolve()), "as_of": str(each.on), "inputs": inputs(each.folder)}
            for months, each in options.history.items()
            if months in rules.former
        },
        places=places,
        given={name: str(value) for name, value in rules.given.items()},
        with_checks=rules.with_checks,
        missing_as_unknown=options.checks.missing_as_unknown,
        trusted=options.checks.trusted,
        persons_too=options.persons_too,
        results=_digests(sorted(folder.glob("*.parquet"))),
    )
    (folder / FILE).write_text(json.dumps(asdict(made), ensure_ascii=False, indent=1) + "\n", "utf-8")


def read(folder: Path) -> MadeFrom:
    """What the screening in `folder` was made from.

    Raises: DataRefused when there is none, or it is of a version that kept nothing.
    """
    if not (folder / "screening.json").is_file():
        raise DataRefused(N_("There are no results of a screening in {folder}."), folder=folder)
    if not (folder / FILE).is_file():
        raise DataRefused(
            N_("The screening in {folder} was made by a version that did not keep what it was made from."),
            folder=folder,
        )
    return MadeFrom(**json.loads((folder / FILE).read_text("utf-8")))


def is_whole(folder: Path, data: Path) -> bool:
    """Whether the results in `folder` are those of `data`, and are what was written."""
    try:
        made = read(folder)
        return made.data == str(data.resolve()) and all(
            is_just(folder / name, expected) for name, expected in made.results.items()
        )
    except (DataRefused, OSError, ValueError, TypeError):
        return False


def former(each: Mapping[str, object], moved_to: Path | None = None) -> Former:
    """An earlier snapshot as made_from.json names it, or in the folder of the same name where they lie now."""
    folder = Path(str(each["folder"]))
    return Former(moved_to / folder.name if moved_to else folder, date.fromisoformat(str(each["as_of"])))


def ages(data: Location) -> dict[str, tuple[int, int]]:
    """Size and time of the same files: what changes when somebody writes to them."""
    files = [] if isinstance(data, str) else list(_files(data))
    return {str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in files}


def inputs(data: Location) -> dict[str, str]:
    """The digests of the files of households and persons in a folder; of one that is cut in parts, of each part.

    None of data at an address: their results are compared all the same when they are replayed.
    """
    if isinstance(data, str):
        return {}
    return {str(file.relative_to(data)): digest(file) for file in _files(data)}


def _digests(files: list[Path]) -> dict[str, str]:
    with ThreadPoolExecutor(thread_name_prefix="digests") as side_by_side:
        return dict(zip((file.name for file in files), side_by_side.map(digest, files), strict=True))


def _files(data: Path) -> Iterator[Path]:
    for name in _INPUTS:
        found = here(data, name) if data.is_dir() else None
        if found is not None:
            yield from sorted(found.rglob("*.parquet")) if found.is_dir() else (found,)


def numbers(given: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in given.items()}
