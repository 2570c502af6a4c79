"""SQL of what identifiers say, for columns of files."""

from diguan.engine.sql import quoted, text
from diguan.rulebook import identifiers
from diguan.rulebook.pack import Variable


def normal(column: str) -> str:
    """SQL of the number as it is compared; empty for a cell that says nothing."""
    signs = text(identifiers.WIDE + identifiers.LEFT_OUT)
    return f"translate(CAST({quoted(column)} AS VARCHAR), {signs}, {text(identifiers.NARROW)})"


def state(variable: Variable) -> str:
    """SQL of an identifier's state; NULL where the cell is empty."""
    return f"identifier_state_{variable.scheme}({_number(variable.name)})"


def part(variable: Variable, source: Variable) -> str:
    """SQL of a variable that is read from an identifier, as text; NULL where the number does not tell it."""
    assert variable.read_from is not None
    return f"identifier_part_{source.scheme}({_number(source.name)}, {text(variable.read_from.part)})"


def _number(column: str) -> str:
    return f"nullif({normal(column)}, 'NA')"
