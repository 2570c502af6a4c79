"""What became of an import, as pages, files and the terminal show it."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from diguan.intake import carried, dictionaries, keeping, lines, reasons, returning
from diguan.intake.carried import Carried
from diguan.intake.models import Import
from diguan.intake.vocabulary import Vocabulary
from diguan.places.models import Place
from diguan.registry import relations
from diguan.ui import formats

VERDICTS = {
    "new": pgettext_lazy("household of an import", "new"),
    "changed": pgettext_lazy("household of an import", "changed"),
    "confirmed": pgettext_lazy("household of an import", "confirmed"),
    "unchanged": pgettext_lazy("household of an import", "unchanged"),
    "refused": pgettext_lazy("household of an import", "refused"),
}
MATCHED = {
    "identifier": gettext_lazy("by an ID number"),
    "number": gettext_lazy("by its number"),
    "new": gettext_lazy("not on file"),
}
SHOWN = 12  # changes of one household on a page; the report has them all


@dataclass(frozen=True)
class Fault:
    """One reason why a household is refused, in the reader's words."""

    g: int
    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Change:
    """One value that would change; `whose` is a row of a person, or empty for the household."""

    kind: str
    whose: str
    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Household:
    """One household of an import, and what becomes of it."""

    g: int
    row: int
    number: str
    key: str
    place: str
    name: str
    matched: str
    verdict: str
    changes: int
    persons: int
    persons_new: int
    is_name_other: bool
    details: Sequence[Change] = field(default=())
    faults: Sequence[Fault] = field(default=())

    @property
    def rest(self) -> int:
        return max(self.changes - len(self.details), 0)


_COLUMNS = (
    "g, first_n, number, key::VARCHAR, place, name, matched, verdict, changes, persons, persons_new, is_name_other"
)


def places_of(folder: Path) -> set[int]:
    """The numbers of the places whose households are told of with what is on file about them."""
    if not Carried(folder).has("households"):
        return set()
    rows = carried.run(f"SELECT DISTINCT place FROM {Carried(folder).all('households')} WHERE verdict <> 'refused'")
    return set(Place.objects.filter(code__in=[row[0] for row in rows]).values_list("number", flat=True))


def households(
    folder: Path, words: Vocabulary, *, verdict: str = "", after: int = -1, limit: int = 50
) -> list[Household]:
    """Households of a trial or an application in the file's order, from the one after `after`, with their details."""
    if not Carried(folder).has("households"):
        return []
    which = "AND verdict = ?" if verdict in VERDICTS else ""
    values: list[Any] = [after, *([verdict] if which else []), limit]
    rows = carried.run(
        f"SELECT {_COLUMNS} FROM {Carried(folder).all('households')} WHERE g > ? {which} ORDER BY g LIMIT ?", values
    )
    names = _place_names(row[4] for row in rows)
    shown = [row[0] for row in rows]
    changes, faulty = _changes(folder, shown, words), _faults_of(folder, shown, words)
    return [_household(row, names, changes.get(row[0], [])[:SHOWN], faulty.get(row[0], [])) for row in rows]


def _household(row: tuple[Any, ...], names: Mapping[str, str], details: list[Change], faulty: list[Fault]) -> Household:
    g, first, number, key, place, name, matched, verdict, *counted, is_name_other = row
    return Household(
        g=g,
        row=first % lines.ROWS_OF_SHEET,
        number=number or "",
        key=key or "",
        place=names.get(place, place or ""),
        name=name or "",
        matched=matched,
        verdict=verdict,
        changes=counted[0],
        persons=counted[1],
        persons_new=counted[2],
        is_name_other=bool(is_name_other),
        details=details,
        faults=faulty,
    )


def faults(folder: Path, words: Vocabulary, *, limit: int) -> list[Fault]:
    """The first reasons for which households are refused, in the file's order."""
    return [_fault(row, words) for row in _fault_rows(folder, "TRUE", [], f"LIMIT {int(limit)}")]


def refused_file(found: Import, folder: Path) -> Path:
    """The refused rows as a file of the form that was sent, made anew in the reader's language."""
    first = found.files.order_by("number").first()
    is_text = first is not None and _is_text(keeping.folder(found) / "file-1")
    path = folder / ("refused.csv" if is_text else "refused.xlsx")
    write = returning.as_csv if is_text else returning.as_workbook
    write(Carried(folder), keeping.folder(found), keeping.sheets(found), dictionaries.words(found.pack_id), path)
    return path


def write_report(found: Import, folder: Path, path: Path) -> None:
    """What becomes of every household, value by value, as CSV."""
    words = dictionaries.words(found.pack_id)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write = csv.writer(file).writerow
        write(
            [
                _("Row"),
                _("Household number"),
                _("Place"),
                _("Outcome"),
                _("Of whom"),
                _("What"),
                _("Before"),
                _("After"),
                _("Why"),
            ]
        )
        after = -1
        while some := households(folder, words, after=after, limit=1000):
            for each in some:
                for cells in _report_rows(each, folder, words):
                    write([returning.safe(cell) for cell in cells])
            after = some[-1].g


def _report_rows(each: Household, folder: Path, words: Vocabulary) -> Iterator[list[str]]:
    head = [str(each.row), each.number, each.place, str(VERDICTS[each.verdict])]
    changes = each.details if not each.rest else _changes(folder, [each.g], words)[each.g]
    for change in changes:
        yield [*head, change.whose, change.label, change.old, change.new, ""]
    for fault in each.faults:
        yield [str(fault.row), *head[1:], "", fault.column, "", "", fault.message]
    if not changes and not each.faults:
        yield [*head, "", "", "", "", ""]


def _is_text(folder: Path) -> bool:
    parsed = json.loads((folder / "sheets.json").read_text("utf-8"))
    return len(parsed) == 1 and parsed[0]["name"] == ""


def _place_names(codes: Iterator[str]) -> Mapping[str, str]:
    wanted = sorted({code for code in codes if code})
    return {
        str(code): str(name) for code, name in relations.found(Place.objects.all(), "code", wanted, ("code", "name"))
    }


def _fault_rows(folder: Path, where: str, values: list[Any], rest: str = "") -> list[tuple[Any, ...]]:
    if not Carried(folder).has("faults"):
        return []
    return carried.run(
        f"SELECT g, n, name, value, reason, more FROM {Carried(folder).all('faults')} WHERE {where} ORDER BY g, n, place, name {rest}",
        values,
    )


def _fault(row: tuple[Any, ...], words: Vocabulary) -> Fault:
    g, n, *told = row
    fault = reasons.Fault(*told)
    return Fault(g, (n or 0) % lines.ROWS_OF_SHEET, reasons.column(fault.name, words), reasons.message(fault, words))


def _faults_of(folder: Path, shown: list[int], words: Vocabulary) -> dict[int, list[Fault]]:
    found: dict[int, list[Fault]] = {}
    if shown:
        for row in _fault_rows(folder, "g IN (SELECT unnest(?))", [shown]):
            found.setdefault(row[0], []).append(_fault(row, words))
    return found


def _changes(folder: Path, shown: list[int], words: Vocabulary) -> dict[int, list[Change]]:
    if not shown or not Carried(folder).has("changes"):
        return {}
    rows = carried.run(
        f"SELECT g, n, variable, old, new, kind FROM {Carried(folder).all('changes')} WHERE g IN (SELECT unnest(?)) "
        "ORDER BY g, n NULLS FIRST, variable",
        [shown],
    )
    found: dict[int, list[Change]] = {}
    for g, n, variable, old, new, kind in rows:
        whose = _("row %(row)s") % {"row": n % lines.ROWS_OF_SHEET} if n is not None else ""
        found.setdefault(g, []).append(
            Change(
                kind,
                whose,
                reasons.column(variable, words) if variable else _("new person"),
                *_shown(variable, words, old, new),
            )
        )
    return found


def _shown(variable: str | None, words: Vocabulary, *values: str | None) -> tuple[str, ...]:
    return tuple(_value(variable, words, value) for value in values)


def _value(name: str | None, words: Vocabulary, text: str | None) -> str:
    """A value on file in words; a number that names somebody is never shown."""
    if name is None or text is None:
        return ""
    variable = words.targets[name].variable if name in words.targets else None
    value = json.loads(text)
    if variable is None:
        return str(value)
    if variable.type == "identifier":
        return _("a number, kept sealed")
    if variable.type == "code" and value in variable.codes:
        return formats.text(variable.codes[value].by_language)
    if variable.type == "boolean":
        return _("yes") if value else _("no")
    return str(value)
