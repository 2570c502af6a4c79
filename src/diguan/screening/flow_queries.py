"""Every read of comparisons, each within the reader's scope."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict

from diguan.access.scope import Scope
from diguan.places.models import Place
from diguan.registry import keyset
from diguan.rulebook.resting import COHORT
from diguan.screening.models import Change, Comparison, Flow, Result
from diguan.screening.queries import ORDER
from diguan.ui import paging

ELSEWHERE = "elsewhere"
Listed = Change | Result


@dataclass(frozen=True)
class Flown:
    """How many went one way; a reason is empty for who stays."""

    before: str
    after: str
    reason: str
    households: int
    persons_before: int
    persons_after: int

    @property
    def stays(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class Wanted:
    """The households behind a flow. Empty parts ask for nothing; `before` and `after` may be `elsewhere`, with a place."""

    comparison: Comparison
    kind: str
    name: str
    before: str = ""
    after: str = ""
    reason: str = ""
    place: Place | None = None

    @property
    def stays(self) -> bool:
        return bool(self.before) and self.before == self.after

    def described(self) -> dict[str, object]:
        parts = {
            "kind": self.kind,
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
        }
        found: dict[str, object] = {name: value for name, value in parts.items() if value}
        return {"comparison": self.comparison.pk, **found, **({"place": self.place.code} if self.place else {})}


def comparisons() -> QuerySet[Comparison]:
    """All comparisons, the newest first."""
    return Comparison.objects.select_related("before", "after").order_by("-after__as_of", "-before__as_of", "-id")


def comparison(number: int) -> Comparison:
    """Raises: Comparison.DoesNotExist."""
    return Comparison.objects.select_related("before", "after").get(pk=number)


def latest() -> Comparison | None:
    """The comparison of the current screening with the latest one before it; none where nobody has made one."""
    return comparisons().filter(after__is_current=True).first()


def flows(scope: Scope, of: Comparison, places: Iterable[Place], kind: str, name: str) -> dict[int, list[Flown]]:
    """Who went which way, by place id, in one query.

    Rows: places that lie wholly within the scope; no others, because a flow tells about all its households.
    """
    covered = [place.pk for place in places if scope.covers(place.number, place.upper)]
    found: dict[int, list[Flown]] = {pk: [] for pk in covered}
    columns = ("place_id", "before", "after", "reason", "households", "persons_before", "persons_after")
    rows = Flow.objects.filter(comparison=of, kind=kind, name=name, place_id__in=covered).order_by("id")
    for place_id, *rest in rows.values_list(*columns):
        found[place_id].append(Flown(*rest))
    return found


def standard_flows(scope: Scope, of: Comparison, place: Place) -> dict[str, list[Flown]]:
    """Who went which way at one place, by standard; nothing where the scope does not cover it."""
    if not scope.covers(place.number, place.upper):
        return {}
    found: dict[str, list[Flown]] = {}
    columns = ("name", "before", "after", "reason", "households", "persons_before", "persons_after")
    for name, *rest in (
        Flow.objects.filter(comparison=of, kind="standard", place=place).order_by("id").values_list(*columns)
    ):
        found.setdefault(name, []).append(Flown(*rest))
    return found


def change_page(scope: Scope, wanted: Wanted, params: QueryDict, *, size: int = paging.SIZE) -> paging.Page[Listed]:
    """One page of the households behind a flow, by place, each with its household and place.

    Nothing for what lies out of scope: who moved away is listed for readers of the place where it lives now.
    Who stays in a cohort is known as long as the later screening is the current one.
    """
    model: type[Any] = Result if wanted.stays else Change
    find: Callable[[Scope, Wanted], QuerySet[Any]] = _staying if wanted.stays else _changed
    left = keyset.beyond(_within(scope, wanted), params, model, ORDER)
    page = paging.page(find(left, wanted), ORDER, params, size=size, total=find(scope, wanted).count())
    ids = [row.pk for row in page.rows]
    full = model.objects.within(scope).filter(pk__in=ids).select_related("household__place")
    by_id = {row.pk: row for row in full}
    return replace(page, rows=[by_id[pk] for pk in ids])


def may_list_staying(of: Comparison) -> bool:
    return of.after.is_current


def _within(scope: Scope, wanted: Wanted) -> Scope:
    """Where the households of a flow are now: in the place, or, if they went elsewhere, anywhere in the scope."""
    if wanted.place is None or wanted.after == ELSEWHERE:
        return scope
    return scope.intersect(wanted.place.number, wanted.place.upper)


def _changed(scope: Scope, wanted: Wanted) -> QuerySet[Change]:
    rows = Change.objects.within(_within(scope, wanted)).filter(
        comparison=wanted.comparison, kind=wanted.kind, name=wanted.name
    )
    place = wanted.place
    was_here = Q(was_number__gte=place.number, was_number__lt=place.upper) if place else Q(was_number__isnull=False)
    if ELSEWHERE in (wanted.before, wanted.after):
        return _moved(rows.filter(was_number__isnull=False), wanted, was_here)
    rows = rows.filter(was_here | Q(was_number__isnull=True)).exclude(before=F("after"))
    asked = {"before": wanted.before, "after": wanted.after, "reason": wanted.reason}
    return rows.filter(**{name: value for name, value in asked.items() if value})


def _moved(rows: QuerySet[Change], wanted: Wanted, was_here: Q) -> QuerySet[Change]:
    """Who came to the place from another one, or went to another one; whatever else changed of it, that is its way here."""
    if wanted.place is None:
        return rows.none()
    here = Q(place_number__gte=wanted.place.number, place_number__lt=wanted.place.upper)
    if wanted.before == ELSEWHERE:
        rows = rows.exclude(was_here)
        return rows.filter(after=wanted.after) if wanted.after else rows
    rows = rows.filter(was_here).exclude(here)
    return rows.filter(before=wanted.before) if wanted.before else rows


def _staying(scope: Scope, wanted: Wanted) -> QuerySet[Result]:
    """Households of the current screening in the cohort that no change brought there."""
    if wanted.kind != COHORT or not may_list_staying(wanted.comparison):
        return Result.objects.within(scope).none()
    rows = Result.objects.within(_within(scope, wanted)).filter(screening=wanted.comparison.after, cohort=wanted.after)
    changes = Change.objects.within(scope).filter(comparison=wanted.comparison, kind=wanted.kind, name=wanted.name)
    brought = ~Q(before=wanted.after)
    if wanted.place:
        brought |= Q(was_number__lt=wanted.place.number) | Q(was_number__gte=wanted.place.upper)
    return rows.exclude(Exists(changes.filter(brought, household=OuterRef("household"))))


def net(flown: Sequence[Flown], name: str) -> tuple[int, int, int]:
    """Households of a cohort that came, that went, and that stay."""
    came = sum(each.households for each in flown if each.after == name and not each.stays)
    went = sum(each.households for each in flown if each.before == name and not each.stays)
    return came, went, sum(each.households for each in flown if each.before == name and each.stays)
