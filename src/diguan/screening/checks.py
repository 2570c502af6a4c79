"""What the checks of the data say, as pages show it: how often each finds a fault, and what it found in one household."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.rulebook import reasons
from diguan.rulebook.document import SEVERITIES, source_line
from diguan.rulebook.pack import Check
from diguan.rulebook.reference import RAISED, UNKNOWN
from diguan.rulebook.words import Words
from diguan.screening import reading
from diguan.screening.queries import Count, Totals
from diguan.ui import facts

_ORDER = list(SEVERITIES)


@dataclass(frozen=True)
class Rule:
    """A check in the reader's words."""

    check: Check
    words: Words

    @property
    def label(self) -> str:
        return self.check.label.in_language(self.words.language)

    @property
    def text(self) -> str:
        return self.check.text.in_language(self.words.language)

    @property
    def how(self) -> str:
        return self.check.how.in_language(self.words.language)

    @property
    def severity(self) -> str:
        return _(SEVERITIES[self.check.severity])

    @property
    def mended_by(self) -> str:
        return self.words.pack.roles[self.check.mended_by].in_language(self.words.language)

    @property
    def condition(self) -> str:
        return self.words.of(self.check.fault_when.tree)

    @property
    def expression(self) -> str:
        return " ".join(self.check.fault_when.text.split())

    @property
    def source(self) -> str:
        return source_line(self.check.source, self.words)


@dataclass(frozen=True)
class Counted:
    """A check with the households in which it found a fault, and those of which it could not say."""

    rule: Rule
    raised: Count
    unknown: Count


def rules(words: Words) -> list[Rule]:
    return [Rule(check, words) for check in words.pack.checks.values()]


def counted(words: Words, totals: Totals, names: Sequence[str]) -> list[Counted]:
    """The checks that a screening made, the gravest first, and of these the most frequent."""
    found = [
        Counted(rule, totals.check(rule.check.name), totals.check(rule.check.name, UNKNOWN))
        for rule in rules(words)
        if rule.check.name in names
    ]
    return sorted(found, key=lambda each: (_ORDER.index(each.rule.check.severity), -each.raised.households))


@dataclass(frozen=True)
class Found:
    """A fault in one household: whom it concerns, and the facts it rests on."""

    rule: Rule
    whom: Sequence[str]
    facts: Sequence[facts.Fact]


@dataclass(frozen=True)
class Looked:
    """What the checks say of one household as its facts stand now."""

    found: Sequence[Found]
    unknown: Sequence[Rule]


def looked(judged: rulebook.Household, words: Words, provenance: reading.Provenance, names: Sequence[str]) -> Looked:
    """The faults in one household, the gravest first, and the checks that could not be made."""
    said = judged.checks()
    raised = [rule for rule in rules(words) if said[rule.check.name] == RAISED]
    raised.sort(key=lambda rule: _ORDER.index(rule.check.severity))
    return Looked(
        [_found(rule, judged, provenance, names) for rule in raised],
        [rule for rule in rules(words) if said[rule.check.name] == UNKNOWN],
    )


def _found(rule: Rule, judged: rulebook.Household, provenance: reading.Provenance, names: Sequence[str]) -> Found:
    why = list(reasons.checked(judged, rule.check.name))
    whom = [names[reason.member] for reason in why if reason.member is not None]
    figures = {(figure.name, figure.member, figure.then): figure for reason in why for figure in reason.facts()}
    return Found(rule, whom, [_fact(figure, rule.words, provenance, names) for figure in figures.values()])


def _fact(figure: reasons.Figure, words: Words, provenance: reading.Provenance, names: Sequence[str]) -> facts.Fact:
    variable = words.pack.variables[figure.name]
    read_from = variable.read_from.identifier if variable.read_from else figure.name
    origin = reading.Origin() if figure.gone else provenance.of(read_from, figure.member, figure.then)
    return facts.Fact(
        label=reading.named(words.label(figure.name), figure.then),
        value=None if figure.value is None else words.value(figure.value, figure.name),
        source=origin.source,
        reporter=origin.reporter,
        observed_on=origin.observation.observed_on if origin.observation else None,
        href=f"#observation-{origin.observation.pk}" if origin.observation else "",
        note=names[figure.member] if figure.member is not None else "",
    )
