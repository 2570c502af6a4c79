"""A household opened by a reader for a purpose: with its pack, its people, and what the reader may do with it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diguan import rulebook, vault
from diguan.access import permissions
from diguan.access.gate import GatedRequest
from diguan.places import pages
from diguan.registry import actions, queries
from diguan.registry.masking import masked_number, shown
from diguan.registry.models import Household, Identifier, Observation, Person
from diguan.rulebook.words import Words
from diguan.screening import evaluation, packs, reading
from diguan.screening import queries as screenings


@dataclass(frozen=True)
class Opened:
    """Opening is journalled with its purpose. Nothing here reads beyond the reader's scope."""

    request: GatedRequest
    household: Household
    pack: rulebook.Pack

    @cached_property
    def words(self) -> Words:
        return reading.words(self.pack)

    @cached_property
    def members(self) -> list[Person]:
        return queries.members(self.request.scope, self.household)

    @cached_property
    def numbers(self) -> dict[int, Identifier]:
        return queries.identifiers(self.request.scope, self.household)

    @cached_property
    def said(self) -> list[Observation]:
        return queries.observations(self.request.scope, self.household)

    @cached_property
    def may_see_names(self) -> bool:
        return self.may(permissions.NAMES_READ)

    def may(self, permission: str) -> bool:
        return self.request.scope_of(permission).contains(self.household.place_number)

    @property
    def name(self) -> str:
        return shown(self.household.name, self.may_see_names)

    def name_of(self, person: Person) -> str:
        return shown(person.name, self.may_see_names)

    def member(self, key: UUID) -> Person:
        """Raises: Http404 if nobody of this household has the key."""
        found = next((person for person in self.members if person.key == key), None)
        if found is None:
            raise Http404
        return found

    def value(self, variable: str, value: Any) -> str:
        """A stored value in the reader's words; identifiers masked."""
        if value is None:
            return _("withdrawn")
        kind = self.pack.variables[variable].type if variable in self.pack.variables else "text"
        if kind == "identifier":
            return self.number(self.numbers.get(value))
        return self.words.value(evaluation.typed(value, kind), variable)

    def number(self, kept: Identifier | None) -> str:
        """An identifier as this reader may see it, with its state where that is not as it should be."""
        return number_shown(kept, self.words, self.may_see_names)

    def source(self, observation: Observation) -> str:
        return source_label(observation.source, self.words)

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        page = reverse("household", args=[self.household.key])
        return [*pages.crumbs(self.request, self.household.place, linked=True), (self.name, page)]


def number_shown(kept: Identifier | None, words: Words, may_see_end: bool) -> str:
    if kept is None:
        return masked_number("")
    end = vault.opened().unseal(kept.sealed, context=str(kept.owner)) if may_see_end else ""
    state = "" if kept.state == "valid" else f" ({words.value(kept.state, kept.variable)})"
    return masked_number(end) + state


def source_label(source: str, words: Words) -> str:
    """What a source is called; corrections are the software's own."""
    if source == queries.CORRECTION:
        return _("Correction")
    label = words.pack.sources.get(source)
    return label.in_language(words.language) if label else source


def open_household(request: GatedRequest, key: UUID, purpose: str) -> Opened:
    """Open one household, or raise Http404 where there is none for this reader."""
    try:
        household = actions.open_household(
            scope=request.scope, key=key, by=request.user, at=timezone.now(), purpose=purpose
        )
    except Household.DoesNotExist:
        raise Http404 from None
    screening = screenings.current_screening()
    if screening is None:
        raise Http404
    return Opened(request, household, packs.pack(screening.pack_id))
