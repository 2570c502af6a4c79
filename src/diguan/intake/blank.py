"""An empty workbook from the dictionary, to be filled in: a sheet of households, one of people, one that explains them."""

from collections.abc import Iterator, Sequence
from io import BytesIO

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from diguan import rulebook
from diguan.intake import vocabulary
from diguan.intake.vocabulary import HOUSEHOLD, PERSON, Target

ROWS = 5_000  # rows below the heading that have drop-downs and formats
REQUIRED = {HOUSEHOLD: ("household_id", "place", "household_name"), PERSON: ("household_id", "person_name")}
OFFERED = {
    HOUSEHOLD: ("household_id", "place", "household_name", "observed_on", "reporter"),
    PERSON: ("household_id", "person_id", "person_name"),
}
_HEADING = PatternFill("solid", fgColor="D9E8EB")
_NEEDED = PatternFill("solid", fgColor="FFE7B8")
_BOLD = Font(bold=True)


def workbook(pack: rulebook.Pack, language: str) -> bytes:
    """The template of a pack, its words in this language; what is written in it is read in any.

    Row 1 of a sheet holds the names of the variables, hidden; row 2 the labels, with question, unit and note as comment.
    """
    words = vocabulary.of(pack)
    book = Workbook()
    book.remove(book.active)
    explained = book.create_sheet(_("How to fill this in"))
    lists = _Lists(book.create_sheet("lists"))
    titles = {HOUSEHOLD: _("Households"), PERSON: _("People")}
    for of, title in titles.items():
        offered = [words.targets[name] for name in OFFERED[of]]
        offered += [t for t in words.targets.values() if t.variable is not None and t.of == of]
        _fill(book.create_sheet(title), offered, REQUIRED[of], language, lists)
    _explain(explained, pack, language, titles)
    book.move_sheet("lists", offset=2)
    book["lists"].sheet_state = "hidden"
    book.active = 1
    out = BytesIO()
    book.save(out)
    return out.getvalue()


class _Lists:
    """The hidden sheet whose columns are what drop-downs offer; equal lists share one column."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._places: dict[tuple[str, ...], str] = {}

    def place(self, choices: Sequence[str]) -> str:
        key = tuple(choices)
        if key not in self._places:
            letter = get_column_letter(len(self._places) + 1)
            for row, choice in enumerate(choices, start=1):
                self._sheet[f"{letter}{row}"] = choice
            self._places[key] = f"lists!${letter}$1:${letter}${len(choices)}"
        return self._places[key]


def _fill(sheet: Worksheet, offered: Sequence[Target], required: Sequence[str], language: str, lists: _Lists) -> None:
    for place, target in enumerate(offered, start=1):
        letter = get_column_letter(place)
        sheet.cell(1, place, target.name)
        head = sheet.cell(2, place, _heading(target, language))
        head.font, head.fill = _BOLD, _NEEDED if target.name in required else _HEADING
        head.alignment = Alignment(wrap_text=True, vertical="top")
        head.comment = _comment(target, required, language)
        sheet.column_dimensions[letter].width = min(max(len(str(head.value)) * 1.6, 12), 28)
        _format(sheet, letter, target, language, lists)
    sheet.row_dimensions[1].hidden = True
    sheet.freeze_panes = "B3"


def _heading(target: Target, language: str) -> str:
    label = target.label.in_language(language)
    unit = target.variable.unit if target.variable is not None else ""
    return f"{label} ({unit_words(unit)})" if unit else label


def unit_words(unit: str) -> str:
    """A unit of a pack in the reader's words, where we have them."""
    return {
        "yuan/year": _("yuan a year"),
        "yuan": _("yuan"),
        "months": _("months"),
        "mu": _("mu"),
        "minutes": _("minutes"),
    }.get(unit, unit)


def _comment(target: Target, required: Sequence[str], language: str) -> Comment:
    lines = [_("Required.")] if target.name in required else []
    if target.variable is not None:
        variable = target.variable
        lines += [
            variable.question.in_language(language),
            how_written(target, language),
            variable.note.in_language(language),
        ]
    else:
        lines.append(_PLAIN[target.name]())
    comment = Comment("\n".join(line for line in lines if line), "Diguan")
    comment.width, comment.height = 320, 150
    return comment


def how_written(target: Target, language: str) -> str:
    """How a value of a variable is written, in words."""
    variable = target.variable
    assert variable is not None
    if variable.type == "code":
        return _("One of: %(choices)s") % {
            "choices": "; ".join(t.in_language(language) for t in variable.codes.values())
        }
    said = {
        "boolean": _("Yes or no."),
        "date": _("A day, such as 2020-05-02."),
        "identifier": _("All signs of the number; the cell is formatted as text so that none is lost."),
    }.get(variable.type, "")
    if variable.type in vocabulary.NUMBERS:
        said = _("A whole number.") if variable.type == "integer" else _("A number.")
        if variable.min is not None and variable.max is not None:
            limits = {"least": f"{variable.min:f}", "most": f"{variable.max:f}"}
            said += " " + _("From %(least)s to %(most)s.") % limits
    return said


_PLAIN = {
    "household_id": lambda: _("Your own number for the household, the same in both sheets; it may never change."),
    "place": lambda: _("The village: its code, or its name."),
    "household_name": lambda: _("The name of the head of the household."),
    "observed_on": lambda: _("The day on which this was so, such as 2020-05-02."),
    "reporter": lambda: _("Who asked or filled this in."),
    "person_id": lambda: _("Your own number for the person; may stay empty where an ID number is given."),
    "person_name": lambda: _("The person's name."),
}


def _format(sheet: Worksheet, letter: str, target: Target, language: str, lists: _Lists) -> None:
    """Drop-downs and cell formats of a column, from its third row on."""
    kind = target.variable.type if target.variable is not None else "date" if target.name == "observed_on" else "text"
    cells = f"{letter}3:{letter}{ROWS + 2}"
    choices = _choices(target, language)
    if choices:
        rule = DataValidation(type="list", formula1=lists.place(choices), allow_blank=True, showErrorMessage=True)
        rule.error = _("Choose one of the list, or leave it empty if it is not known.")
        rule.add(cells)
        sheet.add_data_validation(rule)
    formats = {"date": "yyyy-mm-dd", "identifier": "@", "text": "@", "integer": "0", "money": "#,##0.00"}
    if kind in formats:
        sheet.column_dimensions[letter].number_format = formats[kind]


def _choices(target: Target, language: str) -> list[str]:
    if target.variable is None:
        return []
    if target.variable.type == "boolean":
        return [_("yes"), _("no")]
    return list(dict.fromkeys(label.in_language(language) for label in target.variable.codes.values()))


def _explain(sheet: Worksheet, pack: rulebook.Pack, language: str, titles: dict[str, str]) -> None:
    for row, line in enumerate(_explanation(pack, language, titles), start=1):
        cell = sheet.cell(row, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if row == 1:
            cell.font = _BOLD
    sheet.column_dimensions["A"].width = 100


def _explanation(pack: rulebook.Pack, language: str, titles: dict[str, str]) -> Iterator[str]:
    yield f"{pack.title.in_language(language)} · {pack.id} {pack.version}"
    yield _("One row per household in “%(households)s”, one row per person in “%(people)s”.") % {
        "households": titles[HOUSEHOLD],
        "people": titles[PERSON],
    }
    yield _("The household's number joins the two sheets. Columns with an orange heading are required.")
    yield _("Leave a cell empty where the answer is not known. An empty cell is never taken for zero or no.")
    yield _("Rest the pointer on a heading to read the question, the unit and what may be written.")
    yield _("Columns may be moved or deleted; the first row, which is hidden, must stay above them.")
    yield _("Sending the same rows again changes nothing. Sending a corrected row changes what was corrected.")
