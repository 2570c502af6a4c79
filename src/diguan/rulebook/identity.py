"""Which variables say who somebody is: whether the names that a pack gives can be what it says they are."""

from collections.abc import Iterator, Mapping

from diguan.rulebook.pack import Identity, Variable
from diguan.rulebook.problems import N_, Position, Problem, suggestion


def faults(identity: Identity, variables: Mapping[str, Variable], at: Position) -> Iterator[Problem]:
    """What is wrong with the section `identity` of pack.yaml."""
    wanted: list[tuple[str, tuple[str, ...]]] = [(name, ("identifier",)) for name in identity.numbers]
    wanted += [(identity.birth_date, ("date",)), (identity.sex, ("code",)), (identity.relation, ("code", "text"))]
    for name, types in wanted:
        if name:
            yield from _of_variable(name, types, variables, at)
    sex = variables.get(identity.sex)
    for code in (identity.male, identity.female):
        if sex is not None and code and code not in sex.codes:
            template = N_("“{variable}” has no code “{word}”.")
            values = {"variable": sex.name, **suggestion(code, sex.codes)}
            yield Problem(at, template, values, N_("write one of: {choices}"))
    if identity.male and identity.male == identity.female:
        yield Problem(at, N_("Male and female cannot be the same code “{word}”."), {"word": identity.male})
    for name in sorted({name for name in identity.variables if identity.variables.count(name) > 1}):
        yield Problem(at, N_("“{word}” is named twice under identity."), {"word": name})


def _of_variable(
    name: str, types: tuple[str, ...], variables: Mapping[str, Variable], at: Position
) -> Iterator[Problem]:
    """A variable of a person, of one of these types, that somebody states."""
    fitting = [v.name for v in variables.values() if _fits(v, types)]
    found = variables.get(name)
    if found is not None and _fits(found, types):
        return
    values = {**suggestion(name, fitting), "types": ", ".join(types)}
    if found is None:
        template = N_("There is no variable “{word}” that could say who somebody is.")
    elif found.entity != "person":
        template = N_("“{word}” is a variable of households; who somebody is, a variable of a person says.")
    elif found.read_from is not None:
        template = N_("“{word}” is read from an identifier; name a variable that somebody states.")
    else:
        template = N_("“{word}” is not of type {types}, as is needed here.")
    yield Problem(at, template, values, N_("did you mean: {choices}") if fitting else "")


def _fits(variable: Variable, types: tuple[str, ...]) -> bool:
    return variable.entity == "person" and variable.type in types and variable.read_from is None
