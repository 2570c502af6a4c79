"""The order in which columns are computed, and the SQL that computes them.

Columns are laid in stages. Stage 0 of persons needs persons alone; a stage of households may aggregate the same
stage of persons; a later stage of persons may look at the households of the stage before. Inside a stage, columns
that need each other go to levels, one sub-query each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from diguan.engine import members, sql
from diguan.rulebook import tree
from diguan.rulebook.pack import Check
from diguan.rulebook.rules import Rules
from diguan.rulebook.types import Entity

FAULTS = '"faults of members"'  # per household, whom the checks of persons find at fault, and which checks


@dataclass(frozen=True)
class Column:
    name: str
    entity: Entity
    tree: tree.Expression


@dataclass
class Slot:
    """Where a column is computed; `level` counts from 1, 0 is what the stage starts with."""

    entity: Entity
    stage: int = 0
    level: int = 0


@dataclass
class Plan:
    """Columns with their slots, and the SQL of the whole."""

    rules: Rules
    columns: list[Column]
    slots: dict[str, Slot]
    aggregates: dict[tree.Aggregate, str] = field(default_factory=dict)

    @property
    def stages(self) -> int:
        return 1 + max((slot.stage for slot in self.slots.values()), default=0)


def leaf_column(standard: str, number: int) -> str:
    return f"{standard}__test_{number}"


def applies_column(standard: str) -> str:
    return f"{standard}__applies"


def member_column(cohort: str) -> str:
    return f"{cohort}__member"


def fault_column(check: str) -> str:
    return f"{check}__fault"


def raised_column(check: str) -> str:
    return f"{check}__raised"


def columns(rules: Rules) -> Iterator[Column]:
    """Everything to compute, in an order in which each column finds what it needs; computed parameters excepted."""
    pack = rules.pack
    for name in rules.order:
        if name in pack.derived:
            yield Column(name, pack.derived[name].entity, pack.derived[name].formula.tree)
        elif name in pack.standards:
            yield from _standard(rules, name)
        else:
            computed = pack.parameters[name.removeprefix(":")].computed
            assert computed is not None
            yield Column(name, "household", computed.tree)
    for name, cohort in pack.cohorts.items():
        yield Column(member_column(name), "household", cohort.member_when.tree)
    if pack.weight is not None:
        yield Column("weight", "household", pack.weight.tree)
    for check in rules.checks.values():
        yield from _check(check)


def _check(check: Check) -> Iterator[Column]:
    """Whether it finds a fault in each person, where it is about persons, and whether it is raised for the household."""
    found: tree.Expression = check.fault_when.tree
    if check.entity == "person":
        yield Column(fault_column(check.name), "person", found)
        found = tree.Aggregate("any", tree.Name(fault_column(check.name)), None)
    yield Column(raised_column(check.name), "household", found)


def _standard(rules: Rules, name: str) -> Iterator[Column]:
    """The single tests, whether it applies, and the outcome made of those columns."""
    standard = rules.pack.standards[name]
    tests = rules.tests_of(name)
    for number, (test, _) in enumerate(tests):
        yield Column(leaf_column(name, number), "household", test)
    numbers = iter(range(len(tests)))
    outcome = _by_columns(standard.met_when.tree, name, numbers)
    if standard.applies_when is not None:
        yield Column(applies_column(name), "household", standard.applies_when.tree)
        outcome = tree.Or((tree.Not(tree.Name(applies_column(name))), outcome))
    yield Column(name, "household", outcome)


def _by_columns(node: tree.Expression, standard: str, numbers: Iterator[int]) -> tree.Expression:
    if isinstance(node, tree.And | tree.Or):
        return replace(node, parts=tuple(_by_columns(part, standard, numbers) for part in node.parts))
    if isinstance(node, tree.Not):
        return replace(node, part=_by_columns(node.part, standard, numbers))
    return tree.Name(leaf_column(standard, next(numbers)))


def make(rules: Rules) -> Plan:
    """Lay the columns of the rules into stages and levels."""
    pack = rules.pack
    slots = {name: Slot(pack.variables[name].entity) for name in rules.used}
    slots |= {
        sql.former(name, months): Slot(pack.entity_of(name)) for months, names in rules.former.items() for name in names
    }
    plan = Plan(rules, [], slots)
    for column in columns(rules):
        slot = Slot(column.entity)
        _settle(slot, column.tree, column.entity, plan)
        if not column.name.startswith(":"):
            slot.level = 1 + max((slots[n].level for n in _same(column, slot, plan)), default=0)
        slots[column.name] = slot
        plan.columns.append(column)
        for node in column.tree.walk():
            if isinstance(node, tree.Aggregate):
                plan.aggregates.setdefault(node, f"aggregate {len(plan.aggregates)}")
    return plan


def _settle(slot: Slot, node: tree.Expression, reader: Entity, plan: Plan) -> None:
    """Push a slot to the first stage at which an expression read for `reader` finds what it names."""
    if name := _column(node):
        found = plan.slots[name]
        # Persons of a stage see households of the stage before.
        slot.stage = max(slot.stage, found.stage + (reader == "person" and found.entity == "household"))
    elif isinstance(node, tree.Parameter) and ":" + node.name in plan.slots:
        slot.stage = max(slot.stage, plan.slots[":" + node.name].stage + 1)
    inner: Entity = "person" if isinstance(node, tree.Aggregate) else reader
    for child in node.children():
        _settle(slot, child, inner, plan)


def _column(node: tree.Expression) -> str:
    """The column that an expression names by itself; empty where it names none."""
    if isinstance(node, tree.Name):
        return node.name
    if isinstance(node, tree.Previous):
        return sql.former(node.name, node.months)
    return node.standard if isinstance(node, tree.Met) else ""


def _same(column: Column, slot: Slot, plan: Plan) -> Iterator[str]:
    """Columns of the same entity and stage that a column reads directly."""
    for node in _outside_aggregates(column.tree):
        if name := _column(node):
            other = plan.slots[name]
            if other.entity == slot.entity and other.stage == slot.stage:
                yield name


def _outside_aggregates(node: tree.Expression) -> Iterator[tree.Expression]:
    yield node
    if not isinstance(node, tree.Aggregate):
        for child in node.children():
            yield from _outside_aggregates(child)


def statement(plan: Plan, with_persons: bool, *, apart: bool = False) -> str:
    """One SELECT over the views `households` and `persons`: a row per household with every household column.

    Computed parameters are worked out in it, or read from tables of their own when that was done `apart`.
    """
    return f"WITH {', '.join(_parts(plan, with_persons, apart=apart))} SELECT * FROM household_{plan.stages - 1}"


def persons_statement(plan: Plan, *, apart: bool = False) -> str:
    """One SELECT: a row per person with every person column."""
    return f"WITH {', '.join(_parts(plan, True, apart=apart))} SELECT * FROM person_{plan.stages - 1}"


def _parts(plan: Plan, with_persons: bool, *, apart: bool = False) -> Iterator[str]:
    context = sql.Context(plan.rules, plan.aggregates)
    for stage in range(plan.stages):
        if with_persons:
            yield f"person_{stage} AS ({_levels(plan, context, 'person', stage, _person_start(plan, stage))})"
            yield f"members_{stage} AS ({_members(plan, context, stage)})"
        yield f"household_{stage} AS ({_levels(plan, context, 'household', stage, _household_start(plan, stage, with_persons))})"
        for column in _at(plan, "household", stage):
            if column.name.startswith(":") and not apart:
                yield _computed(column, stage, context)


def _at(plan: Plan, entity: Entity, stage: int) -> Iterator[Column]:
    return (c for c in plan.columns if plan.slots[c.name].entity == entity and plan.slots[c.name].stage == stage)


def _levels(plan: Plan, context: sql.Context, entity: Entity, stage: int, start: str) -> str:
    statement = start
    here = [column for column in _at(plan, entity, stage) if not column.name.startswith(":")]
    for level in range(1, 1 + max((plan.slots[c.name].level for c in here), default=0)):
        added = [
            f"{sql.emit(c.tree, context)} AS {sql.quoted(c.name)}" for c in here if plan.slots[c.name].level == level
        ]
        statement = f"SELECT *, {', '.join(added)} FROM ({statement})"
    return statement


def past_table(name: str, months: int) -> str:
    """Where the former values of households or persons stand, by key."""
    return sql.quoted(f"{name} {months} months before")


def asked_of(name: str, rules: Rules, months: int) -> list[str]:
    """The names of `households` or `persons` whose former values the rules read."""
    return [each for each in sorted(rules.former[months]) if rules.pack.entity_of(each) == name.removesuffix("s")]


def _with_past(name: str, rules: Rules) -> str:
    """One SELECT over `households` or `persons`: with it what was known of each earlier, as far as rules ask."""
    key = "household_id" if name == "households" else "person_id"
    earlier = [past_table(name, months) for months in rules.former if asked_of(name, rules, months)]
    return f"SELECT * FROM {name}" + "".join(f" LEFT JOIN {table} USING ({key})" for table in earlier)


def _person_start(plan: Plan, stage: int) -> str:
    if stage == 0:
        return _with_past("persons", plan.rules)
    wanted = sorted(_household_names_read_by_persons(plan))
    if not wanted:
        return f"SELECT * FROM person_{stage - 1}"
    known = [name for name in wanted if plan.slots[name].stage < stage]
    earlier = [name for name in known if plan.slots[name].stage < stage - 1]
    fresh = [name for name in known if name not in earlier]
    if not fresh:
        return f"SELECT * FROM person_{stage - 1}"
    names = ", ".join(f"household.{sql.quoted(name)}" for name in fresh)
    return f"SELECT person.*, {names} FROM person_{stage - 1} AS person JOIN household_{stage - 1} AS household USING (household_id)"


def _household_names_read_by_persons(plan: Plan) -> set[str]:
    roots: list[tree.Expression] = [column.tree for column in plan.columns if column.entity == "person"]
    for aggregate in plan.aggregates:
        roots += aggregate.children()
    found = {_column(node) for root in roots for node in root.walk() if isinstance(node, tree.Name | tree.Previous)}
    return {name for name in found if plan.slots[name].entity == "household"}


def _members(plan: Plan, context: sql.Context, stage: int) -> str:
    """Aggregates that columns of this stage are the first to need; at stage 0 also the number of persons."""
    faulty = [name for name, check in plan.rules.checks.items() if check.entity == "person"]
    return members.statement(
        {node: plan.aggregates[node] for node in _aggregates_first_at(plan, stage)},
        f"person_{stage}",
        context,
        counted=stage == 0,
        faults=(_faults(faulty), FAULTS) if faulty and stage == plan.stages - 1 else None,
    )


def _faults(checks: list[str]) -> str:
    """SQL of what the checks find in one person: nothing for almost everybody, so the list is made only where needed."""
    any_of_them = " OR ".join(sql.quoted(fault_column(name)) for name in checks)
    each = ", ".join(f"CASE WHEN {sql.quoted(fault_column(name))} THEN {sql.text(name)} END" for name in checks)
    return f"CASE WHEN {any_of_them} THEN {{'person_id': person_id, 'checks': [{each}]}} END"


def _aggregates_first_at(plan: Plan, stage: int) -> Iterable[tree.Aggregate]:
    first: dict[tree.Aggregate, int] = {}
    for column in plan.columns:
        for node in column.tree.walk():
            if isinstance(node, tree.Aggregate):
                first[node] = min(first.get(node, plan.stages), plan.slots[column.name].stage)
    return [node for node, found in first.items() if found == stage]


def _household_start(plan: Plan, stage: int, with_persons: bool) -> str:
    before = f"({_with_past('households', plan.rules)})" if stage == 0 else f"household_{stage - 1}"
    if not with_persons:
        # Without persons only a check can ask for members, and what it asks is unknown.
        made = ["CAST(0 AS INTEGER) AS persons"] if stage == 0 else []
        made += [f"NULL AS {sql.quoted(plan.aggregates[node])}" for node in _aggregates_first_at(plan, stage)]
        return f"SELECT {', '.join(['*', *made])} FROM {before}"
    return f"SELECT * FROM {before} LEFT JOIN members_{stage} USING (household_id)"


def _computed(column: Column, stage: int, context: sql.Context) -> str:
    """A computed parameter as a one-row relation: its quantiles first, then the arithmetic around them."""
    quantiles = [node for node in column.tree.walk() if isinstance(node, tree.Quantile)]
    around = _replaced(column.tree, {node: tree.Name(f"quantile {number}") for number, node in enumerate(quantiles)})
    # A scalar sub-query is NULL, unknown, where no household takes part.
    found = [
        f"({_quantile(node, stage, context)}) AS {sql.quoted(f'quantile {number}')}"
        for number, node in enumerate(quantiles)
    ]
    inner = f"SELECT {', '.join(found) or '1'}"
    return f"{sql.quoted('computed ' + column.name[1:])} AS MATERIALIZED (SELECT {sql.emit(around, context)} AS value FROM ({inner}))"


def _quantile(node: tree.Quantile, stage: int, context: sql.Context) -> str:
    """The smallest value at which the weight so far reaches the share; half-way to the next where it is hit exactly.

    Households whose value or weight is unknown take no part; weights are summed as whole millionths.
    """
    value, weight = sql.emit(node.value, context), sql.emit(node.weight, context)
    share = int(node.share * 10**6)
    return f"""
        SELECT CASE WHEN so_far * 1000000 = whole * {share} THEN rule_safe_div(value + following, CAST(2 AS {sql.NUMBER})) ELSE value END AS value
        FROM (
            SELECT value, sum(weight) OVER (ORDER BY value) AS so_far, sum(weight) OVER () AS whole,
                   lead(value) OVER (ORDER BY value) AS following
            FROM (
                SELECT {value} AS value, sum(CAST(CAST({weight} AS DECIMAL(19, 6)) * 1000000 AS HUGEINT)) AS weight
                FROM household_{stage} WHERE {value} IS NOT NULL AND {weight} > 0 GROUP BY 1
            )
        )
        WHERE so_far * 1000000 >= whole * {share} ORDER BY value LIMIT 1"""


def _replaced(node: tree.Expression, by: dict[tree.Quantile, tree.Name]) -> tree.Expression:
    if isinstance(node, tree.Quantile):
        return by[node]
    if isinstance(node, tree.Sum):
        return replace(node, terms=tuple(_replaced(term, by) for term in node.terms))
    if isinstance(node, tree.Product):
        return replace(node, left=_replaced(node.left, by), right=_replaced(node.right, by))
    if isinstance(node, tree.Call):
        return replace(node, arguments=tuple(_replaced(argument, by) for argument in node.arguments))
    return node


def computed_statement(plan: Plan, name: str, with_persons: bool) -> str:
    """One SELECT: the value of a computed parameter, and how many households its quantiles were taken over."""
    slot = plan.slots[":" + name]
    column = next(c for c in plan.columns if c.name == ":" + name)
    context = sql.Context(plan.rules, plan.aggregates)
    quantiles = [node for node in column.tree.walk() if isinstance(node, tree.Quantile)]
    known = (
        " AND ".join(
            f"{sql.emit(q.value, context)} IS NOT NULL AND {sql.emit(q.weight, context)} > 0" for q in quantiles
        )
        or "TRUE"
    )
    count = f"(SELECT count(*) FROM household_{slot.stage} WHERE {known})"
    return f"WITH {', '.join(_parts(plan, with_persons))} SELECT value, {count} FROM {sql.quoted('computed ' + name)}"
