"""The plan's SQL, written for DuckDB, as SQL for Spark. All that the two write differently stands here and in functions.sql.

A closed list: a function that is not known to mean the same in both stops the run, so that none is translated by chance.
"""

import re
from collections.abc import Iterator
from importlib import resources

import sqlglot
from sqlglot import exp

_KNOWN = (
    exp.Abs, exp.And, exp.Array, exp.ArrayAgg, exp.BitwiseOrAgg, exp.Case, exp.Cast, exp.Coalesce, exp.Count, exp.CountIf, exp.Exists, exp.Explode,
    exp.Floor, exp.Greatest, exp.If, exp.Lag, exp.Lead, exp.Least, exp.Left, exp.LogicalAnd, exp.LogicalOr, exp.Lower,
    exp.Max, exp.Min, exp.Nullif, exp.Or, exp.RegexpLike, exp.Round, exp.RowNumber, exp.Struct, exp.StructExtract,
    exp.Sum, exp.TimestampTrunc, exp.ToMap, exp.Translate, exp.Trim, exp.TryCast, exp.Unnest,
)  # fmt: skip
# Enumerations are texts, and bits have room in a whole number; 128 bits hold 38 digits.
_TYPES = {
    exp.DataType.Type.ENUM: "STRING",
    exp.DataType.Type.INT128: "DECIMAL(38, 0)",
    exp.DataType.Type.UTINYINT: "BIGINT",
    exp.DataType.Type.UINT: "BIGINT",
}


class NotTranslatable(Exception):
    """A statement holds what Spark may take for something else: a fault of this program, not of the data."""


def translated(statement: str) -> tuple[str, list[str]]:
    """The statement for Spark, and which of our own functions it calls."""
    tree = sqlglot.parse_one(statement, read="duckdb").transform(_replaced)
    called = {node.name for node in tree.find_all(exp.Anonymous)}
    for node in tree.find_all(exp.Func):
        if not isinstance(node, (*_KNOWN, exp.Anonymous)):
            raise NotTranslatable(node.sql("duckdb"))
    if strange := called - set(functions()):
        raise NotTranslatable(", ".join(sorted(strange)))
    return tree.sql("spark"), sorted(called)


def _replaced(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.CTE):
        node.set("materialized", None)
    elif isinstance(node, exp.DataType) and node.this in _TYPES:
        return exp.DataType.build(_TYPES[node.this], dialect="spark")
    elif isinstance(node, exp.RegexpFullMatch):
        pattern = f"\\A(?:{node.expression.name})\\z"
        return exp.Paren(this=exp.RegexpLike(this=node.this, expression=exp.Literal.string(pattern)))
    elif isinstance(node, exp.Anonymous) and node.name == "map_contains":
        choices, value = node.expressions
        words = [exp.Literal.string(entry.this.name) for entry in choices.this.expressions]
        return exp.Paren(this=exp.In(this=value, expressions=words))  # where a function stood, IN binds less
    return node


def functions() -> dict[str, str]:
    """What makes each of our own functions, in an order in which each finds those that it calls."""
    script = resources.files("diguan.engine.spark").joinpath("functions.sql").read_text("utf-8")
    script = re.sub(r"--.*", "", script)
    return {_name(each): each for each in (part.strip() for part in script.split(";")) if each}


def needed(called: list[str]) -> Iterator[tuple[str, str]]:
    """The functions called and those that they call, callees first: name and what makes it."""
    made = functions()
    wanted = set(called)
    for name in reversed(made):
        if name in wanted:
            wanted |= {other for other in made if other != name and re.search(rf"\b{other}\(", made[name])}
    return ((name, statement) for name, statement in made.items() if name in wanted)


def _name(statement: str) -> str:
    found = re.search(r"FUNCTION (\w+)", statement)
    assert found is not None
    return found[1]
