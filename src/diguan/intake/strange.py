"""Words in a file's coded columns that the dictionary does not know: shown to be matched, and remembered once they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from diguan.intake import carried, cells, lines
from diguan.intake.columns import REMEMBERED, Column, Sheet
from diguan.intake.vocabulary import Vocabulary

MOST = 12  # words of one column that are offered to be matched; the trial counts them all
MOST_RECALLED = 10_000  # words of one column that are looked up among those remembered
_CODED = ("code", "boolean")


@dataclass(frozen=True)
class Word:
    """One word as it stands in the file, and in how many rows."""

    word: str
    rows: int


def words(folder: Path, sheet: Sheet, vocabulary: Vocabulary) -> dict[int, Sequence[Word]]:
    """By column, the most frequent words that stand for nothing yet."""
    coded = [column for column in sheet.used if _is_coded(column, vocabulary)]
    if not coded:
        return {}
    bench = carried.opened(folder)
    try:
        names = ", ".join(f"c{column.place}" for column in coded)
        bench.execute(f"CREATE TEMP TABLE raw AS SELECT {names} FROM {lines.raw_table(folder, sheet)}")
        return {column.place: found for column in coded if (found := _strange(bench, column, vocabulary))}
    finally:
        bench.close()


def recalled(folder: Path, sheet: Sheet, vocabulary: Vocabulary) -> Sheet:
    """The sheet with what is remembered of the words that stand in it. What others' files said is shown to nobody."""
    asked = [column for column in sheet.used if column.how == REMEMBERED and column.values]
    found = {column.place: column.recalled(words) for column, words in _said(folder, sheet, asked)}
    return replace(sheet, columns=tuple(found.get(column.place, column) for column in sheet.columns))


def _said(folder: Path, sheet: Sheet, asked: Sequence[Column]) -> Iterator[tuple[Column, list[str]]]:
    """The words of these columns, the most frequent first."""
    if not asked:
        return
    bench = carried.opened(folder)
    try:
        for column in asked:
            said = cells.tidy(f"c{column.place}")
            rows = bench.execute(
                f"SELECT {said} AS s FROM {lines.raw_table(folder, sheet)} WHERE {said} IS NOT NULL AND length({said}) < 80 "
                f"GROUP BY s ORDER BY count(*) DESC, s LIMIT {MOST_RECALLED}"
            )
            yield column, [str(row[0]) for row in rows.fetchall()]
    finally:
        bench.close()


def _is_coded(column: Column, vocabulary: Vocabulary) -> bool:
    variable = vocabulary.targets[column.target].variable
    return variable is not None and variable.type in _CODED


def _strange(bench: lines.Bench, column: Column, vocabulary: Vocabulary) -> list[Word]:
    variable = vocabulary.targets[column.target].variable
    assert variable is not None
    cell = f"c{column.place}"
    reading = cells.reading(variable, column, cell, cells.Names("s", "p", "w"))
    counted = f"SELECT {cell}, count(*) AS rows FROM raw GROUP BY 1"
    said = f"SELECT rows, {reading.said} AS s FROM ({counted})"
    rows = bench.execute(
        f"SELECT s, sum(rows)::BIGINT AS n FROM (SELECT *, {reading.parsed} AS p FROM ({said})) "
        f"WHERE s IS NOT NULL AND p IS NULL AND length(s) < 80 GROUP BY s ORDER BY n DESC, s LIMIT {MOST}"
    ).fetchall()
    return [Word(str(word), int(count)) for word, count in rows]
