"""The page of what changed between two packs: the document of the program, and the reader's own households."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast

from diguan.screening.models import Screening

CHANGES = "/policy/cn-2021/changes/"


def _read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_an_earlier_pack_the_page_asks_which(cast: Cast) -> None:
    page = _read(cast.client("zhao"), CHANGES)
    assert '<option value="cn-2020"' in page
    assert '<option value="cn-2021"' not in page
    assert "Nothing is weakened" not in page


def test_the_page_says_what_the_program_says(cast: Cast) -> None:
    page = _read(cast.client("zhao"), CHANGES + "?before=cn-2020")
    assert "Nothing is weakened." in page
    assert "lists as a whole are widened" in page
    weaker = _read(cast.client("zhao"), "/policy/cn-2014/changes/?before=cn-2020")
    assert "Weakened (" in weaker
    assert "lowered: whoever met it meets it still" in weaker


def test_the_policy_leads_to_the_page(cast: Cast) -> None:
    assert CHANGES in _read(cast.client("zhao"), "/policy/cn-2021/")


@pytest.mark.django_db
def test_households_are_those_of_the_readers_own_area(screened: Screening, cast: Cast) -> None:
    address = "/policy/cn-2014/changes/?before=cn-jilin-2020"
    whole, county = (_read(cast.client(who), address) for who in ("zhao", "qian"))
    assert "Households now" in whole
    assert "Households now" in county
    assert _households(whole) == 2 * _households(county)


def test_the_page_asks_few_questions_of_the_database(screened: Screening, cast: Cast) -> None:
    client = cast.client("zhao")
    with CaptureQueriesContext(connection) as asked:
        _read(client, "/policy/cn-2014/changes/?before=cn-jilin-2020")
    assert len(asked) <= 25


@pytest.mark.parametrize("before", ["no-such-pack", "%00", "../cn-2020"])
def test_a_pack_that_is_not_there_is_not_found(before: str, cast: Cast) -> None:
    assert cast.client("zhao").get(f"{CHANGES}?before={before}").status_code in (400, 404)


def _households(page: str) -> int:
    """All counts of the first standard on the page, added up."""
    first = page.split("Households now")[1].split("</dd>")[0]
    return sum(int(part.split("<")[0]) for part in first.split('class="num">')[1:])
