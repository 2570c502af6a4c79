"""Parameters that are computed over all households of a screening: worked out once, before anybody is judged by them."""

from collections.abc import Mapping
from decimal import Decimal

from diguan.engine import plan
from diguan.engine.session import Session
from diguan.engine.sql import NUMBER, quoted
from diguan.rulebook.rules import Rules


def computed_values(
    session: Session, rules: Rules, the_plan: plan.Plan, has_persons: bool
) -> tuple[dict[str, Decimal | None], dict[str, int]]:
    """Values of the parameters computed over the snapshot, and in how many households what they rest on was known."""
    found: dict[str, Decimal | None] = {}
    known: dict[str, int] = {}
    for name in rules.pack.parameters:
        if not rules.is_computed(name):
            continue
        statement = plan.computed_statement(the_plan, name, has_persons)
        value, count = session.rows(statement)[0]
        assert value is None or isinstance(value, Decimal)
        found[name], known[name] = value, int(str(count))
    return found, known


def lay(session: Session, values: Mapping[str, Decimal | None]) -> None:
    """Make a table of each, which statements read that leave it to somebody else to compute them (plan, `apart`)."""
    for name, value in values.items():
        written = "NULL" if value is None else f"{value:f}"
        session.table(quoted(f"computed {name}"), f"SELECT CAST({written} AS {NUMBER}) AS value")
