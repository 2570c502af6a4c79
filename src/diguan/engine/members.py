"""SQL of what the members of a household come to: all aggregates of a stage in one pass over its persons.

Kleene: one unknown member leaves a sum, a count, a smallest unknown; it leaves any and all unknown unless another member
settles them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from diguan.engine import sql
from diguan.engine.sql import NUMBER, quoted
from diguan.rulebook import tree

_BITS = 62  # of a whole number that stays positive


@dataclass
class _Marks:
    """Bits that each person sets, or-ed over the household: one aggregate says what else would take two for every question."""

    _first: dict[tuple[str, bool], int] = field(default_factory=dict)  # of a column of persons: its first bit
    _next: int = 0

    def true_and_unknown(self, column: str) -> tuple[str, str]:
        """SQL over the household: whether the truth is true for some member, and whether it is unknown for some."""
        return self._is_set(bit := self._of(column, 2)), self._is_set(bit + 1)

    def unknown(self, column: str) -> str:
        """SQL over the household: whether the value is unknown for some member."""
        return self._is_set(self._of(column, 1))

    def _of(self, column: str, bits: int) -> int:
        key = (column, bits == 2)
        if key not in self._first:
            if self._next // _BITS != (self._next + bits - 1) // _BITS:
                self._next += 1  # both bits of a truth stand in one number
            self._first[key] = self._next
            self._next += bits
        return self._first[key]

    def _is_set(self, bit: int) -> str:
        return f'("marks {bit // _BITS}" & {1 << bit % _BITS}) <> 0'

    def of_persons(self) -> list[str]:
        """SQL of the numbers of one person."""
        words: dict[int, list[str]] = {}
        for (column, is_truth), bit in self._first.items():
            own = 1 << bit % _BITS
            known, unknown = (f"WHEN {column} THEN {own} ", own << 1) if is_truth else ("", own)
            words.setdefault(bit // _BITS, []).append(f"CASE {known}WHEN {column} IS NULL THEN {unknown} ELSE 0 END")
        return [f'CAST({" + ".join(cases)} AS BIGINT) AS "marks {word}"' for word, cases in words.items()]

    def of_households(self) -> list[str]:
        """SQL of the aggregates over them."""
        return [
            f'bit_or("marks {word}") AS "marks {word}"'
            for word in sorted({bit // _BITS for bit in self._first.values()})
        ]


@dataclass
class _Pass:
    """What stands in the sub-queries: values of persons, what they bring to the aggregates, marks, and sums and the like."""

    values: dict[tree.Expression, str] = field(default_factory=dict)
    brought: dict[str, str] = field(default_factory=dict)
    amounts: dict[str, str] = field(default_factory=dict)
    marks: _Marks = field(default_factory=_Marks)

    def value(self, part: tree.Expression | None) -> str:
        return "TRUE" if part is None else quoted(self.values.setdefault(part, f"value {len(self.values)}"))

    def bring(self, each: str) -> str:
        return quoted(self.brought.setdefault(each, f"brought {len(self.brought)}"))

    def amount(self, together: str) -> str:
        return quoted(self.amounts.setdefault(together, f"amount {len(self.amounts)}"))


def statement(
    wanted: Mapping[tree.Aggregate, str],
    source: str,
    context: sql.Context,
    *,
    counted: bool,
    faults: tuple[str, str] | None,
) -> str:
    """One SELECT over persons: a row per household with its aggregates, under the names wanted.

    With the number of persons if it is to be `counted`; `faults` are SQL of what checks find in a person, and the name of the
    list of it.
    """
    made = _Pass()
    found = [f"{_aggregate(node, made)} AS {quoted(name)}" for node, name in wanted.items()]
    listed: list[str] = []
    if faults is not None:
        of_each, name = faults
        listed = [f"list(faults) FILTER (faults IS NOT NULL) AS {name}"]
        made.brought["faults"] = "faults"
        found.append(name)
    people = _select(
        ["household_id", *_given(made.values, context), *([f"{of_each} AS faults"] if listed else [])], source
    )
    members = _select(
        ["household_id", *(f"{each} AS {quoted(name)}" for each, name in made.brought.items())], f"({people})"
    )
    marked = _select(["*", *made.marks.of_persons()], f"({members})")
    amounts = [f"{together} AS {quoted(name)}" for together, name in made.amounts.items()]
    summed = _select(
        ["household_id", "count(*) AS persons", *made.marks.of_households(), *amounts, *listed],
        f"({marked}) GROUP BY household_id",
    )
    return _select(
        ["household_id", *(["CAST(persons AS INTEGER) AS persons"] if counted else []), *found], f"({summed})"
    )


def _select(columns: Iterable[str], source: str) -> str:
    return f"SELECT {', '.join(columns)} FROM {source}"


def _given(values: Mapping[tree.Expression, str], context: sql.Context) -> Iterable[str]:
    return (f"{sql.emit(part, context)} AS {quoted(name)}" for part, name in values.items())


def _aggregate(node: tree.Aggregate, made: _Pass) -> str:
    """SQL over the household of one aggregate."""
    value, where = made.value(node.value), made.value(node.where)
    picked = where != "TRUE"
    if node.function == "any":
        some, unknown = made.marks.true_and_unknown(made.bring(f"({where} AND {value})" if picked else value))
        return f"CASE WHEN {some} THEN TRUE WHEN NOT {unknown} THEN FALSE END"
    if node.function == "all":
        against = f"({where} AND NOT {value})" if picked else f"(NOT {value})"
        some, unknown = made.marks.true_and_unknown(made.bring(against))
        return f"CASE WHEN {some} THEN FALSE WHEN NOT {unknown} THEN TRUE END"
    if node.function == "count":
        if value == "TRUE":
            return f"CAST(persons AS {NUMBER})"
        column = made.bring(value)
        number = made.amount(f"sum(CASE WHEN {column} THEN 1 ELSE 0 END)")
        return f"CASE WHEN NOT {made.marks.unknown(column)} THEN CAST({number} AS {NUMBER}) END"
    if node.function == "sum":
        column = made.bring(f"CASE WHEN {where} THEN {value} WHEN NOT {where} THEN 0 END" if picked else value)
        return (
            f"CASE WHEN NOT {made.marks.unknown(column)} THEN TRY_CAST({made.amount(f'sum({column})')} AS {NUMBER}) END"
        )
    # Smallest or greatest of those who are picked: unknown where it is unknown who is, or what one of them has.
    column = made.bring(f"CASE WHEN {where} THEN {value} END" if picked else value)
    known = made.bring(f"CASE WHEN NOT {where} OR {value} IS NOT NULL AND {where} THEN TRUE END") if picked else column
    unknown = made.marks.unknown(known)
    return f"CASE WHEN NOT {unknown} THEN {made.amount(f'{node.function}({column})')} END"
