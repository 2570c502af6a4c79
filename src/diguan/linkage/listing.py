"""A list as a file: what its columns mean, and its rows as entries, each read or refused with the reason.

The file is taken apart by the same guarded process as imports, and headings go by the same words. Of a list only what says
who somebody is gets read; all other columns are left aside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.engine.sql import quoted, text
from diguan.intake import cells, columns, keys, lines, reading, villages, vocabulary
from diguan.intake import queries as intake
from diguan.intake.columns import Sheet
from diguan.intake.vocabulary import Vocabulary, compared
from diguan.places.models import Place
from diguan.registry import relations

_PLAIN = ("household_id", "place", "person_id", "person_name")
REASONS = {
    "no_name": gettext_lazy("The row names nobody."),
    "too_long": gettext_lazy("The name is too long to be one."),
    "total_row": gettext_lazy("The row adds up others."),
    "no_place": gettext_lazy("The row names no place, and none was given for the list."),
    "place_unknown": gettext_lazy("The place is unknown, or not among those you may bring lists of."),
    "place_ambiguous": gettext_lazy("Several places are called so; write the code, or the township before it."),
    "repeated": gettext_lazy("The same person stands in an earlier row."),
    "not_a_date": gettext_lazy("The date of birth is no date; it counts as unknown."),
    "not_a_code": gettext_lazy("The word for sex or relation is not known; it counts as unknown."),
    "number_unreadable": gettext_lazy("The ID number cannot be read; it counts as unknown."),
    "place_set_aside": gettext_lazy("The village is not known; the entry stands under the place of the list."),
}
ROWS_OF_SHEET = 100_000_000
_BORN = r"[0-9]{4}([-./年 ]?[0-9]{1,2}([-./月 ]?[0-9]{1,2}日?|月)?|年)?"
_LONGEST_NAME, _LONGEST_WORD = 200, 100


class ColumnsUnknown(Exception):
    """The headings of a list do not say where the names are; the message says which there are."""


@dataclass(frozen=True)
class Asked:
    """How a list is to be read. `maps` says what columns mean, by heading; `place` is where rows without one belong."""

    pack: rulebook.Pack
    source: str
    title: str
    place: Place | None
    maps: Mapping[str, str]
    scope: Scope


def words_of(pack: rulebook.Pack) -> Vocabulary:
    """What a column of a list may mean: name, household, place, number of the entry, and what the pack's identity names."""
    every = vocabulary.of(pack)
    wanted = {*_PLAIN, *pack.identity.variables}
    targets = {name: target for name, target in every.targets.items() if name in wanted}
    names = {word: tuple(name for name in meant if name in wanted) for word, meant in every.names.items()}
    return Vocabulary(targets, {word: meant for word, meant in names.items() if meant})


def layouts_of(source: str) -> str:
    """Under what the layouts of a source's lists are remembered: beside those of its imports, of which more is read."""
    return f"{source}#list"


def profiled(file: Path, folder: Path, asked: Asked, progress: reading.Progress) -> list[Sheet]:
    """Take a file apart and say what its columns mean; only sheets in which names stand are read.

    Raises: FileRefused; ColumnsUnknown.
    """
    words = words_of(asked.pack)
    parsed = reading.parse(file, folder / "file-1", progress)
    known = {
        name: each
        for name, each in intake.remembered(layouts_of(asked.source)).items()
        if each["target"] in words.targets
    }
    sheets = [
        _settled(sheet, asked.maps, words) for sheet in reading.profiled(folder / "file-1", 1, parsed, words, known)
    ]
    _insist_on_headings(sheets, asked.maps, words)
    read = [sheet for sheet in sheets if any(column.target == "person_name" for column in sheet.used)]
    if not read:
        headings = [column.heading for sheet in sheets for column in sheet.columns if column.heading]
        told = {"headings": ", ".join(headings[:30]) or "–"}
        raise ColumnsUnknown(_("No column is known to hold names. The columns are: %(headings)s.") % told)
    return read


def _settled(sheet: Sheet, maps: Mapping[str, str], words: Vocabulary) -> Sheet:
    said = {compared(heading): target for heading, target in maps.items()}
    named = [column for column in sheet.columns if compared(column.heading) in said]
    choices = {column.place: {"target": said[compared(column.heading)]} for column in named}
    return columns.chosen(columns.sure(sheet, words), choices, words)


def _insist_on_headings(sheets: list[Sheet], maps: Mapping[str, str], words: Vocabulary) -> None:
    there = {compared(column.heading) for sheet in sheets for column in sheet.columns}
    for heading, target in maps.items():
        if compared(heading) not in there:
            raise ColumnsUnknown(_("No column is headed “%(heading)s”.") % {"heading": heading})
        if target and target not in words.targets:
            told = {"target": target, "known": ", ".join(words.targets)}
            raise ColumnsUnknown(_("A column of a list cannot mean “%(target)s”; it can mean: %(known)s.") % told)


def bring(bench: relations.Bench, folder: Path, sheets: list[Sheet], asked: Asked) -> None:
    """Make the tables entries (one row per person that can be used) and faults (row, sheet, reason, is_refused).

    Unknown: NULL. What cannot be read but is not needed counts as unknown and is noted, not refused.
    """
    for number, sheet in enumerate(sheets):
        _read_sheet(bench, folder, number, sheet, asked)
    union = " UNION ALL BY NAME ".join(f"SELECT * FROM sheet_{number}" for number in range(len(sheets)))
    bench.execute(f"CREATE OR REPLACE TEMP TABLE given AS {union}")
    _bring_places(bench, asked)
    totals = ", ".join(map(text, vocabulary.words().totals))
    salt = keys.secret()
    own = keys.sql(salt, "'roll'", text(asked.source), text(asked.title), "person_number")
    content = keys.sql(
        salt, "'roll'", text(asked.source), text(asked.title), "'-'", "name", "coalesce(sex, '')", "coalesce(born, '')",
        "coalesce(place_text, '')", "coalesce(household, '')", "coalesce(id_number, '')",
    )  # fmt: skip
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE judged AS
        WITH named AS (
          SELECT *, CASE WHEN person_number IS NOT NULL THEN {own} ELSE {content} END AS fingerprint FROM given_placed)
        SELECT *, CASE
            WHEN name IS NULL THEN 'no_name'
            WHEN lower(name) IN ({totals}) THEN 'total_row'
            WHEN length(name) > {_LONGEST_NAME} THEN 'too_long'
            WHEN place_id IS NULL THEN coalesce(place_fault, 'no_place')
            WHEN row_number() OVER (PARTITION BY fingerprint ORDER BY n) > 1 THEN 'repeated' END AS refused
        FROM named;
        CREATE OR REPLACE TEMP TABLE faults AS
        SELECT n, refused AS reason, TRUE AS is_refused FROM judged WHERE refused IS NOT NULL
        UNION ALL
        SELECT n, unnest(list_filter([born_fault, word_fault, number_fault,
                 CASE WHEN place_fault IS NOT NULL THEN 'place_set_aside' END], lambda x: x IS NOT NULL)), FALSE
        FROM judged WHERE refused IS NULL;
        CREATE OR REPLACE TEMP TABLE entries AS SELECT * FROM judged WHERE refused IS NULL""")


def _read_sheet(bench: relations.Bench, folder: Path, number: int, sheet: Sheet, asked: Asked) -> None:
    """The table sheet_<number>: one row per row of the sheet, in this package's own words."""
    words, identity = words_of(asked.pack), asked.pack.identity
    variables = [column for column in sheet.used if words.targets[column.target].variable is not None]
    at = {column.target: f"r.c{column.place}" for column in sheet.used}
    bench.execute(f"CREATE OR REPLACE TEMP TABLE raw AS SELECT * FROM {lines.raw_table(folder, sheet)}")
    bench.execute(f"CREATE OR REPLACE TEMP TABLE plain AS SELECT row, {', '.join(lines.plain_columns(sheet))} FROM raw")
    lines.read_columns(bench, "said", variables, words)

    def value(name: str) -> str:
        return f"(s.{quoted(f'v_{name}')}::JSON ->> '$')" if name in at else "CAST(NULL AS VARCHAR)"

    def fault(name: str) -> str:
        return f"s.{quoted(f'w_{name}')}" if name in at else "CAST(NULL AS VARCHAR)"

    written = cells.tidy(at[identity.birth_date]) if identity.birth_date in at else "CAST(NULL AS VARCHAR)"
    rough = f"CASE WHEN regexp_full_match({written}, {text(_BORN)}) THEN left({written}, 20) END"
    paper = next((name for name in identity.numbers if name in at), "")
    scheme = asked.pack.variables[paper].scheme if paper else ""
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE sheet_{number} AS
        SELECT {number * ROWS_OF_SHEET} + row AS n, nullif(trim(p.person_name), '') AS name, p.person_number,
               left(p.number, {_LONGEST_WORD}) AS household, p.place_text,
               CASE {value(identity.sex)} WHEN {text(identity.male)} THEN 'male' WHEN {text(identity.female)} THEN 'female' END AS sex,
               coalesce({value(identity.birth_date)}, {rough}) AS born,
               CASE WHEN {fault(identity.birth_date)} IS NOT NULL AND {rough} IS NULL THEN 'not_a_date' END AS born_fault,
               left({value(identity.relation)}, {_LONGEST_WORD}) AS relation,
               CASE WHEN coalesce({fault(identity.sex)}, {fault(identity.relation)}) IS NOT NULL THEN 'not_a_code' END AS word_fault,
               {value(paper)} AS id_number, {text(scheme)} AS scheme,
               CASE WHEN {fault(paper)} IS NOT NULL THEN 'number_unreadable' END AS number_fault
        FROM plain p JOIN said s USING (row) JOIN raw r USING (row);
        DROP TABLE raw; DROP TABLE plain; DROP TABLE said""")


def _bring_places(bench: relations.Bench, asked: Asked) -> None:
    """The table given_placed: with the place that each row names, of those in scope, else the list's own."""
    written = [
        row[0] for row in bench.execute("SELECT DISTINCT place_text FROM given WHERE place_text IS NOT NULL").fetchall()
    ]
    found = villages.find(written, asked.scope)
    by_code = {place.code: place for place in _places({each.code for each in found.values() if each.code})}
    rows = [
        (name, by_code[each.code].pk, by_code[each.code].number, None) if each.code else (name, None, None, each.reason)
        for name, each in found.items()
    ]
    shape = {"place_text": "VARCHAR", "place_id": "BIGINT", "place_number": "BIGINT", "place_fault": "VARCHAR"}
    relations.fill(bench, "villages", shape, rows)
    own = asked.place
    default, number = ("NULL", "NULL") if own is None else (str(own.pk), str(own.number))
    bench.execute(f"""
        CREATE OR REPLACE TEMP TABLE given_placed AS
        SELECT g.*, coalesce(v.place_id, {default})::BIGINT AS place_id, coalesce(v.place_number, {number})::BIGINT AS place_number,
               v.place_fault
        FROM given g LEFT JOIN villages v USING (place_text)""")


def _places(codes: set[str]) -> list[Place]:
    return list(Place.objects.filter(code__among=sorted(codes)))
