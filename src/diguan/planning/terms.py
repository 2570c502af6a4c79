"""What a proposal rests on: the screening its page will show, the pack whose numbers are set, and the day whose numbers count."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.engine import proposal
from diguan.planning import queries, words
from diguan.rulebook import changes, what_if
from diguan.rulebook.document import source_line
from diguan.rulebook.pack import Parameter
from diguan.rulebook.words import Words
from diguan.screening import packs, reading
from diguan.screening.models import Screening
from diguan.ui import formats


@dataclass(frozen=True)
class Setting:
    """A number that somebody may set otherwise, as the pack has it on the day."""

    name: str
    label: str
    unit: str
    now: str
    source: str
    verified: bool
    read_by: str


@dataclass(frozen=True)
class Terms:
    """`pack_id` is empty for the screenings' own packs; then `pack` is that of the first screening."""

    screenings: list[Screening]
    pack_id: str
    pack: rulebook.Pack
    numbers_of: dt.date | None

    @property
    def first(self) -> Screening:
        return self.screenings[0]

    @property
    def day(self) -> dt.date:
        return self.numbers_of or self.first.as_of

    @property
    def is_in_force(self) -> bool:
        return self.pack.starts <= self.day <= (self.pack.ends or self.day)

    @property
    def nearest(self) -> dt.date:
        """The day on which the pack is in force that lies nearest."""
        return self.pack.starts if self.day < self.pack.starts else self.pack.ends or self.pack.starts

    @cached_property
    def words(self) -> Words:
        return reading.words(self.pack)

    @property
    def title(self) -> str:
        return self.pack.title.in_language(self.words.language)

    def settings(self) -> list[Setting]:
        """The numbers that decide a standard or a cohort, in the pack's order."""
        decisive = [p for p in self.pack.parameters.values() if what_if.decides(self.pack, p.name)]
        return [self._setting(parameter) for parameter in decisive]

    def _setting(self, parameter: Parameter) -> Setting:
        stands = what_if.now(self.pack, parameter.name, self.day)
        source = source_line(stands.source if stands else parameter.source, self.words)
        if stands is not None:
            now = self.words.value(stands.value, unit=parameter.unit)
        else:
            now = _("computed over all households") if parameter.computed is not None else _("none on this day")
        readers = [name for part, name in changes.readers(self.pack, parameter.name) if part != "check"]
        return Setting(
            parameter.name, parameter.label.in_language(self.words.language), self.words.unit(parameter.unit), now, source,
            stands.verified if stands else parameter.verified, _(", ").join(self.words.label(name) for name in readers),
        )  # fmt: skip

    def groups(self) -> list[tuple[str, str]]:
        """The variables that households may be counted apart by."""
        own = words.own_pack(self.first)
        return [
            (name, variable.label.in_language(self.words.language))
            for name, variable in proposal.groupings(own).items()
        ]

    def packs(self) -> list[tuple[str, str]]:
        """The packs that may be tried in place of the screenings' own; those with faults are left out."""
        found = []
        for name in packs.folders():
            try:
                pack = packs.pack(name)
            except rulebook.PackProblems:
                continue
            found.append((name, f"{pack.title.in_language(self.words.language)} ({name})"))
        return found


class NothingToTry(Exception):
    """No screening has results to try upon."""


def asked(params: QueryDict) -> Terms:
    """The terms that an address, or a form, asks for; what it asks for and is not there is left aside.

    Raises: NothingToTry.
    """
    found = queries.triable()
    if not found:
        raise NothingToTry
    pack_id, pack = params.get("pack", ""), None
    try:
        pack = packs.pack(pack_id) if pack_id else None
    except (packs.PackUnknown, rulebook.PackProblems):
        pack_id = ""
    return Terms(found, pack_id, pack or words.own_pack(found[0]), _day(params.get("numbers_of", "")))


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None


def of_day(screening: Screening) -> str:
    """What a screening is called in a list of them."""
    named = f"{formats.day(screening.as_of)} · {screening.pack_id}"
    return _("%(screening)s (current)") % {"screening": named} if screening.is_current else named
