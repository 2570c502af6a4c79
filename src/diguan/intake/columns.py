"""What each column of a file means: proposed by name and by likeness, chosen by people, remembered by its headings."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from diguan.intake import vocabulary
from diguan.intake.vocabulary import HOUSEHOLD, PERSON, Vocabulary, compared, without_brackets

LIKE_ENOUGH = 0.62
EXACT, LIKELY, REMEMBERED, CHOSEN = "exact", "likely", "remembered", "chosen"


@dataclass(frozen=True)
class Column:
    """One column of one sheet. `target` is empty for a column that is left aside; `how` says why it is what it is."""

    place: int  # from 0
    heading: str
    target: str = ""
    how: str = ""
    multiple: int = 1
    values: Mapping[str, str] = field(default_factory=dict)  # their word → our code, or "" for nothing

    def remembered(self) -> dict[str, Any]:
        """What a later file of this make needs. Their words stand in a cell of somebody's, so only their names are kept."""
        values = {name_of(their): ours for their, ours in self.values.items()}
        return {"target": self.target, "multiple": self.multiple, "values": values}

    def recalled(self, words: Iterable[str]) -> "Column":
        """The column with what is remembered of these words, which stand in this file; of others nothing is told."""
        known = self.values
        return replace(self, values={word: known[name] for word in words if (name := name_of(word)) in known})


@dataclass(frozen=True)
class Sheet:
    """A sheet of a file as it will be read. `of` is what its rows are: people, households, or "" for none of ours."""

    file: int
    number: int
    name: str
    rows: int
    width: int
    heading_first: int
    heading_last: int
    of: str
    columns: tuple[Column, ...]

    @property
    def used(self) -> list[Column]:
        return [column for column in self.columns if column.target]

    @property
    def is_read(self) -> bool:
        return bool(self.of)


def proposed(names: Sequence[str], words: Vocabulary, known: Mapping[str, Any]) -> tuple[str, tuple[Column, ...]]:
    """What the rows of a sheet are, and its columns with what they are thought to mean.

    `known` is what was remembered, by `name_of` each heading. Something that only looks alike is proposed as likely,
    for somebody to look at; no two columns of a sheet get the same meaning, but for places, of which there are levels.
    """
    made = [_named(place, name, words, known) for place, name in enumerate(names)]
    of = kind(made, words)
    made = [_settled(column, of, words) for column in made]
    taken = {column.target for column in made if column.target}
    made = [column if column.target else _likely(column, of, words, taken) for column in made]
    return kind(made, words), tuple(_once(made))


def kind(columns: Iterable[Column], words: Vocabulary) -> str:
    """What the rows of a sheet with these columns are: people where any column speaks of a person."""
    meant = {words.targets[column.target].of for column in columns if column.target}
    return PERSON if PERSON in meant else HOUSEHOLD if meant else ""


def chosen(sheet: Sheet, choices: Mapping[int, Mapping[str, Any]], words: Vocabulary) -> Sheet:
    """The sheet with what somebody chose for its columns: target, multiple, values."""
    columns = [
        column if column.place not in choices else replace(column, how=CHOSEN, **choices[column.place])
        for column in sheet.columns
    ]
    return replace(sheet, columns=tuple(columns), of=kind(columns, words))


def sure(sheet: Sheet, words: Vocabulary) -> Sheet:
    """The sheet without the meanings that are only likely."""
    columns = [replace(each, target="", how="") if each.how == LIKELY else each for each in sheet.columns]
    return replace(sheet, columns=tuple(columns), of=kind(columns, words))


def signature(sheets: Iterable[Sheet]) -> str:
    """Names the headings of a file, whatever their order: the same make of file has the same signature."""
    headings = sorted({compared(column.heading) for sheet in sheets for column in sheet.columns if column.heading})
    return hashlib.sha256("\n".join(headings).encode()).hexdigest()


def remembered(sheets: Iterable[Sheet]) -> dict[str, Any]:
    """What is worth remembering of these sheets: the meaning of each heading, by `name_of` it."""
    return {
        name_of(column.heading): column.remembered()
        for sheet in sheets
        if sheet.is_read
        for column in sheet.columns
        if column.heading and (column.target or column.how in (CHOSEN, REMEMBERED))
    }


def merged(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What was remembered before, and now; words of the same column that this file does not use stay remembered."""
    found = {**before, **now}
    for name in before.keys() & now.keys():
        if before[name]["target"] == now[name]["target"]:
            found[name] = {**now[name], "values": {**before[name]["values"], **now[name]["values"]}}
    return found


def name_of(heading: str) -> str:
    """Names a heading, or a word of a cell, without keeping it: it may be somebody's name."""
    return hashlib.sha256(compared(heading).encode()).hexdigest()[:24]


def as_json(sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    return [asdict(sheet) for sheet in sheets]


def from_json(rows: Iterable[Mapping[str, Any]]) -> list[Sheet]:
    return [Sheet(**{**row, "columns": tuple(Column(**each) for each in row["columns"])}) for row in rows]


def _named(place: int, heading: str, words: Vocabulary, known: Mapping[str, Any]) -> Column:
    column = Column(place, heading)
    found = known.get(name_of(heading)) if heading else None
    if found is not None and (not found["target"] or found["target"] in words.targets):
        return replace(column, how=REMEMBERED, **found)
    if not heading or compared(heading) in vocabulary.words().left_out:
        return column
    meant = _meant(heading, words)
    return replace(column, target=meant[0], how=EXACT) if len(meant) == 1 else column


def _meant(heading: str, words: Vocabulary) -> tuple[str, ...]:
    """A name of its own, or the last part of one below a merged heading."""
    return words.meant(heading) or words.meant(heading.rpartition(" / ")[2])


def _settled(column: Column, of: str, words: Vocabulary) -> Column:
    """Columns whose meaning depends on what the rows are, and the unit that a heading names."""
    target = column.target
    if not target and column.heading and not column.how:
        fitting = [name for name in _meant(column.heading, words) if words.targets[name].of == of]
        target = fitting[0] if len(fitting) == 1 else ""
    if target == "person_name" and of == HOUSEHOLD:
        target = "household_name"
    if not target or column.how == REMEMBERED:
        return replace(column, target=target)
    multiple = vocabulary.multiple(column.heading, words.targets[target])
    return replace(column, target=target, how=column.how or EXACT, multiple=multiple)


def _likely(column: Column, of: str, words: Vocabulary, taken: set[str]) -> Column:
    if column.how == REMEMBERED or not column.heading or compared(column.heading) in vocabulary.words().left_out:
        return column
    heading = compared(without_brackets(column.heading))
    scored = [
        (SequenceMatcher(None, heading, spoken, autojunk=False).ratio(), name)
        for spoken, names in words.names.items()
        for name in names
        if name not in taken and (of == PERSON or words.targets[name].of == of)
    ]
    score, name = max(scored, default=(0.0, ""))
    if score < LIKE_ENOUGH:
        return column
    taken.add(name)
    return replace(column, target=name, how=LIKELY, multiple=vocabulary.multiple(column.heading, words.targets[name]))


def _once(columns: Iterable[Column]) -> Iterable[Column]:
    """Each meaning once; the surer column keeps it, then the one further left."""
    listed = list(columns)
    order = {CHOSEN: 0, REMEMBERED: 1, EXACT: 2, LIKELY: 3, "": 4}
    keeper: dict[str, Column] = {}
    for column in sorted(listed, key=lambda each: (order[each.how], each.place)):
        keeper.setdefault(column.target, column)
    for column in listed:
        is_kept = not column.target or column.target == "place" or keeper[column.target] is column
        yield column if is_kept else replace(column, target="", how="", multiple=1)
