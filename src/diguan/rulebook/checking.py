"""Checks of a pack as a whole: types, names, circles, periods."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from diguan.rulebook import identifiers, looking_back, tree, types
from diguan.rulebook import pack as parts
from diguan.rulebook.order import Circle, evaluation_order
from diguan.rulebook.parsing import ExpressionRefused, is_name
from diguan.rulebook.problems import N_, Position, Problem, suggestion

# More tests in one standard would not fit the stored bits.
MOST_LEAVES = 62
_Named = parts.Variable | parts.Derived | parts.Standard | parts.Parameter | parts.Cohort | parts.Check
_RESERVED: dict[type, tuple[str, ...]] = {parts.Cohort: ("none", "unknown"), parts.Check: ("all",)}
OUTPUT_COLUMNS = ("household_id", "person_id", "place", "place_number", "persons", "weight", "cohort")


def check(pack: parts.Pack, problems: list[Problem]) -> parts.Pack:
    """Check a pack read from its files; faults go to `problems`. Returns it with the types of its formulas."""
    _check_names(pack, problems)
    _check_periods(pack, problems)
    problems += [fault for p in pack.parameters.values() for v in p.values for fault in out_of_bounds(p, v.value, v.at)]
    _check_references(pack, problems)
    typed = _typed(pack, problems)
    if not problems:
        try:
            evaluation_order(typed)
        except Circle as circle:
            at = _position(pack, circle.names[0])
            problems.append(
                Problem(
                    at,
                    N_("These depend on each other in a circle: {names}."),
                    {"names": " → ".join(circle.names)},
                    N_("compute one of them from facts alone"),
                )
            )
        else:
            problems += looking_back.faults(typed)
    return typed


def _position(pack: parts.Pack, name: str) -> Position:
    groups: tuple[Mapping[str, parts.Derived | parts.Standard | parts.Parameter], ...] = (
        pack.derived,
        pack.standards,
        pack.parameters,
    )
    return next(group[name].at for group in groups if name in group)


def _check_names(pack: parts.Pack, problems: list[Problem]) -> None:
    """Every name means one thing, and none that the software needs for itself."""
    other = N_("choose another name")
    taken: list[tuple[_Named, str]] = [
        (d, N_("“{word}” is already a variable of the dictionary."))
        for d in pack.derived.values()
        if d.name in pack.variables
    ]
    taken += [
        (standard, N_("“{word}” is already a variable."))
        for standard in pack.standards.values()
        if standard.name in pack.variables or standard.name in pack.derived
    ]
    groups: tuple[Mapping[str, _Named], ...] = (
        pack.variables,
        pack.derived,
        pack.standards,
        pack.parameters,
        pack.cohorts,
        pack.checks,
    )
    for thing in (thing for group in groups for thing in group.values()):
        if thing.name in (*OUTPUT_COLUMNS, *_RESERVED.get(type(thing), ())):
            taken.append((thing, N_("“{word}” is a name the software uses itself.")))
        if not is_name(thing.name):
            taken.append((thing, N_("“{word}” is a word of the rule language.")))
        if "__" in thing.name:
            taken.append((thing, N_("“{word}” has two underscores in a row.")))
    if "as_of" in pack.parameters:
        taken.append((pack.parameters["as_of"], N_("“{word}” is a name the software uses itself.")))
    problems += [Problem(thing.at, template, {"word": thing.name}, other) for thing, template in taken]


def _check_periods(pack: parts.Pack, problems: list[Problem]) -> None:
    for parameter in pack.parameters.values():
        for earlier, later in pairwise(parameter.values):
            if earlier.ends is None or earlier.ends >= later.starts:
                values = {"word": parameter.name, "date": later.starts}
                problems.append(
                    Problem(
                        later.at,
                        N_("“{word}” has two values on {date}."),
                        values,
                        N_("end the earlier value with to: the day before"),
                    )
                )


def out_of_bounds(parameter: parts.Parameter, value: parts.Value, at: Position) -> Iterator[Problem]:
    """What is wrong with a value that lies outside what a parameter may be given."""
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        return
    values = {"word": parameter.name, "value": value, "least": parameter.min, "greatest": parameter.max}
    if parameter.min is not None and value < parameter.min:
        yield Problem(at, N_("“{word}” is at least {least}; {value} is less."), values)
    if parameter.max is not None and value > parameter.max:
        yield Problem(at, N_("“{word}” is at most {greatest}; {value} is more."), values)


def _check_references(pack: parts.Pack, problems: list[Problem]) -> None:
    for campaign in pack.campaigns.values():
        for cohort in campaign.baseline_persons:
            if cohort not in pack.cohorts:
                at = Position(pack.folder / "campaigns.yaml")
                problems.append(
                    Problem(
                        at,
                        N_("The campaign “{campaign}” counts a cohort “{word}” that does not exist."),
                        {"campaign": campaign.name, **suggestion(cohort, pack.cohorts)},
                        N_("did you mean: {choices}"),
                    )
                )
    problems += _faults_of_parts(pack)
    for check in pack.checks.values():
        if check.mended_by not in pack.roles:
            values = suggestion(check.mended_by, pack.roles)
            declare = N_("declare it in pack.yaml under roles:")
            remedy = N_("declare it in pack.yaml under roles:, or did you mean: {choices}") if pack.roles else declare
            problems.append(Problem(check.at, N_("There is no role “{word}”."), values, remedy))
    for variable in pack.variables.values():
        if variable.min is not None and variable.max is not None and variable.min > variable.max:
            template = N_("The smallest value of “{word}” is greater than the largest.")
            problems.append(Problem(variable.at, template, {"word": variable.name}))


def _faults_of_parts(pack: parts.Pack) -> Iterator[Problem]:
    """What is wrong with variables that are read from an identifier."""
    numbers = {v.name for v in pack.variables.values() if v.type == "identifier"}
    for variable in pack.variables.values():
        if variable.read_from is None:
            continue
        source = pack.variables.get(variable.read_from.identifier)
        if source is None or source.name not in numbers or source.entity != variable.entity:
            values = suggestion(variable.read_from.identifier, numbers)
            template = N_("“{word}” is no identifier of the same household or person.")
            yield Problem(variable.at, template, values, N_("did you mean: {choices}"))
            continue
        known = identifiers.SCHEMES[source.scheme].parts
        wanted = known.get(variable.read_from.part)
        if wanted is None:
            values = suggestion(variable.read_from.part, known)
            yield Problem(
                variable.at, N_("The identifier has no part “{word}”."), values, N_("did you mean: {choices}")
            )
        elif wanted != variable.type:
            values = {"word": variable.read_from.part, "type": wanted}
            yield Problem(variable.at, N_("The part “{word}” is of type {type}."), values, N_("write type: {type}"))


def _typed(pack: parts.Pack, problems: list[Problem]) -> parts.Pack:
    """Type every formula; a derived variable's declared type is what others see, so order does not matter."""
    values: dict[str, tuple[types.Entity, types.Type]] = {
        n: (v.entity, v.value_type) for n, v in pack.variables.items()
    }
    results: dict[str, types.Type] = {}
    for name, derived in pack.derived.items():
        values.setdefault(name, (derived.entity, _wanted(derived.type)))
    parameters = {name: parts.declared_type(parameter.type) for name, parameter in pack.parameters.items()}
    household = types.Names("household", values, parameters, frozenset(pack.standards))
    for name, derived in pack.derived.items():
        names = household if derived.entity == "household" else household.of_member()
        found = _check_formula(derived.formula, names, _wanted(derived.type), problems)
        if found is not None:
            results[name] = found
    _check_decisions(pack, household, problems)
    return replace(
        pack, derived={name: replace(d, result=results.get(name, d.result)) for name, d in pack.derived.items()}
    )


def _check_decisions(pack: parts.Pack, household: types.Names, problems: list[Problem]) -> None:
    """Standards, cohorts, checks, computed parameters and the weight."""
    for standard in pack.standards.values():
        for formula in (standard.applies_when, standard.met_when):
            if formula is not None:
                _check_formula(formula, household, types.BOOLEAN, problems)
        _check_size(standard, problems)
    for cohort in pack.cohorts.values():
        _check_formula(cohort.member_when, household, types.BOOLEAN, problems)
    for check in pack.checks.values():
        names = household if check.entity == "household" else household.of_member()
        _check_formula(check.fault_when, names, types.BOOLEAN, problems)
    for parameter in pack.parameters.values():
        if parameter.computed is not None:
            _check_formula(parameter.computed, replace(household, snapshot=True), types.DECIMAL, problems)
    if pack.weight is not None:
        _check_formula(pack.weight, household, types.DECIMAL, problems)


def _wanted(declared: str) -> types.Type:
    return types.TEXT if declared == "code" else parts.declared_type(declared)


def _check_formula(
    formula: parts.Formula, names: types.Names, wanted: types.Type, problems: list[Problem]
) -> types.Type | None:
    try:
        found = types.check(formula.tree, names)
        if not wanted.accepts(found):
            template = N_("This gives a value of type {found}, and {expected} is declared.")
            raise ExpressionRefused(formula.tree.at, template, found=found.kind, expected=wanted.kind)
        return found
    except ExpressionRefused as refused:
        problems.append(Problem(formula.position(*refused.at), refused.template, refused.values, refused.remedy))
        return None


def _check_size(standard: parts.Standard, problems: list[Problem]) -> None:
    count = len(list(tree.leaves(standard.met_when.tree)))
    if count > MOST_LEAVES:
        values = {"count": count, "most": MOST_LEAVES}
        problems.append(
            Problem(
                standard.at,
                N_("This standard has {count} single tests; at most {most} are possible."),
                values,
                N_("put some of them into a derived variable"),
            )
        )
