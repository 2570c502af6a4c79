"""Every read of the registry, each within the reader's scope."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import QueryDict

from diguan import vault
from diguan.access.scope import Scope
from diguan.registry import keyset, relations, staging
from diguan.registry.models import Household, Identifier, Observation, Person, Registry
from diguan.rulebook import identifiers as rules
from diguan.ui import paging

Facts = Mapping[str, Any]  # {"<variable>": {"v": value, "o": observation id, "c": [observation ids]?}}
ORDER = ("place_number", "id")
CORRECTION = staging.CORRECTION


@dataclass(frozen=True)
class Statement:
    """What one observation said about one variable."""

    variable: str
    person: UUID | None
    value: Any
    observation: Observation


@dataclass(frozen=True)
class Conflict:
    """A fact that other observations of the same date and precedence dispute."""

    kept: Statement
    others: tuple[Statement, ...]


def described() -> Registry | None:
    """What this registry is; None before anybody said so."""
    return Registry.objects.first()


def household(scope: Scope, key: UUID) -> Household:
    """Return one household with its place.

    Raises: Household.DoesNotExist if it is not on file or out of scope.
    """
    return Household.objects.within(scope).select_related("place").get(key=key)


def successor(scope: Scope, household: Household) -> Household | None:
    """The household that this one was merged into; None if there is none, or if it has left the scope since."""
    if household.merged_into_id is None:
        return None
    return Household.objects.within(scope).filter(pk=household.merged_into_id).first()


def households(scope: Scope) -> QuerySet[Household]:
    """Households by place, then by age on file, as `household_page` pages them."""
    return Household.objects.within(scope).select_related("place").order_by(*ORDER)


def household_page(scope: Scope, params: QueryDict, *, size: int = paging.SIZE) -> paging.Page[Household]:
    """The page of the scope's households that the address asks for."""
    left = keyset.beyond(scope, params, Household, ORDER)
    return paging.page(households(left), ORDER, params, size=size)


def household_count(scope: Scope) -> int:
    """How many households are on file in scope: a walk along one index, milliseconds for a county."""
    return Household.objects.within(scope).count()


def members(scope: Scope, household: Household) -> list[Person]:
    """The people who belong to a household, in their order; nobody if the household is out of scope."""
    present = Person.objects.within(scope).filter(household=household, left_on=None, same_as=None)
    return list(present.order_by("ordinal", "id"))


def observations(scope: Scope, household: Household) -> list[Observation]:
    """What was said about a household, newest first."""
    said = Observation.objects.within(scope).filter(household=household)
    return list(said.order_by("-observed_on", "-id"))


def fact_history(
    scope: Scope, household: Household, variable: str, *, said: list[Observation] | None = None
) -> list[Statement]:
    """Everything ever said about one variable of a household or its people, newest first.

    Unknown: observations that leave the variable open do not appear.
    `said` spares the query when the caller holds observations() already.
    """
    found = observations(scope, household) if said is None else said
    return [s for observation in found for s in _statements(observation) if s.variable == variable]


def conflicts(scope: Scope, household: Household) -> list[Conflict]:
    """Facts of a household and its people that are disputed, by person and variable.

    Who moved in brings what was said of them elsewhere; where that is out of scope the conflict is left out.
    """
    people = members(scope, household)
    documents: list[tuple[UUID | None, Facts]] = [(None, household.facts)]
    documents += [(person.key, person.facts) for person in people]
    disputed = [(who, name, fact) for who, facts in documents for name, fact in facts.items() if "c" in fact]
    if not disputed:
        return []
    numbers = {number for _who, _name, fact in disputed for number in (fact["o"], *fact["c"])}
    said = {observation.pk: observation for observation in Observation.objects.within(scope).filter(pk__in=numbers)}
    return [
        Conflict(
            kept=Statement(name, who, fact["v"], said[fact["o"]]),
            others=tuple(Statement(name, who, _value(said[number], who, name), said[number]) for number in fact["c"]),
        )
        for who, name, fact in disputed
        if said.keys() >= {fact["o"], *fact["c"]}
    ]


def _statements(observation: Observation) -> Iterator[Statement]:
    withdraws = observation.source == CORRECTION  # that it says nothing is what it says
    for name, value in observation.body.get("household", {}).items():
        if value is not None or withdraws:
            yield Statement(name, None, value, observation)
    for key, values in observation.body.get("persons", {}).items():
        for name, value in values.items():
            if value is not None or withdraws:
                yield Statement(name, UUID(key), value, observation)


def _value(observation: Observation, who: UUID | None, variable: str) -> Any:
    return next((s.value for s in _statements(observation) if s.person == who and s.variable == variable), None)


def disputed_page(scope: Scope, params: QueryDict, *, size: int = paging.SIZE) -> paging.Page[Household]:
    """The page of households of which, or of whose people, some fact is disputed."""
    people = Person.objects.within(scope).filter(disputed=True, same_as=None).values("household_id")
    rows = Household.objects.within(scope).select_related("place").filter(Q(disputed=True) | Q(pk__in=people))
    return paging.page(rows.order_by(*ORDER), ORDER, params, size=size)


def disputed_facts(scope: Scope, households: Iterable[Household]) -> dict[int, list[tuple[UUID | None, str]]]:
    """What is disputed of these households: (person or None, variable), by household id."""
    found: dict[int, list[tuple[UUID | None, str]]] = {}
    homes = list(households)
    people = Person.objects.within(scope).filter(household__in=homes, disputed=True, same_as=None).order_by("ordinal")
    documents: list[tuple[int, UUID | None, Facts]] = [(home.pk, None, home.facts) for home in homes]
    documents += [(person.household_id, person.key, person.facts) for person in people]
    for number, who, facts in documents:
        found.setdefault(number, []).extend((who, name) for name, fact in facts.items() if "c" in fact)
    return found


def plain_value(scope: Scope, household: Household, variable: str, value: Any, pack: staging.Dictionary) -> Any:
    """A value as somebody would state it: of an identifier the number itself. Raises: Identifier.DoesNotExist."""
    if pack.variables[variable].type != "identifier":
        return value
    kept = Identifier.objects.within(scope).get(household=household, pk=value)
    return vault.opened().unseal(kept.sealed, context=str(kept.owner))


def identifiers(scope: Scope, household: Household) -> dict[int, Identifier]:
    """The identifiers of a household and its people, by id, sealed as they are."""
    return {row.pk: row for row in Identifier.objects.within(scope).filter(household=household)}


def owners(scope: Scope, scheme: str, numbers: Iterable[str]) -> dict[str, list[UUID]]:
    """Whose numbers these are: keys of people (or households) in scope, by number as it was given.

    Somebody found twice is named once. Numbers that nobody has are absent.
    """
    ring = vault.opened()
    by_mac: dict[str, list[str]] = {}
    for number in numbers:
        by_mac.setdefault(ring.mac(rules.normal(number), purpose=scheme), []).append(number)
    found: dict[str, list[UUID]] = {}
    for some in relations.chunks(list(by_mac)):
        rows = Identifier.objects.within(scope).filter(mac__among=some)
        for mac, owner, same in rows.values_list("mac", "owner", "person__same_as__key").order_by("id"):
            for number in by_mac[mac]:
                keys = found.setdefault(number, [])
                if (same or owner) not in keys:
                    keys.append(same or owner)
    return found
