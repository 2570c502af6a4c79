"""Every read of screenings, each within the reader's scope."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Substr
from django.http import QueryDict

from diguan.access.models import User
from diguan.access.scope import Scope
from diguan.places.models import Place
from diguan.registry import keyset, relations
from diguan.registry.models import Household, Person
from diguan.screening import keeping
from diguan.screening.models import AT_WORK, LETTERS, NOT_MET, UNKNOWN, Fault, Result, Run, Screening, Shortfall, Total
from diguan.ui import paging

ORDER = ("place_number", "household_id")
ANY_CHECK = "all"
_CHUNK = 2000


@dataclass(frozen=True)
class Count:
    households: int = 0
    persons: int = 0
    weighted_persons: Decimal | None = None


@dataclass(frozen=True)
class Totals:
    """What a screening summed up to at one place. A subject nobody fell under counts nothing."""

    counts: Mapping[tuple[str, str, str], Count] = field(default_factory=dict)

    @property
    def everybody(self) -> Count:
        return self.counts.get(("all", "all", "all")) or Count()

    def standard(self, name: str, outcome: str) -> Count:
        return self.counts.get(("standard", name, outcome)) or Count()

    def cohort(self, name: str) -> Count:
        """Members of a cohort; `unknown` for those of whom nobody knows."""
        return self.counts.get(("cohort", name, UNKNOWN if name == UNKNOWN else "member")) or Count()

    @property
    def to_check(self) -> Count:
        """Households of which some standard or the cohort is unknown."""
        return self.counts.get(("to_check", "all", UNKNOWN)) or Count()

    def check(self, name: str, outcome: str = "raised") -> Count:
        """Households in which a check of the data found a fault, or (unknown) of which it could not say."""
        return self.counts.get(("check", name, outcome)) or Count()

    def severity(self, name: str) -> Count:
        """Households in which some check of this severity found a fault."""
        return self.counts.get(("severity", name, "raised")) or Count()


def added(all_totals: Iterable[Totals]) -> Totals:
    """What several places that do not overlap sum up to."""
    counts: dict[tuple[str, str, str], Count] = {}
    for totals in all_totals:
        for key, count in totals.counts.items():
            before = counts.get(key, Count())
            counts[key] = Count(before.households + count.households, before.persons + count.persons)
    return Totals(counts)


@dataclass(frozen=True)
class Wanted:
    """The filter of a list. Empty parts ask for nothing; an outcome without a standard means: of any standard.

    `check` is a check of the data that is raised, or ANY_CHECK; it goes with a place and a cohort only.
    """

    place: Place | None = None
    cohort: str = ""
    standard: str = ""
    outcome: str = ""
    check: str = ""

    def described(self) -> dict[str, str]:
        parts = {"place": self.place.code if self.place else "", "cohort": self.cohort}
        parts |= {"standard": self.standard, "outcome": self.outcome, "check": self.check}
        return {name: value for name, value in parts.items() if value}


def current_screening() -> Screening | None:
    """The screening whose results are shown; None before the first."""
    return Screening.objects.filter(is_current=True).first()


def screenings() -> QuerySet[Screening]:
    """All screenings, newest first."""
    return Screening.objects.order_by("-started_at", "-id")


def runs() -> QuerySet[Run]:
    """All screenings that were ever asked for, newest first."""
    return Run.objects.order_by("-id")


def at_work() -> QuerySet[Run]:
    """Screenings that wait or run, or were cut off; at most one, but for a moment."""
    return Run.objects.filter(state__in=AT_WORK).order_by("id")


def done_since(run: Run) -> int | None:
    """The number of a screening that was carried out after this one had been asked for; None if there is none."""
    return Run.objects.filter(pk__gt=run.pk, state=Run.State.DONE).values_list("pk", flat=True).last()


def given_up_before(run: Run) -> QuerySet[Run]:
    """Earlier ones that ended without results, whose files nobody needs any more."""
    return Run.objects.filter(pk__lt=run.pk, state__in=(Run.State.FAILED, Run.State.CANCELLED))


def cut_off(digest: str, as_of: dt.date, known_on: dt.date | None, draft: bool) -> Run | None:
    """One of the same that was cut off and can go on; None if there is none."""
    same = at_work().filter(pack_digest=digest, as_of=as_of, known_on=known_on, is_draft=draft, is_current=True)
    return next((run for run in same if keeping.is_cut_off(run)), None)


def for_the_server() -> list[Run]:
    """Those that the server is to carry out, or to take up again; others are carried out by the program that asked."""
    return list(at_work().filter(is_in_background=True))


def wanted_by(run: Run) -> User | None:
    """Who wants a screening; None for the terminal."""
    return None if run.wanted_by is None else User.objects.get(pk=run.wanted_by)


def last_seconds() -> Mapping[str, float]:
    """How long each step took in the last screening that was carried out in one go; nothing before the first."""
    done = Run.objects.filter(state=Run.State.DONE, attempts=1).exclude(seconds={}).order_by("-id").first()
    return done.seconds if done else {}


def in_cohorts(scope: Scope, households: Iterable[int]) -> set[int]:
    """Return those of the households, by id, that the current screening counts in a cohort; none before the first."""
    screening, found = current_screening(), set[int]()
    if screening is None:
        return found
    for some in relations.chunks(sorted(set(households))):
        rows = Result.objects.within(scope).filter(screening=screening, household__among=some)
        found |= set(rows.exclude(cohort__in=("none", "unknown")).values_list("household_id", flat=True))
    return found


def totals_for(scope: Scope, places: Iterable[Place], *, screening: Screening | None = None) -> dict[int, Totals]:
    """What the current (or another) screening summed up to, by place id, in one query.

    Rows: places that lie wholly within the scope; no others, because a total tells about all its households.
    Of earlier screenings, places deeper than counties have no totals in the database.
    """
    screening = screening or current_screening()
    covered = [place.pk for place in places if scope.covers(place.number, place.upper)]
    if screening is None or not covered:
        return {}
    found: dict[int, dict[tuple[str, str, str], Count]] = {number: {} for number in covered}
    columns = ("place_id", "kind", "subject", "outcome", "households", "persons", "weighted_persons")
    rows = Total.objects.filter(screening=screening, place_id__in=covered).values_list(*columns)
    for place_id, kind, subject, outcome, *numbers in rows:
        found[place_id][kind, subject, outcome] = Count(*numbers)
    return {place_id: Totals(counts) for place_id, counts in found.items()}


def household_page(scope: Scope, wanted: Wanted, params: QueryDict, *, size: int = paging.SIZE) -> paging.Page[Result]:
    """One page of the households that match, by place; each result with its household and place.

    No page before the first screening; nothing for what lies out of scope.
    """
    screening = current_screening()
    model = _model(wanted)
    if screening is None:
        return paging.page(Result.objects.within(Scope()), ORDER, params, size=size)
    left = keyset.beyond(_within(scope, wanted), params, model, ORDER)
    total = count(scope, wanted)
    page = paging.page(_matching(screening, left, wanted), ORDER, params, size=size, total=total)
    ids = [row.household_id for row in page.rows]
    full = Result.objects.within(scope).filter(screening=screening, household_id__in=ids)
    by_household = {row.household_id: row for row in full.select_related("household__place")}
    for row in by_household.values():
        row.screening = screening
    return replace(page, rows=[by_household[number] for number in ids])


def count(scope: Scope, wanted: Wanted) -> int:
    """How many households match: from the totals where they have it, else by counting along an index."""
    screening = current_screening()
    if screening is None:
        return 0
    if wanted.place is not None and not (wanted.cohort and (wanted.standard or wanted.outcome or wanted.check)):
        known = totals_for(scope, [wanted.place], screening=screening).get(wanted.place.pk)
        if known is not None:
            answer = _from_totals(known, wanted)
            if answer is not None:
                return answer
    return _matching(screening, _within(scope, wanted), wanted).count()


def every(scope: Scope, wanted: Wanted) -> Iterator[Result]:
    """Every household that matches, by place, each result with its household and place, read as it is used.

    Rows: as many as `count` says. One statement, so that a screening that ends meanwhile changes nothing in them.
    """
    screening = current_screening()
    if screening is None:
        return
    within = _within(scope, wanted)
    rows = _matching(screening, within, wanted)
    if _is_shortfall(wanted):
        short = rows.values("household_id")
        rows = Result.objects.within(within).filter(screening=screening, household_id__in=short)
    for row in rows.select_related("household__place").order_by(*ORDER).iterator(chunk_size=_CHUNK):
        row.screening = screening
        yield row


def result_for(scope: Scope, household: Household) -> Result | None:
    """What the current screening found for a household; None if it came on file since, or lies out of scope."""
    current = Result.objects.within(scope).filter(household=household, screening__is_current=True)
    return current.select_related("screening").first()


def people_at_fault(scope: Scope, check: str, results: Sequence[Result]) -> dict[int, list[Person]]:
    """The members in whom a check found a fault, by household; none for a check of households. Two queries."""
    if not check or check == ANY_CHECK:
        return {}
    households = [result.household_id for result in results]
    faults = Fault.objects.within(scope).filter(household_id__in=households, rule=check, screening__is_current=True)
    keys = [key for persons in faults.values_list("persons", flat=True) for key in persons]
    found: dict[int, list[Person]] = {}
    for person in Person.objects.within(scope).filter(key__in=keys).order_by("ordinal", "id") if keys else ():
        found.setdefault(person.household_id, []).append(person)
    return found


def _model(wanted: Wanted) -> type[Any]:
    if wanted.check and wanted.check != ANY_CHECK:
        return Fault
    return Shortfall if _is_shortfall(wanted) else Result


def _is_shortfall(wanted: Wanted) -> bool:
    return bool(wanted.standard) and wanted.outcome in (NOT_MET, UNKNOWN)


def _within(scope: Scope, wanted: Wanted) -> Scope:
    """Scope and place as one, before the query: two conditions on the place would walk the wider one."""
    return scope.intersect(wanted.place.number, wanted.place.upper) if wanted.place else scope


def _matching(screening: Screening, scope: Scope, wanted: Wanted) -> QuerySet[Any]:
    if wanted.check:
        return _with_faults(screening, scope, wanted)
    if _is_shortfall(wanted):
        rows = Shortfall.objects.within(scope).filter(screening=screening, standard=wanted.standard)
        rows = rows.filter(outcome=wanted.outcome)
        return rows.filter(cohort=wanted.cohort) if wanted.cohort else rows
    found = Result.objects.within(scope).filter(screening=screening)
    if wanted.cohort:
        found = found.filter(cohort=wanted.cohort)
    if wanted.outcome not in LETTERS:
        return found
    letter = LETTERS[wanted.outcome]
    if wanted.standard:
        if wanted.standard not in screening.standards:
            return found.none()
        position = screening.standards.index(wanted.standard) + 1
        return found.annotate(letter=Substr("outcomes", position, 1)).filter(letter__in=[letter, letter.upper()])
    anything = Q(outcomes__contains=letter.upper())
    return found.filter(anything | Q(cohort=UNKNOWN) if wanted.outcome == UNKNOWN else anything)


def _with_faults(screening: Screening, scope: Scope, wanted: Wanted) -> QuerySet[Any]:
    found: QuerySet[Any] = _model(wanted).objects.within(scope).filter(screening=screening)
    found = found.filter(faults__gt=0) if wanted.check == ANY_CHECK else found.filter(rule=wanted.check)
    return found.filter(cohort=wanted.cohort) if wanted.cohort else found


def _from_totals(known: Totals, wanted: Wanted) -> int | None:
    if wanted.check:
        return known.check(wanted.check).households
    if wanted.standard:
        return known.standard(wanted.standard, wanted.outcome).households if wanted.outcome in LETTERS else None
    if wanted.outcome:
        return known.to_check.households if wanted.outcome == UNKNOWN else None
    if wanted.cohort:
        return known.cohort(wanted.cohort).households if wanted.cohort != "none" else None
    return known.everybody.households
