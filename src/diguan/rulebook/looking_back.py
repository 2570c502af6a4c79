"""Whether what a pack asks of the past can be answered: from facts of that time, and in one step."""

from collections.abc import Iterator

from diguan.rulebook import order, tree
from diguan.rulebook.pack import Formula, Pack
from diguan.rulebook.problems import N_, Problem


def faults(pack: Pack) -> Iterator[Problem]:
    """What is wrong with each previous() of a pack whose names and types are sound and go in no circle."""
    looking = {name for name, root in order.expressions(pack) if order.former([root])}
    computed = {":" + name for name, parameter in pack.parameters.items() if parameter.computed is not None}
    for formula in pack.formulas():
        for node in formula.tree.walk():
            if isinstance(node, tree.Previous):
                below = order.closure(pack, [node.name])
                yield from _faults(formula, node, sorted(below & looking), sorted(below & computed))


def _faults(formula: Formula, node: tree.Previous, looking: list[str], computed: list[str]) -> Iterator[Problem]:
    at = formula.position(*node.at)
    if looking:
        template = N_("“{word}” rests on a value of the past itself ({other}), and a rule looks back only once.")
        yield Problem(at, template, {"word": node.name, "other": looking[0]}, N_("name what it is computed from"))
    if computed:
        template = N_("“{word}” rests on {other}, which is computed over all households and has no former value.")
        yield Problem(at, template, {"word": node.name, "other": computed[0]}, N_("name what it is computed from"))
