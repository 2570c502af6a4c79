"""What differs between two packs, or two versions of one, and whether a rule asks for less than it did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from diguan.rulebook import order, rules, strength, tree
from diguan.rulebook.pack import DatedValue, Formula, Pack, Parameter
from diguan.rulebook.problems import PeriodNotCovered

# What a change does. For a standard: easier or harder to meet. For a cohort or a check: fewer or more fall under it.
SAME, LOWERED, RAISED, NARROWED, WIDENED, UNTOLD = "same", "lowered", "raised", "narrowed", "widened", "cannot_be_told"
MIXED = "both_ways"  # one way on some days, the other way on others
VERDICTS = (SAME, LOWERED, RAISED, NARROWED, WIDENED, MIXED, UNTOLD)
WEAKENED = frozenset({LOWERED, NARROWED, MIXED})

_FIELDS = {
    "parameter": ("type", "unit", "label", "computed", "source", "verified", "min", "max"),
    "standard": ("label", "text", "note", "applies_when", "met_when", "source", "verified"),
    "cohort": ("label", "text", "tone", "member_when", "source"),
    "derived": ("entity", "type", "unit", "label", "note", "formula", "source"),
    "check": ("entity", "label", "text", "fault_when", "severity", "mended_by", "how", "source", "verified"),
    "variable": (
        "entity", "type", "label", "question", "note", "unit", "codes", "min", "max", "sources", "protection", "basis",
        "scheme", "read_from",
    ),
}  # fmt: skip
PARTS = ("pack", "standard", "cohort", "check", "parameter", "derived", "variable")
_PACK = ("id", "version", "title", "authority", "status", "starts", "ends", "currency", "extends", "weight")
_RULES = {"standard": "met_when", "cohort": "member_when", "check": "fault_when"}
ANY_LIST = "*"  # in place of a cohort's name: whether a household is on any list at all


@dataclass(frozen=True)
class Change:
    """One thing that differs. `before` and `after` are as the pack holds them; None where there is none.

    `field` is the field of the part that differs; `added`, `removed`; `value` with the day it holds from in `starts`;
    or `effect`, which says what all changes together do to a rule. Only `effect` has a verdict.
    """

    part: str
    name: str
    field: str
    before: object = None
    after: object = None
    verdict: str = ""
    starts: date | None = None


@dataclass(frozen=True)
class Days:
    """The day whose numbers of each pack are held against each other; the same day where both packs cover it."""

    before: date
    after: date


@dataclass(frozen=True)
class Difference:
    before: Pack
    after: Pack
    days: tuple[Days, ...]
    changes: tuple[Change, ...]

    @property
    def weakened(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.verdict in WEAKENED)

    @property
    def untold(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.verdict == UNTOLD)

    def verdict_of(self, part: str, name: str) -> str:
        """What all changes together do to a rule; `same` where they do nothing."""
        found = (c.verdict for c in self.changes if (c.part, c.name) == (part, name) and c.verdict)
        return next(found, SAME)


def between(before: Pack, after: Pack, on: date | None = None) -> Difference:
    """Everything that differs, part by part; `on` asks about the numbers of one day only.

    Where both packs are in force on common days, the numbers of each such day are compared; where they are not, those
    of the last day of the earlier pack and of the first of the later one. The households are the same either way.
    """
    days = compared_days(before, after, on)
    verdicts = _Verdicts(before, after, days)
    changes = (*_of_pack(before, after), *_of_rules(before, after, verdicts), *_of_the_rest(before, after))
    return Difference(before, after, days, changes)


# ---- days ----


def compared_days(before: Pack, after: Pack, on: date | None) -> tuple[Days, ...]:
    """The days whose numbers are compared; none where a pack has no day on which its rules can be applied."""
    if on is not None:
        old_day, new_day = _nearest(before, on), _nearest(after, on)
        return (Days(old_day, new_day),) if old_day and new_day else ()
    common = [day for day in sorted({*_turns(before), *_turns(after)}) if _covers(before, day) and _covers(after, day)]
    if common:
        return tuple(Days(day, day) for day in common)
    first, last = sorted((before, after), key=lambda pack: pack.starts)
    old, new = [day for day in _turns(first) if _covers(first, day)], [d for d in _turns(last) if _covers(last, d)]
    if not old or not new:
        return ()
    return (Days(old[-1], new[0]),) if first is before else (Days(new[0], old[-1]),)


def rules_for(days: Days, before: Pack, after: Pack, on: date | None = None) -> tuple[rules.Rules, rules.Rules]:
    """Both packs with their numbers of these days, put to households as they stand on one and the same day.

    That day is `on`, or else the earlier pack's: ages must not differ because packs do.
    """
    day = on or days.before
    return replace(rules.at(before, days.before), as_of=day), replace(rules.at(after, days.after), as_of=day)


def _turns(pack: Pack) -> list[date]:
    """Days on which some number of the pack may become another, the first and the last day of its time among them."""
    values = [value for parameter in pack.parameters.values() for value in parameter.values]
    found = {pack.starts} | {value.starts for value in values}
    found |= {value.ends + timedelta(1) for value in values if value.ends} | {v.ends for v in values if v.ends}
    found |= {pack.ends} if pack.ends else set()
    return sorted(day for day in found if pack.starts <= day <= (pack.ends or date.max))


def _covers(pack: Pack, day: date) -> bool:
    try:
        rules.at(pack, day)
    except PeriodNotCovered:
        return False
    return True


def _nearest(pack: Pack, day: date) -> date | None:
    if _covers(pack, day):
        return day
    return min((d for d in _turns(pack) if _covers(pack, d)), key=lambda d: abs(d - day), default=None)


# ---- what a rule asks ----


class _Verdicts:
    """What changes do to standards, cohorts and checks, over all days compared."""

    def __init__(self, before: Pack, after: Pack, days: tuple[Days, ...]) -> None:
        self._comparisons = [strength.Comparison(*rules_for(each, before, after)) for each in days]

    def of(self, part: str, before: tree.Expression, after: tree.Expression) -> str:
        """The verdict on a truth that was `before` and is `after`."""
        found = {_verdict(part, each.order(before, after)) for each in self._comparisons} or {UNTOLD}
        decided = found - {SAME, UNTOLD}
        if len(decided) > 1:
            return MIXED
        if decided & WEAKENED:
            return decided.pop()
        return UNTOLD if UNTOLD in found else decided.pop() if decided else SAME


def _verdict(part: str, found: strength.Order) -> str:
    if found.same:
        return SAME
    if part == "standard":
        return LOWERED if found.never_lower else RAISED if found.never_higher else UNTOLD
    return WIDENED if found.never_lower else NARROWED if found.never_higher else UNTOLD


def _truth(pack: Pack, part: str, name: str) -> tree.Expression:
    if part == "standard":
        return strength.outcome(pack.standards[name])
    if part == "cohort":
        return pack.cohorts[name].member_when.tree
    return pack.checks[name].fault_when.tree


def _of_rules(before: Pack, after: Pack, verdicts: _Verdicts) -> Iterator[Change]:
    for part, old, new in (
        ("standard", before.standards, after.standards),
        ("cohort", before.cohorts, after.cohorts),
        ("check", before.checks, after.checks),
    ):
        for change in _of_entries(part, old, new):
            yield replace(change, verdict=_come_or_gone(part, change)) if _is_whole(change) else change
        for name in [name for name in old if name in new]:
            verdict = verdicts.of(part, _truth(before, part, name), _truth(after, part, name))
            if part == "check" and before.checks[name].entity != after.checks[name].entity:
                verdict = UNTOLD
            if verdict != SAME:
                yield Change(part, name, "effect", *_both(old[name], new[name], _RULES[part]), verdict=verdict)
        if part == "cohort":
            yield from _any_list(before, after, verdicts)


def _come_or_gone(part: str, change: Change) -> str:
    """A standard more is more to meet. A check less looks less closely. Of a cohort, see `_any_list`."""
    if part == "standard":
        return RAISED if change.field == "added" else LOWERED
    if part == "check":
        return WIDENED if change.field == "added" else NARROWED
    return ""


def _any_list(before: Pack, after: Pack, verdicts: _Verdicts) -> Iterator[Change]:
    """Whether somebody on no list may now be on one, or the other way round; where the cohorts are not the same."""
    if not before.cohorts and not after.cohorts:
        return
    verdict = verdicts.of("cohort", _listed(before), _listed(after))
    if verdict != SAME:
        yield Change("cohort", ANY_LIST, "effect", verdict=verdict)
    if list(before.cohorts) != list(after.cohorts) and set(before.cohorts) == set(after.cohorts):
        yield Change("cohort", ANY_LIST, "order", tuple(before.cohorts), tuple(after.cohorts))


def _listed(pack: Pack) -> tree.Expression:
    conditions = tuple(cohort.member_when.tree for cohort in pack.cohorts.values())
    return tree.Or(conditions) if conditions else strength.FALSE


# ---- what differs ----


def _of_pack(before: Pack, after: Pack) -> Iterator[Change]:
    for field in _PACK:
        old, new = getattr(before, field), getattr(after, field)
        if _plain(old) != _plain(new):
            yield Change("pack", after.id, field, old, new)


def _of_the_rest(before: Pack, after: Pack) -> Iterator[Change]:
    yield from _of_entries("parameter", before.parameters, after.parameters)
    for name in [name for name in before.parameters if name in after.parameters]:
        yield from _of_values(name, before.parameters[name], after.parameters[name])
    yield from _of_entries("derived", before.derived, after.derived)
    yield from _of_entries("variable", before.variables, after.variables)


def _of_entries(part: str, before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[Change]:
    """Entries that came, that went, and fields that differ in those of the same name."""
    for name, entry in before.items():
        if name not in after:
            yield Change(part, name, "removed", before=entry)
            continue
        for field in _FIELDS[part]:
            old, new = _both(entry, after[name], field)
            if _plain(old) != _plain(new):
                yield Change(part, name, field, old, new)
    for name, entry in after.items():
        if name not in before:
            yield Change(part, name, "added", after=entry)


def _of_values(name: str, before: Parameter, after: Parameter) -> Iterator[Change]:
    """Dated values by the day they begin; one that is unlike in value, end, source or verification is one change."""
    old, new = ({value.starts: value for value in parameter.values} for parameter in (before, after))
    for day in sorted({*old, *new}):
        if _plain(old.get(day)) != _plain(new.get(day)):
            yield Change("parameter", name, "value", old.get(day), new.get(day), starts=day)


def readers(pack: Pack, parameter: str) -> list[tuple[str, str]]:
    """The standards, cohorts and checks that rest on a parameter, however far down: part and name."""
    found = {":" + parameter}
    names = order.evaluation_order(pack)
    mentioned: dict[str, set[str]] = {}
    for name, expression in order.expressions(pack):
        mentioned.setdefault(name, set()).update(order.needs(expression))
    for name in names:
        if mentioned.get(name, set()) & found:
            found.add(name)
    rest = [("standard", name) for name in pack.standards if name in found]
    rest += [("cohort", n) for n, cohort in pack.cohorts.items() if order.needs(cohort.member_when.tree) & found]
    return rest + [("check", n) for n, check in pack.checks.items() if order.needs(check.fault_when.tree) & found]


def _both(before: object, after: object, field: str) -> tuple[object, object]:
    return getattr(before, field), getattr(after, field)


def _is_whole(change: Change) -> bool:
    return change.field in ("added", "removed")


def _plain(value: object) -> object:
    """What of a value counts as a difference: never where in a file it stands."""
    if isinstance(value, Formula):
        return value.tree
    if isinstance(value, DatedValue):
        return value.value, value.ends, value.source, value.verified
    return value
