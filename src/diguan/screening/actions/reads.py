"""Lists of households opened, each with its entry in the journal; and results that follow their household."""

import datetime as dt

from django.db import transaction
from django.http import QueryDict

from diguan.access import scope as scopes
from diguan.journal import actions as journal
from diguan.registry.models import Household
from diguan.screening import flow_queries, queries
from diguan.screening.models import Change, Fault, Result, Shortfall
from diguan.ui import paging


def open_changes(
    *, scope: scopes.Scope, wanted: flow_queries.Wanted, params: QueryDict, by: journal.Actor | None, at: dt.datetime,
    size: int = paging.SIZE,
) -> paging.Page[flow_queries.Listed]:  # fmt: skip
    """One page of the households behind a flow, and the journal's entry that it was read; neither without the other."""
    with transaction.atomic():
        page = flow_queries.change_page(scope, wanted, params, size=size)
        journal.record(
            by=by, at=at, verb="household.listed", subject_type="list", subject_key="changes",
            place_number=wanted.place.number if wanted.place else None,
            detail={**wanted.described(), "count": len(page.rows)},
        )  # fmt: skip
    return page


def move_results(*, household: str, by: journal.Actor | None, at: dt.datetime) -> None:
    """Put a household's results where the household is now; part of the act that moved it, whose entry tells it."""
    found = Household.objects.unscoped("results follow their household").get(key=household)
    for model in (Result, Shortfall, Fault, Change):
        rows = model.objects.unscoped("results follow their household").filter(household=found)
        rows.exclude(place_number=found.place_number).update(place_number=found.place_number)


def open_page(
    *,
    scope: scopes.Scope,
    wanted: queries.Wanted,
    params: QueryDict,
    by: journal.Actor | None,
    at: dt.datetime,
    size: int = paging.SIZE,
) -> paging.Page[Result]:
    """One page of a list of households, and the journal's entry that it was read; neither without the other."""
    with transaction.atomic():
        page = queries.household_page(scope, wanted, params, size=size)
        journal.record(
            by=by,
            at=at,
            verb="household.listed",
            subject_type="list",
            subject_key="households",
            place_number=wanted.place.number if wanted.place else None,
            detail={**wanted.described(), "count": len(page.rows)},
        )
    return page
