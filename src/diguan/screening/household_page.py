"""What the page of one household shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.registry.masking import shown
from diguan.registry.models import Household, Identifier, LifeEvent, Observation, Person
from diguan.rulebook import numbers, reasons
from diguan.rulebook.words import Words
from diguan.screening import checks, evaluation, former, reading
from diguan.screening.models import Result
from diguan.screening.opened import number_shown
from diguan.ui import charts, facts, notices

_NAME = "name"  # stands in an address for the name of a variable


@dataclass(frozen=True)
class Sheet:
    """One household with everything its page is made from."""

    household: Household
    members: Sequence[Person]
    said: Sequence[Observation]
    rules: rulebook.Rules
    result: Result | None
    may_see_names: bool
    policy_href: str
    money_unit: str
    numbers: Mapping[int, Identifier] = field(default_factory=dict)
    life_events: Sequence[LifeEvent] = ()
    past: Mapping[int, former.State] = field(default_factory=dict)

    def context(self) -> dict[str, Any]:
        words = reading.words(self.rules.pack, self.rules)
        provenance = reading.Provenance(self.household, self.members, self.said, words, self.past.values())
        names = [shown(person.name, self.may_see_names) for person in self.members]
        past = former.pasts(self.past)
        judged = evaluation.under(self.rules, self.household, self.members, self.numbers, past)
        teller = reading.Teller(words, provenance, names, self.policy_href)
        cohort = judged.cohort()
        return {
            "name": shown(self.household.name, self.may_see_names),
            "standards": [teller.standard(reasons.standard(judged, name)) for name in self.rules.pack.standards],
            "cohort": cohort,
            "cohort_label": self._cohort_label(cohort, words),
            "cohorts": [teller.cohort(reasons.cohort(judged, name)) for name in self.rules.pack.cohorts],
            "checks": checks.looked(judged, words, provenance, names),
            "figures": self._figures(judged, words),
            "income": self._income(words),
            "household_facts": self._facts(self.household.facts, "household", None, words, provenance),
            "people": [
                (name, self._facts(person.facts, "person", index, words, provenance), person.key)
                for index, (name, person) in enumerate(zip(names, self.members, strict=True))
            ],
            "observations": [self._observation(said, provenance) for said in self.said],
            "life_events": self.life_events,
            "changed": self._changed(judged, words),
        }

    def _cohort_label(self, cohort: str, words: Words) -> str:
        if cohort == "none":
            return _("in no cohort")
        return _("cohort unknown") if cohort == "unknown" else words.label(cohort)

    def _figures(self, judged: rulebook.Household, words: Words) -> list[tuple[str, str]]:
        """Derived values of the household, in the pack's order."""
        pack = self.rules.pack
        return [
            (words.label(name), words.value(judged.value(name), name))
            for name, derived in pack.derived.items()
            if derived.entity == "household"
        ]

    def _changed(self, judged: rulebook.Household, words: Words) -> list[notices.Notice]:
        """Says where the facts on file now give another outcome than the screening did."""
        if self.result is None:
            return [
                notices.Notice(
                    what=_("This household was not in the last screening."),
                    mend=_("It is judged here by the facts on file; the next screening will count it."),
                    level="warning",
                )
            ]
        before, now = self.result.standards, judged.outcomes()
        names = [words.label(name) for name in now if before.get(name) != now[name]]
        if self.result.cohort != judged.cohort():
            names.append(_("cohort"))
        if not names:
            return []
        what = _("The facts have changed since the last screening: %(names)s.") % {"names": ", ".join(names)}
        mend = _("The board still counts the old outcome; the next screening will count the new one.")
        return [notices.Notice(what=what, mend=mend, level="warning")]

    def _facts(
        self, document: Any, entity: str, member: int | None, words: Words, provenance: reading.Provenance
    ) -> list[facts.Fact]:
        """Facts in the dictionary's order: those on file, and those the rules read and nobody has observed."""
        found = []
        for name, variable in self.rules.pack.variables.items():
            if variable.entity != entity or (name not in document and name not in self.rules.needed):
                continue
            origin = provenance.of(name, member)
            if variable.read_from is not None:
                continue
            value = self._value(name, document.get(name), words)
            observation = origin.observation
            found.append(
                facts.Fact(
                    label=words.label(name),
                    value=value,
                    source=origin.source,
                    reporter=origin.reporter,
                    observed_on=observation.observed_on if observation else None,
                    href=f"#observation-{observation.pk}" if observation else "",
                    note=_("disputed") if name in document and "c" in document[name] else "",
                    page=self._page_of(name, member),
                )
            )
        return found

    def _value(self, name: str, fact: Any, words: Words) -> str | None:
        if fact is None:
            return None
        kind = self.rules.pack.variables[name].type
        if kind == "identifier":
            return number_shown(self.numbers.get(fact["v"]), words, self.may_see_names)
        value = evaluation.typed(fact["v"], kind)
        return None if value is None else words.value(value, name)

    @cached_property
    def _fact_pages(self) -> tuple[str, str]:
        """The address of a fact's page before and after its name; made once, because a household has a hundred facts."""
        head, tail = reverse("fact", args=[self.household.key, _NAME]).rsplit(_NAME, 1)
        return head, tail

    def _page_of(self, name: str, member: int | None) -> str:
        """Where everything ever said of a fact stands."""
        head, tail = self._fact_pages
        page = f"{head}{name}{tail}"
        return page if member is None else f"{page}?person={self.members[member].key}"

    def _observation(self, observation: Observation, provenance: reading.Provenance) -> dict[str, Any]:
        body = observation.body
        count = len(body.get("household", {})) + sum(len(values) for values in body.get("persons", {}).values())
        return {"row": observation, "source": provenance.source(observation), "count": count}

    def _income(self, words: Words) -> charts.Chart | None:
        """Income per person by component, one bar per year: of each year the latest observation that tells it."""
        view = self.rules.pack.income
        if view is None:
            return None
        told = rulebook.order.rests_on(self.rules.pack, (*view.components, *view.costs))
        by_year: dict[int, rulebook.Household] = {}
        for home in evaluation.over_time(self.rules, self.said, told):
            if home.members and home.value(view.per_person) is not None:
                by_year[home.rules.as_of.year] = home
        if not by_year:
            return None
        years = sorted(by_year)

        def amounts(name: str, sign: int = 1) -> list[Decimal | None]:
            return [_each(by_year[year].value(name), len(by_year[year].members), sign) for year in years]

        line = [
            _decimal(rulebook.dated(self.rules.pack.parameters[view.line].values, by_year[year].rules.as_of))
            for year in years
        ]
        parts = [charts.Component(words.label(name), amounts(name)) for name in view.components]
        parts += [charts.Component(words.label(name), amounts(name, -1), is_cost=True) for name in view.costs]
        net = [_number(by_year[year].value(view.per_person)) for year in years]
        line_label = self.rules.pack.parameters[view.line].label.in_language(words.language)
        return charts.income_over_years(
            "income",
            years=years,
            components=parts,
            line=line,
            line_label=line_label,
            net=net,
            net_label=words.label(view.per_person),
            label=_("Income per person over the years"),
            sentence=_("Income per person and year by source, against that year's line (%(line)s); costs below zero.")
            % {"line": line_label},
            money_unit=self.money_unit,
            currency=self.rules.pack.currency or None,
        )


def _number(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _decimal(dated: rulebook.pack.DatedValue | None) -> Decimal | None:
    return None if dated is None else Decimal(str(dated.value))


def _each(value: object, members: int, sign: int) -> Decimal | None:
    """The household's amount per member."""
    return None if not isinstance(value, Decimal) else numbers.safe_div(sign * value, Decimal(members))
