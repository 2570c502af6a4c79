"""In which order the values of a pack are computed."""

from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from diguan.rulebook import tree
from diguan.rulebook.pack import Pack


class Circle(Exception):
    """Names that need each other; `names` begins and ends with the same one."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(" → ".join(names))


def needs(expression: tree.Expression) -> set[str]:
    """Names of variables, standards and (with a colon) parameters that an expression mentions."""
    found = set()
    for node in expression.walk():
        if isinstance(node, tree.Name | tree.Previous):
            found.add(node.name)
        elif isinstance(node, tree.Met):
            found.add(node.standard)
        elif isinstance(node, tree.Parameter):
            found.add(":" + node.name)
    return found


def expressions(pack: Pack) -> Iterator[tuple[str, tree.Expression]]:
    """Everything a pack computes before cohorts, with its name; computed parameters have a colon before theirs."""
    for name, derived in pack.derived.items():
        yield name, derived.formula.tree
    for name, standard in pack.standards.items():
        yield name, standard.met_when.tree
        if standard.applies_when is not None:
            yield name, standard.applies_when.tree
    for name, parameter in pack.parameters.items():
        if parameter.computed is not None:
            yield ":" + name, parameter.computed.tree


def evaluation_order(pack: Pack) -> list[str]:
    """Names of derived variables, standards and :computed parameters, each after what it needs.

    Raises: Circle.
    """
    graph: dict[str, set[str]] = {}
    for name, expression in expressions(pack):
        graph.setdefault(name, set()).update(needs(expression))
    computed = set(graph)
    try:
        return list(
            TopologicalSorter({name: sorted(wanted & computed) for name, wanted in graph.items()}).static_order()
        )
    except CycleError as error:
        names = [name.removeprefix(":") for name in error.args[1]]
        raise Circle(names) from error


def closure(pack: Pack, names: Iterable[str]) -> set[str]:
    """These names and everything they rest on, however far down: variables, standards and :parameters."""
    below: dict[str, set[str]] = {}
    for name, expression in expressions(pack):
        below.setdefault(name, set()).update(needs(expression))
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += below.get(name, ())
    return found


def rests_on(pack: Pack, names: Iterable[str]) -> set[str]:
    """Dictionary variables of the household that derived variables rest on, however far down."""
    return {n for n in closure(pack, names) if n in pack.variables and pack.variables[n].entity == "household"}


def former(roots: Iterable[tree.Expression]) -> Mapping[int, frozenset[str]]:
    """The names that expressions ask of the past, by how many months back."""
    found: dict[int, set[str]] = {}
    for node in (node for root in roots for node in root.walk()):
        if isinstance(node, tree.Previous):
            found.setdefault(node.months, set()).add(node.name)
    return {months: frozenset(found[months]) for months in sorted(found)}
