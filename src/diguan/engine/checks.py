"""What the checks of a pack found in the data: faults of households and of persons, from the screened households."""

from collections.abc import Iterator

from diguan.engine import plan
from diguan.engine.sql import quoted, text
from diguan.rulebook.rules import Rules


def columns(rules: Rules, with_persons: bool) -> list[str]:
    """SQL of the columns of a screened household that say what was raised."""
    made = [quoted(plan.raised_column(name)) for name in rules.checks]
    return made + ([plan.FAULTS] if with_persons and _of(rules, "person") else [])


def statement(rules: Rules, with_persons: bool) -> str:
    """One SELECT over `screened`: a row per fault, with the person in whom it was found or none."""
    parts = [
        f"SELECT household_id, CAST(NULL AS VARCHAR) AS person_id, {_raised(_of(rules, 'household'))} FROM screened"
    ]
    if with_persons and _of(rules, "person"):
        found = f"SELECT household_id, unnest({plan.FAULTS}) AS fault FROM screened"
        parts.append(f'SELECT household_id, fault.person_id, unnest(fault.checks) AS "check" FROM ({found})')
    return f"""SELECT * FROM ({" UNION ALL ".join(parts)}) WHERE "check" IS NOT NULL"""


def _of(rules: Rules, entity: str) -> list[str]:
    return [name for name, check in rules.checks.items() if check.entity == entity]


def _raised(names: list[str]) -> str:
    each = ", ".join(f"CASE WHEN {quoted(plan.raised_column(name))} THEN {text(name)} END" for name in names)
    return f'unnest(CAST([{each}] AS VARCHAR[])) AS "check"'


def subjects(rules: Rules) -> Iterator[tuple[str, str, str, str]]:
    """(kind, id, outcome, SQL condition on a screened household) of everything that is counted about checks."""
    raised = {name: quoted(plan.raised_column(name)) for name in rules.checks}
    for name, column in raised.items():
        yield "check", name, "raised", column
        yield "check", name, "unknown", f"{column} IS NULL"
    if raised:
        yield "check", "all", "raised", " OR ".join(raised.values())
    for severity in dict.fromkeys(check.severity for check in rules.checks.values()):
        some = [raised[name] for name, check in rules.checks.items() if check.severity == severity]
        yield "severity", severity, "raised", " OR ".join(some)


def leaves(rules: Rules, first: int) -> str:
    """One SELECT over `screened`: a row per place with counts h, p and, with a weight, w of the subjects, numbered from `first`.

    Households are counted by what all checks say of them, and only these few kinds of households once for each subject.
    """
    named = ", ".join(quoted(plan.raised_column(name)) for name in rules.checks)
    amounts = {"h": "count(*)", "p": "sum(persons)"} | ({"w": "sum(persons * weight)"} if rules.pack.weight else {})
    kinds = f"SELECT place, {named}, {', '.join(f'{sql} AS {letter}' for letter, sql in amounts.items())} FROM screened GROUP BY ALL"
    counted = [
        f"sum({letter}) FILTER (WHERE {condition}) AS {letter}{number}"
        for number, (_, _, _, condition) in enumerate(subjects(rules), start=first)
        for letter in amounts
    ]
    return f"SELECT place AS leaf_of_checks, {', '.join(counted)} FROM ({kinds}) GROUP BY place"
