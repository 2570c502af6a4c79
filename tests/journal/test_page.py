"""The journal's page shows an auditor what happened in their places, and nobody else anything."""

from __future__ import annotations

import pytest
from tests import cast as of
from tests.cast import Cast

from diguan.access import actions as access
from diguan.journal import actions
from diguan.journal.models import Entry


def opened(cast: Cast, who: str, key: str, code: str) -> Entry:
    return actions.record(
        by=cast.people[who],
        at=of.NOW,
        verb="household.read",
        subject_type="household",
        subject_key=key,
        place_number=cast.place(code).number,
    )


def test_the_auditor_reads_who_opened_which_household_where(cast: Cast) -> None:
    opened(cast, "wang", "li-of-liujia", of.LIUJIA)
    page = cast.client("wu").get("/journal/").content.decode()
    for shown in ("wang", "Opened a household", "li-of-liujia", "Liujia Village"):
        assert shown in page


def test_reading_the_journal_is_itself_recorded(cast: Cast) -> None:
    cast.client("wu").get("/journal/?actor=wang")
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.actor_name, entry.detail["filter"]) == ("journal.read", "wu", {"actor": "wang"})


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("actor=wang", "key-of-wang", "key-of-sun"),
        ("subject=key-of-sun", ">key-of-sun", "key-of-wang"),
        ("verb=places.imported", "Imported places", "key-of-wang"),
    ],
)
def test_the_journal_is_filtered_by_actor_subject_and_act(cast: Cast, query: str, shown: str, hidden: str) -> None:
    opened(cast, "wang", "key-of-wang", of.LIUJIA)
    opened(cast, "sun", "key-of-sun", of.WANGJIA)
    page = cast.client("wu").get(f"/journal/?{query}").content.decode()
    assert shown in page
    assert hidden not in page


def test_a_county_auditor_sees_neither_the_other_county_nor_acts_of_no_place(cast: Cast) -> None:
    access.grant_role(
        user=cast.people["chen"],
        role="auditor",
        place=cast.place(of.COUNTY_B),
        starts_on=of.LONG_AGO,
        by=None,
        at=of.NOW,
    )
    opened(cast, "wang", "key-in-a", of.LIUJIA)
    opened(cast, "zhao", "key-in-b", of.SUNJIA)
    page = cast.client("chen").get("/journal/").content.decode()
    assert "key-in-b" in page
    assert "key-in-a" not in page
    assert '<td class="">Imported places' not in page


def test_the_journal_pages_by_key(cast: Cast) -> None:
    for number in range(60):
        opened(cast, "wang", f"household-{number:03}", of.LIUJIA)
    client = cast.client("wu")
    first = client.get("/journal/?actor=wang")
    assert "household-059" in first.content.decode()
    assert "household-001" not in first.content.decode()
    second = client.get("/journal/" + first.context["page"].next_query)
    assert "household-001" in second.content.decode()


@pytest.mark.parametrize("who", ["zhao", "qian", "sun", "wang", "zheng", "feng", "chen"])
def test_only_auditors_open_the_journal(cast: Cast, who: str) -> None:
    assert cast.client(who).get("/journal/").status_code == 403
