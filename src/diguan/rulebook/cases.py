"""Worked cases of a pack: one household each, with the answers the pack promises."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from diguan.rulebook import numbers
from diguan.rulebook.fields import Fields
from diguan.rulebook.pack import Pack, Variable
from diguan.rulebook.problems import N_, PackProblems, Position, Problem, suggestion
from diguan.rulebook.reference import MET, NONE, NOT_MET, UNKNOWN, Household, Value, plain
from diguan.rulebook.rules import at
from diguan.rulebook.yaml_positions import Mapping as Node
from diguan.rulebook.yaml_positions import Scalar, read


@dataclass(frozen=True)
class Case:
    """A household, a date, and what must come out."""

    name: str
    at: Position
    as_of: date
    facts: Mapping[str, Value]
    members: tuple[Mapping[str, Value], ...]
    computed: Mapping[str, Decimal]
    standards: Mapping[str, str]
    cohort: str | None
    derived: Mapping[str, Value]


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
    computed = _computed(item, pack)
    expected = item.get("expect", required=True)
    item.done()
    if expected is None or as_of is None:
        return None
    inner = Fields(expected, item.problems)
    standards = _outcomes(inner, pack)
    cohort = inner.choice("cohort", (*pack.cohorts, NONE, UNKNOWN)) if inner.get("cohort") is not None else None
    derived = _derived(inner, pack)
    inner.done()
    return Case(name, item.at, as_of, facts, members, computed, standards, cohort, derived)


def _facts(item: Fields, entity: str, pack: Pack) -> dict[str, Value]:
    node = item.get("household")
    return {} if node is None else _values(Fields(node, item.problems), entity, pack)


def _member(fields: Fields, pack: Pack) -> dict[str, Value]:
    return _values(fields, "person", pack)


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


def household_of(pack: Pack, case: Case) -> Household:
    """The household of a case under the pack on the case's date.

    Raises: PeriodNotCovered.
    """
    return Household(at(pack, case.as_of, case.computed), case.facts, case.members)


def misses(case: Case, outcomes: Mapping[str, str], cohort: str | None, derived: Mapping[str, Value]) -> Iterator[Miss]:
    """Where answers differ from what the case promises; numbers are compared at six places."""
    for name, expected in case.standards.items():
        if outcomes.get(name) != expected:
            yield Miss(case, name, expected, outcomes.get(name))
    if case.cohort is not None and cohort != case.cohort:
        yield Miss(case, "cohort", case.cohort, cohort)
    for name, value in case.derived.items():
        found = derived.get(name)
        same = found == value
        if isinstance(value, Decimal) and isinstance(found, Decimal):
            same = numbers.kept(value) == numbers.kept(found)
        if not same:
            yield Miss(case, name, value, found)


def by_reference(pack: Pack, case: Case) -> Iterator[Miss]:
    """What the reference evaluator answers otherwise than the case promises."""
    household = household_of(pack, case)
    yield from misses(
        case, household.outcomes(), household.cohort(), {name: household.value(name) for name in case.derived}
    )
