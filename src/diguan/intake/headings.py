"""Where the heading of a sheet stands, whatever titles stand above it, and what its columns are called.

A heading may take two rows or three: a merged cell over several columns, a row of labels above one of variable names.
A spreadsheet leaves all cells of a merged range empty but the first, so nothing needs to be known of merging.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from diguan.intake.columns import name_of
from diguan.intake.vocabulary import Vocabulary, without_brackets

LOOKED_AT = 30  # rows of a sheet among which its heading is sought
_DEPTH = 3  # rows a heading may take
JOINED = " / "

Row = Sequence[str]


@dataclass(frozen=True)
class Heading:
    """`last` is the row number of its last line; `names` what each column is called, empty where nothing stands."""

    first: int
    last: int
    names: tuple[str, ...]


def find(
    rows: Sequence[tuple[int, Row]], vocabulary: Vocabulary, remembered: frozenset[str] = frozenset()
) -> Heading | None:
    """The heading among the first rows of a sheet: the row that names most columns that are known.

    Where nothing is known, the first row with the most cells that hold words. None for a sheet without rows.
    """
    if not rows:
        return None
    known = [_known(row, vocabulary, remembered) for _number, row in rows]
    best = max(known)
    spoken = max(range(len(rows)), key=lambda place: (_words(rows[place][1]), -place))
    first = known.index(best) if best > 0 else spoken
    begin, end = _around(rows, known, first)
    return Heading(rows[begin][0], rows[end][0], _named([row for _number, row in rows[begin : end + 1]], vocabulary))


def _known(row: Row, vocabulary: Vocabulary, remembered: frozenset[str]) -> int:
    return sum(1 for cell in row if cell.strip() and (vocabulary.meant(cell) or name_of(cell) in remembered))


def _words(row: Row) -> int:
    """How many different cells hold a word, not a number."""
    return len({cell for cell in row if any(sign.isalpha() for sign in cell)})


def _around(rows: Sequence[tuple[int, Row]], known: Sequence[int], at: int) -> tuple[int, int]:
    """The rows that belong to the heading with the row found: another row of names right below or above it, and a row
    of merged headings above that names what it leaves empty."""
    end = at
    while end + 1 < len(rows) and end + 1 - at < _DEPTH and known[end + 1] * 2 > known[at] > 1:
        end += 1
    begin = at
    while begin > 0 and end - begin + 1 < _DEPTH and rows[begin - 1][0] == rows[begin][0] - 1:
        above, here = rows[begin - 1][1], rows[begin][1]
        filled = [place for place, cell in enumerate(above) if cell.strip()]
        gaps = [place for place in filled if place >= len(here) or not here[place].strip()]
        if not (known[begin - 1] and (gaps or known[begin - 1] * 2 > known[at])) and not (len(filled) > 1 and gaps):
            break
        begin -= 1
    return begin, end


def _named(rows: Sequence[Row], vocabulary: Vocabulary) -> tuple[str, ...]:
    width = max(len(row) for row in rows)
    columns = [[row[place].strip() if place < len(row) else "" for row in rows] for place in range(width)]
    names = [_own_name(column, vocabulary) for column in columns]
    if len(rows) == 1:
        return tuple(names)
    twice = {name for name in names if name and names.count(name) > 1}
    over = ""
    for place, column in enumerate(columns):
        over = column[0] or over
        if names[place] in twice and over and over != names[place]:
            names[place] = over + JOINED + names[place]
    return tuple(names)


def _own_name(column: Sequence[str], vocabulary: Vocabulary) -> str:
    """The lowest cell that is known, else the lowest that holds anything."""
    filled = [cell for cell in column if cell]
    for cell in reversed(filled):
        if vocabulary.meant(cell):
            return _with_unit(cell, filled, vocabulary)
    return filled[-1] if filled else ""


def _with_unit(name: str, filled: Sequence[str], vocabulary: Vocabulary) -> str:
    """A row of variable names says nothing of units; the label beside it may."""
    meant = set(vocabulary.meant(name))
    labels = [cell for cell in filled if without_brackets(cell) != cell and meant & set(vocabulary.meant(cell))]
    return labels[-1] if labels else name
