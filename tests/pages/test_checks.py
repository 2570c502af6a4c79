"""What people read about contradictions in the data. The cast's Li couple have no head on file, and neither does Zhou."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import AS_OF, COUNTY_A, ELDERLY, LIUJIA, PROVINCE, SUNJIA, Cast, Family, settle

from diguan import rulebook
from diguan.journal.models import Entry
from diguan.screening import actions as screening
from diguan.screening.models import Screening

LI, TIAN = "00000000-0000-0000-0000-000000000011", "00000000-0000-0000-0000-000000000033"


@pytest.fixture
def tian(cast: Cast, jilin_pack: rulebook.Pack) -> None:
    """An old couple in Liujia; the wife is seventy and holds a public post."""
    husband = {**ELDERLY, "relation_to_head": "head", "sex": "male", "public_post_months": 0}
    wife = {**ELDERLY, "relation_to_head": "spouse", "sex": "female", "public_post_months": 6}
    names = ("Tian Youcai", "He Guilan")
    settle(Family(uuid.UUID(TIAN), LIUJIA, names, {"registry_status": "none"}, (husband, wife)), jilin_pack)
    screening.run_screening(pack=jilin_pack, as_of=AS_OF, by=None, at=timezone.now())


def _read(client: Client, address: str, language: str = "en") -> str:
    client.cookies["django_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.usefixtures("screened")
def test_the_list_names_each_check_with_its_severity_and_who_mends_it(cast: Cast) -> None:
    page = _read(cast.client("zhao"), "/checks/")
    assert "Public post at a high age" in page
    assert "Labour and social security department" in page
    assert ">error<" in page
    assert '"/checks/post_at_high_age/"' in page


@pytest.mark.usefixtures("screened")
def test_a_reader_who_may_not_open_households_sees_counts_that_lead_nowhere(cast: Cast) -> None:
    page = _read(cast.client("feng"), f"/checks/?place={COUNTY_A}")
    assert "Public post at a high age" in page
    assert "/checks/post_at_high_age/" not in page


@pytest.mark.usefixtures("tian")
def test_the_households_behind_a_check_name_whom_it_concerns(cast: Cast) -> None:
    page = _read(cast.client("wang"), "/checks/post_at_high_age/")
    assert "Tian Youcai" in page
    assert "He Guilan" in page
    assert "end the post if it is held in name only" in page
    assert "70 years" in page


@pytest.mark.usefixtures("tian")
def test_a_household_shows_its_faults_in_words_with_the_values_and_how_to_mend_them(cast: Cast) -> None:
    page = _read(cast.client("wang"), f"/households/{TIAN}/")
    faults = page[page.index('id="checks"') :]
    assert "Somebody beyond the age for it holds a public-welfare post." in faults
    assert "6 months" in faults
    assert "Home visit" in faults
    assert "Labour and social security department" in faults


@pytest.mark.usefixtures("tian")
def test_a_number_of_the_list_leads_to_its_households_and_nought_leads_nowhere(cast: Cast) -> None:
    page = _read(cast.client("zhao"), "/checks/")
    assert '<a href="/checks/post_at_high_age/">1</a>' in page
    assert '<a href="/checks/two_spouses/">0</a>' not in page


@pytest.mark.usefixtures("screened")
def test_what_nobody_stated_is_not_checkable_and_raises_nothing(cast: Cast) -> None:
    page = _read(cast.client("zhao"), "/checks/not_one_head/")
    assert "No household here matches these filters." in page
    assert "2 households could not be checked" in page


def test_opening_the_households_of_a_check_is_journalled(cast: Cast, screened: Screening) -> None:
    cast.client("qian").get(f"/checks/all/?place={COUNTY_A}")
    entry = Entry.objects.filter(verb="household.listed").latest("id")
    assert (entry.actor_name, entry.detail["check"], entry.detail["place"]) == ("qian", "all", COUNTY_A)


@pytest.mark.usefixtures("screened")
def test_a_household_says_what_could_not_be_checked(cast: Cast) -> None:
    page = _read(cast.client("wang"), f"/households/{LI}/")
    assert "Contradictions in the data" in page
    assert "checks could not be made, because something is unknown" in page


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Contradictions in the data"), ("zh-hans", "数据疑点"), ("zh-hant", "數據疑點")]
)
@pytest.mark.usefixtures("screened")
def test_the_board_leads_to_the_contradictions_of_its_place(cast: Cast, language: str, words: str) -> None:
    page = _read(cast.client("zhao"), f"/board/{PROVINCE}/", language)
    assert words in page
    assert f"/checks/?place={PROVINCE}" in page


@pytest.mark.usefixtures("screened")
def test_the_policy_shows_its_checks(cast: Cast) -> None:
    page = _read(cast.client("feng"), "/policy/cn-jilin-2020/")
    assert 'id="check-post_at_high_age"' in page
    assert "public_post_months" in page


@pytest.mark.usefixtures("screened")
def test_a_place_outside_the_scope_is_not_there(cast: Cast) -> None:
    assert cast.client("qian").get(f"/checks/?place={SUNJIA}").status_code == 404
