"""Loads a pack: reads its folder and those it extends, lays one over the other, checks the whole."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path
from typing import TypeVar

from diguan.rulebook import identity, reading
from diguan.rulebook import pack as parts
from diguan.rulebook.checking import check
from diguan.rulebook.problems import N_, PackProblems, Position, Problem, RulesRefused, suggestion

_T = TypeVar("_T")


class PackChanged(RulesRefused):
    """A pack whose files became others between loading and keeping them."""


def shipped() -> Path:
    """The folder of the packs that come with the software."""
    packaged = Path(str(resources.files("diguan"))) / "packs"
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[3] / "packs"


def load(folder: Path | str, search: Iterable[Path] = ()) -> parts.Pack:
    """The pack in `folder`, with those it extends, read and checked.

    Packs it extends are looked for beside `folder`, then in `search`, then among the shipped ones.
    Raises: PackProblems with every fault found, each with file, line, column and what to write.
    """
    path = Path(folder)
    if not (path / "pack.yaml").is_file():
        raise PackProblems(
            [
                Problem(
                    Position(path / "pack.yaml"),
                    N_("There is no pack.yaml here."),
                    remedy=N_("name the folder that holds the pack"),
                )
            ]
        )
    problems: list[Problem] = []
    folders = _chain(path, [path.resolve().parent, *search, shipped()], problems)
    _report_strange_files(path, problems)
    whole = _assembled(folders, problems)
    if whole is not None:
        whole = check(whole, problems)
    if problems or whole is None:
        raise PackProblems(problems)
    return whole


def _chain(path: Path, search: list[Path], problems: list[Problem]) -> list[reading.Folder]:
    """The pack and those it extends, the farthest first."""
    heads: list[reading.Folder] = []
    at: Path | None = path
    while at is not None:
        head = reading.Folder(at)
        reading.read_head(head, [])
        heads.insert(0, head)
        at = _extended(head, heads, search, problems)
    documents: dict[str, parts.Document] = {}
    folders = []
    for head in heads:
        folder = reading.read_folder(head.path, documents, problems)
        documents |= folder.documents
        folders.append(folder)
    return folders


def _extended(
    head: reading.Folder, seen: list[reading.Folder], search: list[Path], problems: list[Problem]
) -> Path | None:
    if not head.extends or head.extends_at is None:
        return None
    if head.extends in [other.id for other in seen]:
        problems.append(
            Problem(head.extends_at, N_("The packs extend each other in a circle: {word}."), {"word": head.extends})
        )
        return None
    for folder in search:
        if (folder / head.extends / "pack.yaml").is_file():
            return folder / head.extends
    known = sorted({file.parent.name for folder in search for file in folder.glob("*/pack.yaml")})
    problems.append(
        Problem(
            head.extends_at,
            N_("There is no pack “{word}”."),
            suggestion(head.extends, known),
            N_("put it beside this one, or did you mean: {choices}"),
        )
    )
    return None


def _report_strange_files(path: Path, problems: list[Problem]) -> None:
    for file in sorted(path.glob("*.y*ml")):
        if file.name not in reading.KNOWN_FILES:
            values = suggestion(file.name, reading.KNOWN_FILES)
            problems.append(
                Problem(Position(file), N_("“{word}” is not a file of a pack."), values, N_("did you mean: {choices}"))
            )


def _assembled(folders: list[reading.Folder], problems: list[Problem]) -> parts.Pack | None:
    last = folders[-1]
    if last.starts is None:
        return None
    return parts.Pack(
        id=last.id,
        version=last.version,
        title=last.title,
        authority=last.authority,
        summary=last.summary,
        status=last.status,
        currency=next((f.currency for f in reversed(folders) if f.currency), ""),
        starts=last.starts,
        ends=last.ends,
        extends=tuple(f.id for f in folders[:-1]),
        folder=last.path,
        layers=tuple(f.path for f in folders),
        digest=digest({f.id: f.path for f in folders}),
        documents=_laid_over([f.documents for f in folders]),
        sources=_laid_over([f.sources for f in folders]),
        roles=_laid_over([f.roles for f in folders]),
        variables=_with_sources(folders, problems),
        parameters=_parameters(folders),
        derived=_laid_over([f.derived for f in folders]),
        standards=_laid_over([f.standards for f in folders]),
        cohorts=_laid_over([f.cohorts for f in folders]),
        checks=_laid_over([f.checks for f in folders]),
        campaigns=_laid_over([f.campaigns for f in folders]),
        series=_laid_over([f.series for f in folders]),
        designations=_laid_over([f.designations for f in folders]),
        weight=next((f.weight for f in reversed(folders) if f.weight), None),
        income=_income(folders, problems),
        identity=_identity(folders, problems),
    )


def _laid_over(layers: list[dict[str, _T]]) -> dict[str, _T]:
    merged: dict[str, _T] = {}
    for layer in layers:
        merged |= layer
    return merged


def _with_sources(folders: list[reading.Folder], problems: list[Problem]) -> dict[str, parts.Variable]:
    """Variables with the pack's order of sources where they have none of their own."""
    known = _laid_over([f.sources for f in folders])
    variables = _laid_over([f.variables for f in folders])
    problems += [
        Problem(v.at, N_("There is no source “{word}”."), suggestion(source, known), N_("did you mean: {choices}"))
        for v in variables.values()
        for source in v.sources
        if source not in known
    ]
    return {name: replace(v, sources=v.sources or tuple(known)) for name, v in variables.items()}


def _income(folders: list[reading.Folder], problems: list[Problem]) -> parts.IncomeView | None:
    """How pages show income; its names must be derived household variables and a parameter."""
    folder = next((f for f in reversed(folders) if f.income), None)
    if folder is None or folder.income is None or folder.income_at is None:
        return None
    view = folder.income
    derived, parameters = _laid_over([f.derived for f in folders]), _parameters(folders)
    names = [(name, derived) for name in (*view.components, *view.costs, view.per_person)] + [(view.line, parameters)]
    template = N_("There is no “{word}” to show as income.")
    problems += [
        Problem(folder.income_at, template, suggestion(name, known), N_("did you mean: {choices}"))
        for name, known in names
        if name not in known
    ]
    return view


def _identity(folders: list[reading.Folder], problems: list[Problem]) -> parts.Identity:
    """Who somebody is; a pack that says so itself says all of it anew."""
    folder = next((f for f in reversed(folders) if f.identity), None)
    if folder is None or folder.identity is None or folder.identity_at is None:
        return parts.Identity()
    variables = _laid_over([f.variables for f in folders])
    problems += identity.faults(folder.identity, variables, folder.identity_at)
    return folder.identity


def _parameters(folders: list[reading.Folder]) -> dict[str, parts.Parameter]:
    """Parameters of all layers; a later layer's dated values replace those that begin on the same day, bounds go on."""
    merged: dict[str, parts.Parameter] = {}
    for folder in folders:
        for name, parameter in folder.parameters.items():
            below = merged.get(name)
            if below is not None and below.values and parameter.values:
                by_start: dict[date, parts.DatedValue] = {
                    value.starts: value for value in (*below.values, *parameter.values)
                }
                parameter = replace(parameter, values=tuple(by_start.values()))
            if below is not None:
                parameter = replace(
                    parameter,
                    min=below.min if parameter.min is None else parameter.min,
                    max=below.max if parameter.max is None else parameter.max,
                )
            merged[name] = replace(parameter, values=tuple(sorted(parameter.values, key=lambda value: value.starts)))
    return merged


def digest(layers: Mapping[str, Path]) -> str:
    """Names the content: the same files give the same digest, whatever folder they lie in. Folders by the id of the pack."""
    total = hashlib.sha256()
    for pack_id, folder in layers.items():
        for name in reading.KNOWN_FILES:
            file = folder / name
            if file.exists():
                total.update(f"{pack_id}/{name}\0".encode() + file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return total.hexdigest()[:16]


def keep(pack: parts.Pack, folder: Path) -> None:
    """Copy a pack and those it extends into `folder`, one below the other by id, so that `kept` finds them.

    Raises: PackChanged when its files are no longer those that were loaded.
    """
    layers = dict(zip((*pack.extends, pack.id), pack.layers, strict=True))
    for pack_id, layer in layers.items():
        (folder / pack_id).mkdir(parents=True)
        for name in reading.KNOWN_FILES:
            if (layer / name).is_file():
                shutil.copyfile(layer / name, folder / pack_id / name)
    if digest({pack_id: folder / pack_id for pack_id in layers}) != pack.digest:
        raise PackChanged(N_("The files of the pack {pack} changed while it was in use; start again."), pack=pack.id)
