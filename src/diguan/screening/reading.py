"""A pack in the reader's language, and the reason trees of a household with who said what and when."""

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.registry.models import Household, Observation, Person
from diguan.rulebook import reasons
from diguan.rulebook.document import source_line
from diguan.rulebook.words import Words
from diguan.screening import former
from diguan.ui import reasons as nodes

LANGUAGES = {"zh-hans": "zh-hans", "zh-cn": "zh-hans", "zh-hant": "zh-hant", "zh-tw": "zh-hant", "zh-hk": "zh-hant"}


def words(pack: rulebook.Pack, rules: rulebook.Rules | None = None) -> Words:
    """The pack in the language of the page."""
    # A page says the same few words hundreds of times, so each is looked up once.
    return Words(pack, LANGUAGES.get(get_language() or "en", "en"), functools.cache(gettext), rules)


@dataclass(frozen=True)
class Origin:
    """Who said a value, and when."""

    source: str = ""
    reporter: str = ""
    observation: Observation | None = None


class Provenance:
    """Finds the observation behind each fact of one household."""

    def __init__(
        self,
        household: Household,
        members: Sequence[Person],
        said: Sequence[Observation],
        spoken: Words,
        earlier: Iterable[former.State] = (),
    ) -> None:
        self.household, self.members, self.words = household, members, spoken
        self.earlier = {state.on: state for state in earlier}
        self.said = {observation.pk: observation for observation in said}

    def of(self, variable: str, member: int | None, then: dt.date | None = None) -> Origin:
        """Who said what is on file now, or stood on file on an earlier day that rules look back at."""
        home, people = self.household.facts, [person.facts for person in self.members]
        if then is not None:
            state = self.earlier.get(then)
            home, people = (state.household, list(state.persons)) if state else ({}, [{} for _ in people])
        document: Mapping[str, Any] = home if member is None else people[member]
        fact = document.get(variable)
        observation = self.said.get(fact["o"]) if fact else None
        if observation is None:
            return Origin()
        return Origin(self.source(observation), observation.reporter, observation)

    def source(self, observation: Observation) -> str:
        label = self.words.pack.sources.get(observation.source)
        return label.in_language(self.words.language) if label else observation.source


@dataclass(frozen=True)
class Teller:
    """Turns reasons into what the page shows; `names` are the members' as this reader may see them."""

    words: Words
    provenance: Provenance
    names: Sequence[str]
    policy_href: str

    def standard(self, explanation: reasons.Explanation) -> nodes.Node:
        """The whole tree of one standard, opened at the top where it is not met or unknown."""
        standard = self.words.pack.standards[explanation.name]
        label, text = self.words.label(explanation.name), standard.text.in_language(self.words.language)
        shown = explanation.reason
        if explanation.applies is False and explanation.applicability is not None:
            shown = explanation.applicability
        mend = self._mend(explanation)
        return nodes.Node(
            outcome="not_applicable" if explanation.applies is False else explanation.outcome,
            sentence=f"{label}: {mend}" if mend else label,
            children=[self.node(shown)],
            clause=f"{text} — {source_line(standard.source, self.words)}",
            clause_href=f"{self.policy_href}#standard-{explanation.name}",
            expression=" ".join(standard.met_when.text.split()),
        )

    def cohort(self, explanation: reasons.Explanation) -> nodes.Node:
        cohort = self.words.pack.cohorts[explanation.name]
        text = cohort.text.in_language(self.words.language)
        label = self.words.label(explanation.name)
        # Not to belong to a cohort is no shortfall, so it does not look like one.
        return nodes.Node(
            outcome="not_applicable" if explanation.outcome == "not_met" else explanation.outcome,
            sentence=_("Belongs: %(cohort)s") % {"cohort": label} if explanation.outcome == "met" else label,
            children=[self.node(explanation.reason, deep=False)],
            clause=f"{text} — {source_line(cohort.source, self.words)}",
            clause_href=f"{self.policy_href}#cohort-{explanation.name}",
        )

    def node(self, reason: reasons.Reason, deep: bool = True) -> nodes.Node:
        if reason.kind == "standard" and not deep:
            return nodes.Node(reason.outcome, self.words.of(reason.expression))
        children = [self.node(child, deep) for child in reason.children]
        return nodes.Node(
            outcome=reason.outcome,
            sentence=self._sentence(reason),
            comparisons=self._comparisons(reason),
            children=children,
            is_open=reason.truth is not True,
        )

    def _sentence(self, reason: reasons.Reason) -> str:
        if reason.kind == "member":
            assert reason.member is not None
            return self.names[reason.member]
        if reason.kind == "all":
            return _("All of these")
        if reason.kind == "any":
            return _("At least one of these")
        return self.words.of(reason.expression)

    def _comparisons(self, reason: reasons.Reason) -> list[nodes.Comparison]:
        shown: list[nodes.Comparison] = []
        for figure in reason.figures:
            self._add(figure, shown)
        return shown

    def _add(self, figure: reasons.Figure, shown: list[nodes.Comparison]) -> None:
        shown.append(self._figure(figure))
        for part in figure.parts:
            self._add(part, shown)

    def _figure(self, figure: reasons.Figure) -> nodes.Comparison:
        label = self.words.label(figure.name) if figure.name else self.words.of(figure.expression)
        if figure.is_parameter:
            return self._parameter(figure)
        if figure.gone:
            label = _("%(label)s (no longer a member)") % {"label": label}
        elif figure.member is not None and len(self.names) > 1:
            label = f"{label} ({self.names[figure.member]})"
        label = named(label, figure.then)
        origin = Origin()
        if figure.name in self.words.pack.variables and not figure.gone:
            origin = self.provenance.of(figure.name, figure.member, figure.then)
        shown = self.words.value(figure.value, figure.name) if figure.value is not None else None
        observation = origin.observation
        return nodes.Comparison(
            label=label,
            value=shown,
            source=origin.source if not origin.reporter else f"{origin.source}, {origin.reporter}",
            observed_on=observation.observed_on if observation else None,
            href=f"#observation-{observation.pk}" if observation else "",
            clause=_("computed") if not observation and figure.parts else "",
        )

    def _parameter(self, figure: reasons.Figure) -> nodes.Comparison:
        parameter = self.words.pack.parameters[figure.name]
        rules = self.words.rules
        dated = rules.parameters.get(figure.name) if rules else None
        source = source_line(dated.source if dated else parameter.source, self.words)
        verified = dated.verified if dated else parameter.verified
        return nodes.Comparison(
            label=parameter.label.in_language(self.words.language),
            value=None if figure.value is None else self.words.value(figure.value, unit=parameter.unit),
            clause=source if verified else f"{source} · {_('not verified')}",
            clause_href=f"{self.policy_href}#parameter-{figure.name}",
        )

    def _mend(self, explanation: reasons.Explanation) -> str:
        """What stands in the way: the tests that fail, by how much, or the facts to find out."""
        said = []
        for test in _in_the_way(explanation.reason) if explanation.outcome != "met" else ():
            if test.truth is None:
                unknown = [fact for figure in _figures(test) for fact in figure.facts() if fact.value is None]
                names = dict.fromkeys(named(self.words.label(figure.name), figure.then) for figure in unknown)
                said.append(_("find out: %(facts)s") % {"facts": ", ".join(names)})
            else:
                said.append(self._short(test))
        return "; ".join(dict.fromkeys(said))

    def _short(self, test: reasons.Reason) -> str:
        """A failed test with the value behind it: `Time to fetch water 35 minutes, limit 20 minutes`."""
        named = [figure for figure in test.figures if figure.name and not figure.is_parameter]
        limits = [figure for figure in test.figures if figure.is_parameter]
        if test.gap is not None and len(named) == 1 and len(limits) == 1:
            unit = self.words.pack.parameters[limits[0].name].unit
            return _("%(label)s %(value)s, against %(limit)s") % {
                "label": self.words.label(named[0].name),
                "value": self.words.value(named[0].value, named[0].name),
                "limit": self.words.value(limits[0].value, unit=unit),
            }
        if len(named) == 1 and test.kind == "test":
            return f"{self.words.label(named[0].name)}: {self.words.value(named[0].value, named[0].name)}"
        return _("not so: %(test)s") % {"test": self.words.of(test.expression)}


def named(label: str, then: dt.date | None) -> str:
    """What a value is called, with its day where it is of an earlier one."""
    return label if then is None else _("%(label)s on %(date)s") % {"label": label, "date": then.isoformat()}


def _in_the_way(reason: reasons.Reason) -> Iterator[reasons.Reason]:
    """The single tests that keep a reason from being true; one that another makes up for is not in the way."""
    if reason.truth is True:
        return
    if reason.kind in ("all", "any"):
        for child in reason.children:
            yield from _in_the_way(child)
    else:
        yield reason


def _figures(reason: reasons.Reason) -> list[reasons.Figure]:
    return [figure for inner in reason.walk() for figure in inner.figures]
