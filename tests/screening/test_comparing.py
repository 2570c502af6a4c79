"""Two screenings of the registry compared: what is kept, what the pages count, and who may see whom."""

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.http import QueryDict
from tests import cast as of
from tests.cast import Cast
from tests.screening import village
from tests.small_pack import written

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.journal.models import Entry
from diguan.places import queries as places
from diguan.registry import actions as registry
from diguan.registry.batch import Batch, HouseholdRow, ObservationRow, PersonRow
from diguan.screening import actions, flow_queries, packs
from diguan.screening.models import Change, Comparison, Flow, Screening, Total

NEW = UUID(int=9, version=4)
LATER = of.NOW + dt.timedelta(days=40)
COHORT = {"kind": "cohort", "name": "cohort"}


def _visit(number: int, key: UUID, on: str, income: str) -> ObservationRow:
    return ObservationRow(
        UUID(int=number, version=4), key, "visit", on, {"household": {"income": income}, "persons": {}}
    )


@pytest.fixture
def compared(cast: Cast, tmp_path: Path, settings: Any) -> Comparison:
    """May, and then June: Wang rose above the line, Li fell below it, Wu became known and is poor, somebody new is poor."""
    settings.DATA = tmp_path
    written(tmp_path / "small")
    (tmp_path / "packs").mkdir()
    (tmp_path / "small").rename(tmp_path / "packs/small")
    pack = packs.pack("small")
    _record(pack, village.BATCH)
    before = _screen(pack, dt.date(2020, 5, 31))
    said = [
        _visit(71, village.WANG, "2020-06-10", "4100"),
        _visit(72, village.LI, "2020-06-11", "100"),
        _visit(73, village.WU, "2020-06-12", "3000"),
        _visit(74, NEW, "2020-06-13", "1"),
    ]
    new = HouseholdRow(NEW, of.LIUJIA, "made up")
    _record(pack, Batch([new], [PersonRow(UUID(int=99, version=4), NEW, "made up", 0)], said))
    after = _screen(pack, dt.date(2020, 6, 30))
    return actions.compare_screenings(before=before, after=after, by=None, at=of.NOW)


def _record(pack: rulebook.Pack, batch: Batch) -> None:
    report = registry.record_observations(batch=batch, pack=pack, by=None, at=LATER)
    assert report.refused == 0, report.refusals


def _screen(pack: rulebook.Pack, day: dt.date, **more: Any) -> Screening:
    return actions.run_screening(pack=pack, as_of=day, by=None, at=LATER, **more)


def _ways(comparison: Comparison, code: str) -> dict[tuple[str, str, str], int]:
    place = places.by_code(code)
    found = flow_queries.flows(village.EVERYWHERE, comparison, [place], "cohort", "cohort")[place.pk]
    return {(each.before, each.after, each.reason): each.households for each in found}


def test_flows_are_kept_for_every_place_with_their_reasons(compared: Comparison) -> None:
    assert _ways(compared, of.COUNTY_A) == {
        ("none", "poor", "fact"): 1, ("poor", "none", "fact"): 1, ("none", "none", ""): 1,
        ("absent", "poor", "registered"): 1, ("unknown", "poor", "became_known"): 1,
    }  # fmt: skip
    found = _ways(compared, of.LIUJIA)
    assert found[("none", "poor", "fact")] == 1
    assert found[("poor", "none", "fact")] == 1
    assert _ways(compared, of.CHENJIA) == {("unknown", "poor", "became_known"): 1}
    assert _ways(compared, of.SUNJIA) == {("none", "none", ""): 1}


def test_changes_stand_at_the_household_with_what_they_lie_in(compared: Comparison) -> None:
    rows = Change.objects.within(village.EVERYWHERE).filter(kind="cohort").select_related("household")
    assert {row.household.key: (row.before, row.after, row.causes) for row in rows if row.household.key != NEW} == {
        village.WANG: ("poor", "none", ["income"]),
        village.LI: ("none", "poor", ["income"]),
        village.WU: ("unknown", "poor", ["income"]),
    }


@pytest.mark.parametrize("code", [of.PROVINCE, of.COUNTY_A, of.DONGSHAN, of.LIUJIA, of.CHENJIA, of.COUNTY_B])
def test_a_list_holds_as_many_households_as_its_number_says(compared: Comparison, code: str) -> None:
    place = places.by_code(code)
    for (before, after, reason), count in _ways(compared, code).items():
        if (before, after) != ("none", "none"):
            wanted = flow_queries.Wanted(compared, **COHORT, before=before, after=after, reason=reason, place=place)
            page = flow_queries.change_page(village.EVERYWHERE, wanted, QueryDict())
            assert (len(page.rows), page.total) == (count, count), (before, after, reason)


def test_nobody_out_of_scope_is_listed(compared: Comparison) -> None:
    everything = flow_queries.Wanted(compared, **COHORT)
    rows = flow_queries.change_page(village.DONGSHAN, everything, QueryDict()).rows
    assert village.WU not in {row.household.key for row in rows}
    assert flow_queries.change_page(Scope(), everything, QueryDict()).rows == []
    assert flow_queries.flows(village.DONGSHAN, compared, [places.by_code(of.COUNTY_A)], "cohort", "cohort") == {}


def test_pages_of_a_list_lose_nobody_and_show_nobody_twice(compared: Comparison) -> None:
    wanted, seen, query = flow_queries.Wanted(compared, **COHORT), [], ""
    while True:
        page = flow_queries.change_page(village.EVERYWHERE, wanted, QueryDict(query), size=1)
        seen += [row.household.key for row in page.rows]
        if not page.next_query:
            break
        query = page.next_query.lstrip("?")
    assert len(seen) == len(set(seen)) == page.total


def test_reading_a_list_and_making_a_comparison_are_journalled(compared: Comparison) -> None:
    assert Entry.objects.get(verb="screening.compared").detail["changed"] == 3
    wanted = flow_queries.Wanted(compared, **COHORT, before="none", after="poor")
    actions.open_changes(scope=village.EVERYWHERE, wanted=wanted, params=QueryDict(), by=None, at=of.NOW)
    entry = Entry.objects.get(verb="household.listed")
    assert entry.detail == {"comparison": compared.pk, **COHORT, "before": "none", "after": "poor", "count": 1}


def test_a_comparison_made_again_takes_the_place_of_the_earlier_one(compared: Comparison) -> None:
    changes, flows = Change.objects.within(village.EVERYWHERE).count(), Flow.objects.count()
    actions.compare_screenings(before=compared.before, after=compared.after, by=None, at=of.NOW)
    assert (Change.objects.within(village.EVERYWHERE).count(), Flow.objects.count()) == (changes, flows)
    assert Comparison.objects.count() == 1


def test_a_screening_that_is_not_to_be_current_leaves_the_current_one_and_keeps_its_totals(
    compared: Comparison,
) -> None:
    pack = packs.pack("small")
    earlier = _screen(pack, dt.date(2020, 4, 30), is_current=False)
    assert Screening.objects.get(is_current=True) == compared.after
    assert Total.objects.filter(screening=earlier).exists()
    again = actions.compare_screenings(before=earlier, after=compared.after, by=None, at=of.NOW)
    assert flow_queries.latest() == compared
    assert again in flow_queries.comparisons()


def _page(cast: Cast, who: str, address: str) -> str:
    answer = cast.client(who).get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.content.decode())


def test_the_board_shows_the_picture_and_its_bands_lead_to_the_households(compared: Comparison, cast: Cast) -> None:
    board = _page(cast, "zhao", f"/board/{of.COUNTY_A}/")
    assert "Who came, who went, who stays" in board
    link = f"/comparisons/{compared.pk}/households/?place={of.COUNTY_A}&amp;kind=cohort&amp;name=cohort&amp;from=poor&amp;to=none"
    assert link in board
    listed = _page(cast, "zhao", link.replace("&amp;", "&"))
    assert f"/households/{village.WANG}/" in listed
    assert "a fact changed" in listed
    assert "Income" in listed


def test_an_analyst_sees_the_numbers_and_no_way_to_households(compared: Comparison, cast: Cast) -> None:
    page = _page(cast, "feng", f"/comparisons/{compared.pk}/?place={of.COUNTY_A}")
    assert "in no cohort → Poor" in page
    assert "/households/" not in page
    assert cast.client("feng").get(f"/comparisons/{compared.pk}/households/").status_code == 403


def test_the_page_of_a_place_out_of_reach_is_not_there(compared: Comparison, cast: Cast) -> None:
    for address in (f"?place={of.COUNTY_B}", "?place=77"):
        for page in ("", "households/"):
            assert cast.client("qian").get(f"/comparisons/{compared.pk}/{page}{address}").status_code == 404
    assert cast.client("qian").get("/comparisons/99999/").status_code == 404
    assert cast.client("zhao").get(f"/comparisons/{compared.pk}/households/?from=nonsense").status_code == 404


def test_pages_ask_the_database_little(compared: Comparison, cast: Cast, django_assert_max_num_queries: Any) -> None:
    client = cast.client("zhao")
    for address in (
        f"/board/{of.PROVINCE}/", "/comparisons/", f"/comparisons/{compared.pk}/",
        f"/comparisons/{compared.pk}/households/?from=none&to=poor",
        f"/comparisons/{compared.pk}/households/?from=poor&to=poor&place={of.COUNTY_A}",
    ):  # fmt: skip
        client.get(address)
        with django_assert_max_num_queries(25):
            assert client.get(address).status_code == 200
