"""Worked cases of a pack: one household each, with the answers the pack promises."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from diguan.rulebook import numbers, order
from diguan.rulebook.fields import Fields
from diguan.rulebook.pack import Pack, Variable
from diguan.rulebook.problems import N_, PackProblems, Position, Problem, suggestion
from diguan.rulebook.reference import MET, NONE, NOT_MET, NOT_RAISED, RAISED, UNKNOWN, Household, Past, Value, plain
from diguan.rulebook.rules import Rules, at
from diguan.rulebook.yaml_positions import Mapping as Node
from diguan.rulebook.yaml_positions import Scalar, Sequence, read


@dataclass(frozen=True)
class Earlier:
    """What was known of the household some months before; its members in the order of today's, those who left at the end."""

    facts: Mapping[str, Value]
    members: tuple[Mapping[str, Value], ...]


@dataclass(frozen=True)
class Case:
    """A household, a date, and what must come out."""

    name: str
    at: Position
    as_of: date
    facts: Mapping[str, Value]
    members: tuple[Mapping[str, Value], ...]
    before: Mapping[int, Earlier]  # by months
    computed: Mapping[str, Decimal]
    standards: Mapping[str, str]
    cohort: str | None
    derived: Mapping[str, Value]
    checks: Mapping[str, str]
    only_checks: bool  # no other check is raised


@dataclass(frozen=True)
class Answers:
    """What one evaluator says of the household of a case."""

    standards: Mapping[str, str]
    cohort: str | None
    derived: Mapping[str, Value]
    checks: Mapping[str, str]


@dataclass(frozen=True)
class Miss:
    """An expectation that did not come true."""

    case: Case
    name: str
    expected: object
    found: object


def load_cases(pack: Pack) -> list[Case]:
    """The cases in the pack's folder `cases`, in the order of files and entries.

    Raises: PackProblems.
    """
    problems: list[Problem] = []
    found: list[Case] = []
    for file in sorted((pack.folder / "cases").glob("*.yaml")):
        root = Fields(read(file), problems)
        for item in root.items("cases", required=True):
            case = _case(item, pack)
            if case is not None:
                found.append(case)
        root.done()
    if problems:
        raise PackProblems(problems)
    return found


def _case(item: Fields, pack: Pack) -> Case | None:
    name, as_of = item.word("name", required=True), item.date("as_of", required=True)
    facts = _facts(item, "household", pack)
    members = tuple(_member(member, pack) for member in item.items("members"))
    before = _before(item, pack)
    computed = _computed(item, pack)
    expected = item.get("expect", required=True)
    item.done()
    if expected is None or as_of is None:
        return None
    inner = Fields(expected, item.problems)
    standards = _outcomes(inner, pack)
    cohort = inner.choice("cohort", (*pack.cohorts, NONE, UNKNOWN)) if inner.get("cohort") is not None else None
    derived = _derived(inner, pack)
    checks, only_checks = _checks(inner, pack)
    inner.done()
    return Case(name, item.at, as_of, facts, members, before, computed, standards, cohort, derived, checks, only_checks)


def _facts(item: Fields, entity: str, pack: Pack) -> dict[str, Value]:
    node = item.get("household")
    return {} if node is None else _values(Fields(node, item.problems), entity, pack)


def _member(fields: Fields, pack: Pack) -> dict[str, Value]:
    return _values(fields, "person", pack)


def _before(item: Fields, pack: Pack) -> dict[int, Earlier]:
    node = item.get("before")
    asked = order.former(formula.tree for formula in pack.formulas())
    found: dict[int, Earlier] = {}
    fields = Fields(node, item.problems) if node is not None else None
    for key, value in fields.node if fields is not None else ():
        months = int(key.text) if key.text.isdecimal() else 0
        if months not in asked:
            template, choices = N_("No rule looks back “{word}” months."), [str(each) for each in asked]
            item.problem(
                key.at, template, N_("write one of: {choices}") if choices else "", word=key.text, choices=choices
            )
            continue
        inner = Fields(value, item.problems)
        found[months] = Earlier(
            _facts(inner, "household", pack), tuple(_member(m, pack) for m in inner.items("members"))
        )
        inner.done()
    return found


def _values(fields: Fields, entity: str, pack: Pack) -> dict[str, Value]:
    """Facts of one household or member; `unknown` and absence mean the same."""
    known = {variable.name: variable for variable in pack.variables.values() if variable.entity == entity}
    facts: dict[str, Value] = {}
    for key, node in fields.node:
        if key.text not in known:
            fields.problem(
                key.at,
                N_("“{word}” is not a variable of a {entity}."),
                N_("did you mean: {choices}"),
                entity=entity,
                **suggestion(key.text, known),
            )
        elif not _is_unknown(node, known[key.text]):
            value = fields.value(node, known[key.text].type, known[key.text].codes)
            if value is not None:
                facts[key.text] = plain(value)
    return facts


def _is_unknown(node: object, variable: Variable | None = None) -> bool:
    return (
        isinstance(node, Scalar)
        and not node.quoted
        and node.text == UNKNOWN
        and not (variable and UNKNOWN in variable.codes)
    )


def _computed(item: Fields, pack: Pack) -> dict[str, Decimal]:
    """Values given for computed parameters: one household alone cannot give them."""
    wanted = [name for name, parameter in pack.parameters.items() if parameter.computed is not None]
    node = item.get("computed", required=bool(wanted))
    if not isinstance(node, Node):
        return {}
    for key, _ in node:
        if key.text not in wanted:
            remedy = N_("did you mean: {choices}")
            item.problem(key.at, N_("There is no computed parameter “{word}”."), remedy, **suggestion(key.text, wanted))
    return {name.text: number for name, value in node if (number := item.as_number(value)) is not None}


def _outcomes(inner: Fields, pack: Pack) -> dict[str, str]:
    node = inner.get("standards")
    if node is None:
        return {}
    fields = Fields(node, inner.problems)
    for key, _ in fields.node:
        if key.text not in pack.standards:
            fields.problem(
                key.at,
                N_("There is no standard “{word}”."),
                N_("did you mean: {choices}"),
                **suggestion(key.text, pack.standards),
            )
    return {
        key.text: fields.choice(key.text, (MET, NOT_MET, UNKNOWN))
        for key, _ in fields.node
        if key.text in pack.standards
    }


def _derived(inner: Fields, pack: Pack) -> dict[str, Value]:
    node = inner.get("derived")
    found: dict[str, Value] = {}
    fields = Fields(node, inner.problems) if node is not None else None
    for key, value in fields.node if fields is not None else ():
        derived = pack.derived.get(key.text)
        if derived is None or derived.entity != "household":
            inner.problem(
                key.at,
                N_("There is no derived household variable “{word}”."),
                N_("did you mean: {choices}"),
                **suggestion(key.text, pack.derived),
            )
        elif _is_unknown(value):
            found[key.text] = None
        else:
            given = inner.value(value, "text" if derived.type == "code" else derived.type)
            found[key.text] = None if given is None else plain(given)
    return found


def _checks(inner: Fields, pack: Pack) -> tuple[dict[str, str], bool]:
    """What is expected of checks: a mapping speaks of those it names, a list names all that are raised."""
    node = inner.get("checks")
    if node is None:
        return {}, False
    if isinstance(node, Sequence):
        inner.words("checks")
        listed = [item for item in node.items if isinstance(item, Scalar)]
        return dict.fromkeys(_known_checks(listed, inner, pack), RAISED), True
    fields = Fields(node, inner.problems)
    named = _known_checks([key for key, _ in fields.node], inner, pack)
    return {name: fields.choice(name, (RAISED, NOT_RAISED, UNKNOWN)) for name in named}, False


def _known_checks(named: list[Scalar], inner: Fields, pack: Pack) -> list[str]:
    for name in named:
        if name.text not in pack.checks:
            template, remedy = N_("There is no check “{word}”."), N_("did you mean: {choices}")
            inner.problem(name.at, template, remedy, **suggestion(name.text, pack.checks))
    return [name.text for name in named if name.text in pack.checks]


def household_of(pack: Pack, case: Case) -> Household:
    """The household of a case under the pack on the case's date.

    Raises: PeriodNotCovered.
    """
    rules = at(pack, case.as_of, case.computed)
    past = {months: _past(rules, case, months, earlier) for months, earlier in case.before.items()}
    return Household(rules, case.facts, case.members, past=past)


def _past(rules: Rules, case: Case, months: int, earlier: Earlier) -> Past:
    on = numbers.months_before(case.as_of, months)
    home = Household(rules.before(months, on), earlier.facts, earlier.members)
    stood = [(home, index) if index < len(earlier.members) else None for index in range(len(case.members))]
    return Past(on, home, stood)


def misses(case: Case, found: Answers) -> Iterator[Miss]:
    """Where answers differ from what the case promises; numbers are compared at six places."""
    for name, expected in case.standards.items():
        if found.standards.get(name) != expected:
            yield Miss(case, name, expected, found.standards.get(name))
    if case.cohort is not None and found.cohort != case.cohort:
        yield Miss(case, "cohort", case.cohort, found.cohort)
    for name, value in case.derived.items():
        answer = found.derived.get(name)
        same = answer == value
        if isinstance(value, Decimal) and isinstance(answer, Decimal):
            same = numbers.kept(value) == numbers.kept(answer)
        if not same:
            yield Miss(case, name, value, answer)
    for name, said in found.checks.items():
        promised = case.checks.get(name)
        if promised is None and case.only_checks and said == RAISED:
            yield Miss(case, name, NOT_RAISED, said)
        elif promised is not None and said != promised:
            yield Miss(case, name, promised, said)


def by_reference(pack: Pack, case: Case) -> Iterator[Miss]:
    """What the reference evaluator answers otherwise than the case promises."""
    household = household_of(pack, case)
    derived = {name: household.value(name) for name in case.derived}
    yield from misses(case, Answers(household.outcomes(), household.cohort(), derived, household.checks()))
