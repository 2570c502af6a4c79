"""The list of households as a file: the same filter, the same rows, the same words as on its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan.access import permissions
from diguan.access.scope import Scope
from diguan.exports.lists import Column, ExportableList, ListUnavailable, Opened
from diguan.places import queries as places
from diguan.rulebook.words import Words
from diguan.screening import lists, packs, queries, reading
from diguan.screening.models import Result, Screening
from diguan.ui import outcomes


def opened(params: Mapping[str, str]) -> Opened:
    """Read the filter of the page of households. Raises: ListUnavailable."""
    screening = queries.current_screening()
    if screening is None:
        raise ListUnavailable(_("Nothing has been screened yet."))
    code = params.get("place", "").strip()
    try:
        place = places.by_code(code) if code else None
    except places.PlaceUnknown:
        raise ListUnavailable(code) from None
    wanted = lists.wanted(params, screening, place)
    words = reading.words(packs.pack(screening.pack_id))
    return Opened(
        heading=lists.heading(wanted, words),
        params=wanted.described(),
        columns=_columns(words, screening),
        count=lambda scope: queries.count(scope, wanted),
        rows=partial(_rows, wanted),
        bounds=place.range if place else None,
    )


HOUSEHOLDS = ExportableList("households", gettext_lazy("Households"), permissions.HOUSEHOLDS_READ, opened)


def _rows(wanted: queries.Wanted, scope: Scope) -> Iterator[tuple[int, Result]]:
    return ((row.place_number, row) for row in queries.every(scope, wanted))


def _columns(words: Words, screening: Screening) -> Sequence[Column]:
    def outcome(row: Result, standard: str) -> str:
        return outcomes.word(lists.outcome_of(row, standard))

    return [
        Column("place_code", _("Code of the place"), lambda row: row.household.place.code),
        Column("place", _("Place"), lambda row: row.household.place.name),
        Column("name", _("Head of household"), lambda row: row.household.name, protection="name"),
        Column("persons", _("Persons"), lambda row: row.persons, kind="number"),
        Column("cohort", _("Cohort"), lambda row: lists.cohort_word(row.cohort, words)),
        *(
            Column(f"standard_{name}", words.label(name), partial(outcome, standard=name))
            for name in screening.standards
        ),
        Column("key", _("Key in the registry"), lambda row: str(row.household.key)),
    ]
