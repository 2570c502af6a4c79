"""What the page of an import shows at each stage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from diguan.intake import blank, columns, dictionaries, keeping, outcomes, reading, strange
from diguan.intake.columns import Column, Sheet
from diguan.intake.models import Import
from diguan.intake.parsing.limits import FileRefused
from diguan.intake.vocabulary import HOUSEHOLD, PERSON, Target, Vocabulary, without_brackets
from diguan.ui import formats, notices, stats, tables
from diguan.ui.empties import Empty
from diguan.ui.steps import State, Step

Stage = Import.Stage
SAMPLES = 3
PAGE = 50
MULTIPLES = (1, 1_000, 10_000, 1_000_000, 100_000_000)
_ORDER = (Stage.READING, Stage.MAPPING, Stage.TRYING, Stage.TRIED, Stage.APPLYING, Stage.APPLIED)
HOW = {
    columns.LIKELY: gettext_lazy("please check"),
    columns.REMEMBERED: gettext_lazy("remembered"),
    columns.CHOSEN: gettext_lazy("chosen"),
}


@dataclass(frozen=True)
class Meaning:
    """One column on the form that settles what columns mean."""

    column: Column
    name: str  # of its field
    samples: Sequence[str]
    how: str
    choices: Sequence[tuple[str, str]]  # codes that unknown words may stand for
    words: Sequence[tuple[strange.Word, str]]  # unknown word, and what it was matched with
    is_number: bool


@dataclass(frozen=True)
class SheetForm:
    """One sheet on that form."""

    title: str
    rows: int
    heading_row: int
    of: str
    meanings: Sequence[Meaning]


def steps(found: Import) -> list[Step]:
    """How far the import has come."""
    labels = (
        (Stage.READING, _("Read the file")),
        (Stage.MAPPING, _("Settle the columns")),
        (Stage.TRYING, _("Dry run")),
        (Stage.TRIED, _("Look and confirm")),
        (Stage.APPLYING, _("Apply")),
    )
    order = {stage: place for place, stage in enumerate(_ORDER)}
    at = order.get(Stage(found.stage), -1)
    made = []
    for stage, label in labels:
        state: State = "done" if order[stage] < at else "now" if order[stage] == at else "todo"
        made.append(Step(label, state))
    return made


def problem(found: Import) -> list[notices.Notice]:
    """Why an import could not go on, in words."""
    if not found.problem:
        return []
    refused = FileRefused(found.problem["template"], **found.problem["values"])
    return [notices.Notice(what=refused.message(_))]


def progress(found: Import) -> dict[str, Any]:
    """How far the work at hand is; a share only where the whole is known."""
    if found.stage == Stage.READING or not found.slices:
        said = _("%(count)s rows read so far") % {"count": formats.number(found.lines)}
        return {"said": said, "done": None, "whole": None}
    words = {"done": found.slices_done, "whole": found.slices, "households": formats.number(found.households)}
    return {
        "said": _("part %(done)s of %(whole)s, %(households)s households in all") % words,
        "done": found.slices_done,
        "whole": found.slices,
    }


def column_forms(found: Import) -> list[SheetForm]:
    """The form that settles what the columns mean, with what is thought so far."""
    words = dictionaries.words(found.pack_id)
    return [_sheet_form(found, place, sheet, words) for place, sheet in enumerate(keeping.sheets(found))]


def targets(words: Vocabulary) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a column can mean, in the groups of a drop-down."""
    groups: list[tuple[str, list[tuple[str, str]]]] = [(_("Household"), []), (_("Person"), [])]
    for target in words.targets.values():
        groups[0 if target.of == HOUSEHOLD else 1][1].append((target.name, _label(target)))
    return groups


def settled(found: Import, posted: QueryDict) -> list[Sheet]:
    """The sheets with what was posted for their columns; a field that is absent changes nothing."""
    words = dictionaries.words(found.pack_id)
    made = []
    for place, sheet in enumerate(keeping.sheets(found)):
        choices = {
            column.place: _chosen(column, f"{place}-{column.place}", posted, words)
            for column in sheet.columns
            if f"target-{place}-{column.place}" in posted
        }
        changed = {at: choice for at, choice in choices.items() if choice}
        made.append(columns.chosen(sheet, changed, words))
    return made


def counted(found: Import, counts: Mapping[str, Any]) -> list[stats.Stat]:
    """The big numbers of a trial or an application, each a link to its households."""
    people = ngettext("%(count)s person", "%(count)s persons", counts["persons"]) % {
        "count": formats.number(counts["persons"])
    }
    lines: dict[str, list[stats.Line | str]] = {
        "new": [people, _("%(count)s of them new") % {"count": formats.number(counts["persons_new"])}],
        "changed": [_("%(count)s values") % {"count": formats.number(counts["changes"])}],
        "refused": [_("%(count)s reasons") % {"count": formats.number(counts["faults"])}],
    }
    tones = {"refused": "bad"} if counts["refused"] else {}
    return [
        stats.Stat(
            str(label),
            counts[name],
            _("households"),
            f"?verdict={name}#results",
            lines.get(name, ()),
            tone=tones.get(name, ""),
        )
        for name, label in outcomes.VERDICTS.items()
    ]


def found_by(counts: Mapping[str, Any]) -> str:
    """By what people were found on file."""
    words = {name: formats.number(counts[name]) for name in ("by_id_number", "by_number", "by_name", "persons_new")}
    return (
        _(
            "People found on file: %(by_id_number)s by ID number, %(by_number)s by their number, %(by_name)s by name; "
            "%(persons_new)s are new."
        )
        % words
    )


def household_table(found: Import, part: str, params: QueryDict) -> tables.Table:
    """Households and what becomes of them, with a link to the next ones."""
    verdict = params.get("verdict", "")
    after = params.get("after", "")
    start = int(after) if after.isdigit() and len(after) < 12 else -1
    words = dictionaries.words(found.pack_id)
    rows = outcomes.households(keeping.folder(found) / part, words, verdict=verdict, after=start, limit=PAGE + 1)
    shown = rows[:PAGE]
    return tables.Table(
        caption=_("Households of the file, and what becomes of them"),
        columns=[
            tables.Column("row", _("Row"), "number"),
            tables.Column("number", _("Household number")),
            tables.Column("name", _("Head")),
            tables.Column("verdict", _("Outcome"), template="intake/verdict_cell.html"),
            tables.Column("details", _("What changes, or why refused"), template="intake/details_cell.html"),
            tables.Column("place", _("Place")),
            tables.Column("persons", _("Persons"), "number"),
        ],
        rows=shown,
        empty=Empty(
            why=_("No household of the file has this outcome."), next_label=_("Show all"), next_href="?#results"
        ),
    )


def next_query(found: Import, part: str, params: QueryDict, table: tables.Table) -> str:
    """The address of the next households; empty on the last page."""
    rows = list(table.rows)
    if len(rows) < PAGE:
        return ""
    query = params.copy()
    query["after"] = str(rows[-1].g)
    return f"?{query.urlencode()}#results"


def notes(found: Import, counts: Mapping[str, Any]) -> list[notices.Notice]:
    """What the reader must know beside the numbers."""
    made = []
    if counts["names_other"]:
        words = {"count": formats.number(counts["names_other"])}
        text = _("%(count)s households are on file under another name of the head; the name on file is kept.") % words
        made.append(notices.Notice(text, level="info"))
    if counts.get("otherwise"):
        count = sum(counts["otherwise"].values())
        text = _("The registry changed after the dry run: %(count)s households came out otherwise than it said.") % {
            "count": formats.number(count)
        }
        made.append(notices.Notice(text, level="warning"))
    return made


def address(found: Import, name: str = "import") -> str:
    return reverse(name, args=[found.key])


def _sheet_form(found: Import, place: int, sheet: Sheet, words: Vocabulary) -> SheetForm:
    folder = keeping.folder(found)
    rows = reading.first_rows(folder / f"file-{sheet.file}", sheet.number)
    below = [cells for number, cells in rows if number > sheet.heading_last]
    unknown = strange.words(folder, sheet, words) if sheet.is_read else {}
    return SheetForm(
        title=sheet.name or _("Table %(number)s") % {"number": sheet.file},
        rows=sheet.rows,
        heading_row=sheet.heading_last,
        of={PERSON: _("one row per person"), HOUSEHOLD: _("one row per household")}.get(sheet.of, _("left aside")),
        meanings=[
            _meaning(column, f"{place}-{column.place}", below, unknown.get(column.place, ()), words)
            for column in sheet.columns
            if column.heading
        ],
    )


def _meaning(
    column: Column, name: str, below: Sequence[Sequence[str]], unknown: Sequence[strange.Word], words: Vocabulary
) -> Meaning:
    cells = [cells[column.place] for cells in below if column.place < len(cells) and cells[column.place].strip()]
    target = words.targets.get(column.target)
    matched = [(strange.Word(word, 0), ours) for word, ours in column.values.items()]
    return Meaning(
        column=column,
        name=name,
        samples=[text[:24] for text in dict.fromkeys(cells)][:SAMPLES],
        how=str(HOW.get(column.how, "")),
        choices=_codes(target),
        words=[*matched, *((word, "?") for word in unknown)],
        is_number=target is not None and target.is_number,
    )


def _codes(target: Target | None) -> list[tuple[str, str]]:
    if target is None or target.variable is None:
        return []
    if target.variable.type == "boolean":
        return [("true", _("yes")), ("false", _("no"))]
    return [(code, formats.text(label.by_language)) for code, label in target.variable.codes.items()]


def _label(target: Target) -> str:
    label = formats.text(target.label.by_language)
    unit = target.variable.unit if target.variable is not None else ""
    return f"{label} ({blank.unit_words(unit)})" if unit else without_brackets(label) or label


def _chosen(column: Column, name: str, posted: QueryDict, words: Vocabulary) -> dict[str, Any]:
    """What was posted for one column, if it differs from what stood there."""
    target = posted.get(f"target-{name}", "")
    if target not in words.targets:
        target = ""
    given = posted.get(f"multiple-{name}", "")
    multiple = int(given) if given.isdigit() and int(given) in MULTIPLES else column.multiple
    values = dict(column.values) if target == column.target else {}
    pairs = zip(posted.getlist(f"word-{name}"), posted.getlist(f"ours-{name}"), strict=False)
    known = {code for code, _text in _codes(words.targets.get(target))} | {""}
    values |= {their: ours for their, ours in pairs if ours in known and target == column.target}
    made = replace(column, target=target, multiple=multiple if target == column.target else 1, values=values)
    # Looked at and left as it was: what was only likely is now somebody's choice.
    if made == column and column.how != columns.LIKELY:
        return {}
    return {"target": made.target, "multiple": made.multiple, "values": dict(made.values)}
