"""What a standard or a cohort rests on, and what of it two packs have otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass

from diguan.rulebook import order, tree
from diguan.rulebook.pack import Pack
from diguan.rulebook.rules import Rules

MEMBERS = "*members"  # stands for who belongs to the household, beside the names of variables
STANDARD, COHORT = "standard", "cohort"


@dataclass(frozen=True)
class Resting:
    """The facts that an expression reads: through whatever is derived, and apart from that through each standard it asks."""

    facts: frozenset[str]
    standards: frozenset[str]


def of(pack: Pack, *roots: tree.Expression) -> Resting:
    """What expressions rest on, however far down; standards are named and not followed."""
    found: set[str] = set()
    waiting, trees = [name for root in roots for name in order.needs(root)], list(roots)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name in pack.derived:
                trees.append(pack.derived[name].formula.tree)
                waiting += order.needs(trees[-1])
    facts = {name for name in found if name in pack.variables}
    if any(isinstance(node, tree.Aggregate) for each in trees for node in each.walk()):
        facts.add(MEMBERS)
    return Resting(frozenset(facts), frozenset(found & pack.standards.keys()))


def changed(before: Rules, after: Rules, kind: str, name: str) -> list[str]:
    """What the later rules have otherwise of everything a standard, or the cohorts together, rest on.

    Parameters have a colon before their name; a standard, a cohort, a derived variable or a variable whose codes or bounds
    are others is named as it is. Computed parameters are told by the values given for them.
    """
    names: set[str] = set()
    for pack in (before.pack, after.pack):
        own = _roots(pack, kind, name)
        names |= own.keys() | order.closure(pack, {need for root in own.values() for need in order.needs(root)})
    return sorted(each for each in names if _is_other(before, after, each))


def _roots(pack: Pack, kind: str, name: str) -> Mapping[str, tree.Expression]:
    """The expressions that decide; a household's cohort is decided by all of them in their order."""
    if kind == COHORT:
        return {each: cohort.member_when.tree for each, cohort in pack.cohorts.items()}
    rule = pack.standards.get(name)
    if rule is None:
        return {}
    test = rule.met_when.tree
    return {name: test if rule.applies_when is None else tree.Or((tree.Not(rule.applies_when.tree), test))}


def _is_other(before: Rules, after: Rules, name: str) -> bool:
    if name.startswith(":"):
        return _value(before, name[1:]) != _value(after, name[1:])
    return _meaning(before.pack, name) != _meaning(after.pack, name)


def _value(rules: Rules, parameter: str) -> object:
    if parameter in rules.given:
        return rules.given[parameter]
    known = rules.parameters.get(parameter)
    return None if known is None else known.value


def _meaning(pack: Pack, name: str) -> object:
    if name in pack.standards:
        rule = pack.standards[name]
        return rule.met_when.tree, rule.applies_when and rule.applies_when.tree
    if name in pack.derived:
        return pack.derived[name].formula.tree
    if name in pack.variables:
        found = pack.variables[name]
        return found.entity, found.type, frozenset(found.codes), found.min, found.max
    return pack.cohorts[name].member_when.tree if name in pack.cohorts else None
