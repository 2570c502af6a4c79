"""The two sides of a pair as one reader may see them: what lies in their scope in full, of what lies elsewhere only where.

What two entries have in common is told to whoever sees one of them; that is what the pair is for. Of the other one nothing
else is: no name, no date, no number, nobody it lives with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from diguan import vault
from diguan.access.scope import Scope
from diguan.intake import dictionaries
from diguan.linkage import matching, queries
from diguan.linkage.models import Match, RollEntry
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.registry import queries as registry
from diguan.registry.masking import masked_number, shown
from diguan.registry.models import Identifier, Person
from diguan.rulebook.words import Words
from diguan.ui import formats

STRONG, VERY_STRONG = 4, 10  # bits: a factor of sixteen, of a thousand


@dataclass(frozen=True)
class Member:
    """Somebody who lives with one side."""

    name: str
    born: str
    relation: str


@dataclass(frozen=True)
class Side:
    """One side. `is_here` is whether the reader may see it; if not, only `where` is told."""

    is_here: bool
    kind: str
    where: str
    name: str = ""
    born: str = ""
    sex: str = ""
    relation: str = ""
    number: str = ""
    since: str = ""
    note: str = ""
    href: str = ""
    person: int | None = None
    members: Sequence[Member] = field(default_factory=tuple)


@dataclass(frozen=True)
class Reader:
    """What a reader may see: where, and where names."""

    scope: Scope
    names: Scope

    def name(self, name: str, number: int) -> str:
        return shown(name, self.names.contains(number))


def words_for(pack_id: str) -> Words:
    return Words(dictionaries.pack(pack_id), formats.language(), _)


def both(match: Match, reader: Reader) -> tuple[Side, Side]:
    """The pair's sides, the own one of this view first."""
    words = words_for(match.search.pack_id)
    people = queries.people(reader.scope, (match.person_id, match.other_person_id))
    entries = queries.entries(reader.scope, (match.entry_id, match.other_entry_id))
    ends = ((match.person_id, match.entry_id), (match.other_person_id, match.other_entry_id))
    own, other = (
        _side(people.get(person or 0), entries.get(entry or 0), match, words, reader) for person, entry in ends
    )
    return own, other


def _side(person: Person | None, entry: RollEntry | None, match: Match, words: Words, reader: Reader) -> Side:
    if person is not None:
        return of_person(person, words, reader)
    if entry is not None:
        return of_entry(entry, words, reader)
    # The side that is not there is the other one: every view of a pair stands under a place the reader may see.
    kind = _("on file in the registry") if match.other_person_id else _("on a list")
    return Side(is_here=False, kind=kind, where=_parting(match.place_number, match.other_place_number))


def of_person(person: Person, words: Words, reader: Reader) -> Side:
    """Somebody of the registry, with their household."""
    identity, home = words.pack.identity, person.household
    members = [each for each in registry.members(reader.scope, home) if each.pk != person.pk]
    note = ""
    if person.same_as_id is not None:
        note = _("said to be the other one")
    elif person.left_on is not None:
        note = _("left the household on %(day)s") % {"day": formats.day(person.left_on)}
    return Side(
        is_here=True,
        kind=_("on file in the registry"),
        where=path_of(home.place),
        name=reader.name(person.name, person.place_number),
        born=_fact(person, identity.birth_date, words),
        sex=_fact(person, identity.sex, words),
        relation=_fact(person, identity.relation, words),
        number=_number(person, words, reader),
        since=formats.day(person.registered_at),
        note=note,
        href=reverse("household", args=[home.key]),
        person=person.pk,
        members=[_member(each, words, reader) for each in members],
    )


def of_entry(entry: RollEntry, words: Words, reader: Reader) -> Side:
    """Somebody on a list, with those who live with them as the list says."""
    identity = words.pack.identity
    sexes = {"male": identity.male, "female": identity.female}
    return Side(
        is_here=True,
        kind=list_of(entry, words),
        where=path_of(entry.place),
        name=reader.name(entry.name, entry.place_number),
        born=entry.born,
        sex=_said(sexes.get(entry.sex, ""), identity.sex, words),
        relation=_said(entry.relation, identity.relation, words),
        number=entry_number(entry, reader),
        since=formats.day(entry.roll.as_of),
        href=reverse("roll-entry", args=[entry.key]),
        members=[
            Member(reader.name(each.name, each.place_number), each.born, _said(each.relation, identity.relation, words))
            for each in queries.together(reader.scope, entry)
        ],
    )


def list_of(entry: RollEntry, words: Words) -> str:
    """What the list is called on which somebody stands."""
    return source_of(entry.roll.source, words) + (f" · {entry.roll.title}" if entry.roll.title else "")


def source_of(source: str, words: Words) -> str:
    label = words.pack.sources.get(source)
    return label.in_language(words.language) if label else source


def entry_number(entry: RollEntry, reader: Reader) -> str:
    """The number of an entry, masked; empty where the list has none."""
    if not entry.sealed:
        return ""
    may_see = reader.names.contains(entry.place_number)
    return masked_number(vault.opened().unseal(entry.sealed, context=str(entry.key)) if may_see else "")


def path_of(place: Place) -> str:
    return " · ".join(each.name for each in (*places.path(place)[1:], place))


def _parting(own: int, other: int) -> str:
    """Where the other side is, as far down as the two places have parted: another county, or another village."""
    around = Place.objects.filter(number__lte=min(own, other), upper__gt=max(own, other)).order_by("-depth").first()
    if around is None:
        return _("elsewhere")
    below = Place.objects.filter(parent=around, number__lte=other, upper__gt=other).first()
    return (below or around).name


def _fact(person: Person, variable: str, words: Words) -> str:
    fact: Mapping[str, Any] | None = person.facts.get(variable) if variable else None
    return "" if fact is None else _said(str(fact["v"]), variable, words)


def _said(value: str, variable: str, words: Words) -> str:
    known = words.pack.variables.get(variable)
    if not value or known is None or known.type != "code":
        return value
    return words.value(value, variable) if value in known.codes else value


def _number(person: Person, words: Words, reader: Reader) -> str:
    """The number that identifies somebody first, masked; empty where none is on file."""
    held = [person.facts[name]["v"] for name in words.pack.identity.numbers if name in person.facts]
    if not held:
        return ""
    kept = Identifier.objects.within(reader.scope).filter(pk=held[0]).first()
    if kept is None:
        return masked_number("")
    may_see = reader.names.contains(person.place_number)
    return masked_number(vault.opened().unseal(kept.sealed, context=str(kept.owner)) if may_see else "")


def _member(person: Person, words: Words, reader: Reader) -> Member:
    identity = words.pack.identity
    return Member(
        reader.name(person.name, person.place_number),
        _fact(person, identity.birth_date, words),
        _fact(person, identity.relation, words),
    )


@dataclass(frozen=True)
class Weighed:
    """One thing that speaks for or against, and how strongly."""

    words: str
    is_for: bool
    strength: str


def weighed(match: Match) -> list[Weighed]:
    """What speaks for and against that the two are one, the weightiest first."""
    if "name" not in match.levels:
        return [Weighed(_("same ID number"), is_for=True, strength=_("very strongly"))]
    found = matching.reasons(match.levels, _)
    return [Weighed(each.words, each.bits > 0, _strength(abs(each.bits))) for each in found]


def _strength(bits: float) -> str:
    if bits >= VERY_STRONG:
        return _("very strongly")
    return _("strongly") if bits >= STRONG else _("a little")


def in_common(match: Match) -> str:
    """In a few words what two entries have in common, and in what they differ."""
    if "name" not in match.levels:
        return _("same ID number")
    told = [
        _(next(level.words for level in levels if level.name == match.levels[name]))
        for name, levels in matching.COMPARISONS.items()
        if match.levels[name] != "unknown" and not (name == "sex" and match.levels[name] == "same")
    ]
    return _("; ").join(told)
