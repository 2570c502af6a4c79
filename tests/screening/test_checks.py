"""Faults in the data, kept with a screening: whom they concern, how they are counted, who may read them."""

import datetime as dt
from pathlib import Path

import pytest
from django.http import QueryDict
from tests import cast as of
from tests import small_pack
from tests.screening import village

from diguan import rulebook
from diguan.access.rows import ScopeMissing
from diguan.access.scope import Scope
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.registry import actions as registry
from diguan.screening import actions, queries
from diguan.screening.models import Fault, Result, Screening

CHECKS = """
checks:
  dry: {entity: household, label: Dry, text: Well off and no water, severity: error, mended_by: worker,
        fault_when: income > 4500 AND NOT has_water, source: {document: rules}}
  schooled: {entity: person, label: Schooled, text: In school, severity: notice, mended_by: worker,
             fault_when: in_school, source: {document: rules}}
"""


@pytest.fixture
def screened(tree: dict[str, Place], tmp_path: Path) -> Screening:
    folder = tmp_path / "small"
    small_pack.written(folder)
    (folder / "checks.yaml").write_text(CHECKS)
    with (folder / "pack.yaml").open("a") as file:
        file.write("roles: {worker: Worker}\n")
    pack = rulebook.load(folder)
    registry.record_observations(batch=village.BATCH, pack=pack, by=None, at=of.NOW)
    day = dt.date(2020, 5, 31)
    return actions.run_screening(pack=pack, as_of=day, by=None, at=of.NOW, folder=tmp_path)


def _keys(scope: Scope, wanted: queries.Wanted) -> list[object]:
    page = queries.household_page(scope, wanted, QueryDict())
    assert page.total == len(page.rows) == queries.count(scope, wanted)
    return [row.household.key for row in page.rows]


def test_a_fault_is_kept_once_for_a_household_with_the_members_it_concerns(screened: Screening) -> None:
    rows = Fault.objects.within(village.EVERYWHERE).values_list("household__key", "rule", "persons")
    assert {(key, rule): persons for key, rule, persons in rows} == {
        (village.ZHOU, "dry"): [],
        (village.ZHOU, "schooled"): [str(village.person(village.ZHOU, 0))],
        (village.LI, "schooled"): sorted(str(village.person(village.LI, number)) for number in (0, 1)),
    }


def test_a_result_knows_how_many_checks_are_raised(screened: Screening) -> None:
    found = Result.objects.within(village.EVERYWHERE).values_list("household__key", "faults")
    assert dict(found) == {village.LI: 1, village.WANG: 0, village.ZHOU: 2, village.WU: 0, village.ZHENG: 0}


def test_a_list_holds_the_households_behind_a_check_or_behind_any(screened: Screening) -> None:
    assert _keys(village.EVERYWHERE, queries.Wanted(check="dry")) == [village.ZHOU]
    assert _keys(village.EVERYWHERE, queries.Wanted(check="schooled")) == [village.LI, village.ZHOU]
    assert _keys(village.EVERYWHERE, queries.Wanted(check=queries.ANY_CHECK)) == [village.LI, village.ZHOU]


def test_lists_of_faults_keep_to_scope_place_and_cohort(screened: Screening) -> None:
    liujia = places.by_code(of.LIUJIA)
    assert _keys(village.EVERYWHERE, queries.Wanted(place=liujia, check="schooled")) == [village.LI]
    sunjia = Scope(((int(of.SUNJIA), int(of.SUNJIA) + 1),))
    assert _keys(sunjia, queries.Wanted(check=queries.ANY_CHECK)) == []
    assert _keys(village.EVERYWHERE, queries.Wanted(check="dry", cohort="poor")) == []
    assert _keys(village.EVERYWHERE, queries.Wanted(check="dry", cohort="none")) == [village.ZHOU]


def test_a_place_counts_faults_and_what_could_not_be_checked(screened: Screening) -> None:
    province = places.by_code(of.PROVINCE)
    totals = queries.totals_for(village.EVERYWHERE, [province])[province.pk]
    assert totals.check("dry").households == 1
    assert totals.check("dry", "unknown").households == 1  # of Wu nobody knows anything
    assert totals.check("schooled").persons == 4
    assert totals.check("all").households == 2
    assert (totals.severity("error").households, totals.severity("notice").households) == (1, 2)


def test_counts_of_several_places_add_up(screened: Screening) -> None:
    counties = [places.by_code(code) for code in (of.COUNTY_A, of.COUNTY_B)]
    found = queries.totals_for(village.EVERYWHERE, counties)
    assert queries.added(found.values()).everybody.households == 5


def test_the_topmost_places_of_a_scope_lie_in_no_other(tree: dict[str, Place]) -> None:
    two = tree[of.LIUJIA], tree[of.XISHAN]
    scope = Scope(tuple((place.number, place.upper) for place in two))
    assert places.topmost(scope) == list(two)
    assert places.topmost(Scope(((0, 10**12),))) == [tree[of.PROVINCE]]
    assert places.topmost(Scope()) == []


def test_members_at_fault_are_read_within_a_scope_only(screened: Screening) -> None:
    results = list(Result.objects.within(village.EVERYWHERE))
    everybody = queries.people_at_fault(village.EVERYWHERE, "schooled", results)
    assert sorted(len(people) for people in everybody.values()) == [1, 2]
    assert queries.people_at_fault(Scope(), "schooled", results) == {}
    assert queries.people_at_fault(village.EVERYWHERE, "dry", results) == {}


def test_nobody_reads_faults_without_a_scope(screened: Screening) -> None:
    with pytest.raises(ScopeMissing):
        list(Fault.objects.all())


def test_another_screening_takes_the_place_of_all_faults(screened: Screening, tmp_path: Path) -> None:
    before = Fault.objects.within(village.EVERYWHERE).count()
    pack = rulebook.load(tmp_path / "small")
    again = actions.run_screening(pack=pack, as_of=dt.date(2020, 5, 31), by=None, at=of.NOW, folder=tmp_path)
    kept = Fault.objects.within(village.EVERYWHERE)
    assert kept.count() == before
    assert set(kept.values_list("screening", flat=True)) == {again.pk}
