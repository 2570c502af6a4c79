"""What people read on the pages."""

import pytest
from django.test import Client
from tests.cast import COUNTY_A, LIUJIA, PROVINCE, Cast

from diguan.screening.models import Screening

LI, ZHOU = "00000000-0000-0000-0000-000000000011", "00000000-0000-0000-0000-000000000022"


@pytest.fixture
def zhao(cast: Cast, screened: Screening) -> Client:
    return cast.client("zhao")


def _read(client: Client, address: str, language: str = "en") -> str:
    client.cookies["django_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_shortfall_names_value_and_line(zhao: Client) -> None:
    page = _read(zhao, f"/households/{ZHOU}/")
    assert "3,999 yuan/person/year, against 4,000 yuan/person/year" in page


def test_what_nobody_asked_is_unknown_and_says_what_to_find_out(zhao: Client) -> None:
    page = _read(zhao, f"/households/{LI}/")
    assert "find out: Water quality" in page


def test_each_fact_names_its_source_and_day(zhao: Client) -> None:
    page = _read(zhao, f"/households/{ZHOU}/")
    assert "Home visit" in page
    assert "2020-05-02" in page


def test_the_board_counts_the_unknown_beside_the_cohorts(zhao: Client) -> None:
    page = _read(zhao, f"/board/{PROVINCE}/")
    assert "Unknown, to check" in page
    assert f"/households/?place={PROVINCE}&amp;outcome=unknown" in page


def test_the_board_of_a_village_lists_its_households(zhao: Client) -> None:
    assert "Li Guirong" in _read(zhao, f"/board/{LIUJIA}/")


def test_an_analyst_sees_numbers_that_lead_nowhere(cast: Cast, screened: Screening) -> None:
    assert "/households/?place=" not in _read(cast.client("feng"), f"/board/{COUNTY_A}/")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ("剩余贫困户", "情况未知，待核实")),
        ("zh-hant", ("剩餘貧困戶", "情況未知，待核實")),
        ("en", ("Remaining poor", "Unknown, to check")),
    ],
)
def test_the_board_speaks_three_languages(zhao: Client, language: str, words: tuple[str, ...]) -> None:
    page = _read(zhao, f"/board/{PROVINCE}/", language)
    assert all(word in page for word in words)


@pytest.mark.parametrize(
    "address",
    ["/households/?after=nonsense", "/households/?cohort=no&standard=x&outcome=y", f"/board/{PROVINCE}/?measure=x"],
)
def test_an_address_with_nonsense_in_it_is_answered_all_the_same(zhao: Client, address: str) -> None:
    assert "<h1>" in _read(zhao, address)


def test_the_policy_reads_as_a_document_and_marks_what_is_not_verified(zhao: Client) -> None:
    page = _read(zhao, "/policy/cn-jilin-2020/")
    assert "Communiqué" in page
    assert "Not verified" in page


def test_before_the_first_screening_the_board_says_what_to_do(cast: Cast) -> None:
    assert "diguan screen" in _read(cast.client("zhao"), f"/board/{PROVINCE}/")


@pytest.mark.parametrize(
    "address",
    [
        "/households/?place=%00",
        "/journal/?actor=a%00b",
        "/people/?q=%00",
        "/board/%00/",
        "/policy/%00/",
        "/sign-in/?next=%00",
    ],
)
def test_an_address_with_a_null_character_is_refused_and_breaks_nothing(
    address: str, screened: Screening, cast: Cast
) -> None:
    for who in ("", "zhao", "wu", "zheng"):
        assert cast.client(who).get(address).status_code in (400, 404)
