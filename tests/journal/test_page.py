"""The journal's page shows an auditor what happened in their places, and nobody else anything."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from tests import cast as of
from tests.cast import Cast, Family

from diguan.access import actions as access
from diguan.journal import actions, checkpoints, seal_line, sealing
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


def seal(cast: Cast) -> int:
    return sealing.seal(at=of.NOW).last_entry


def test_the_page_says_how_far_the_journal_is_sealed_and_what_waits(cast: Cast) -> None:
    client = cast.client("wu")
    assert "Nothing is sealed yet" in client.get("/journal/").content.decode()
    last = seal(cast)
    page = client.get("/journal/").content.decode()
    assert f"Sealed up to entry {last:,}, in batch 1 of 2020-06-01 09:00; 0 entries since then wait." in page
    assert "Not verified yet." in page


def test_the_auditor_verifies_from_the_page_and_the_result_stands_there(cast: Cast) -> None:
    last = seal(cast)
    checkpoints.keep(at=of.NOW)
    client = cast.client("wu")
    page = client.post("/journal/verification/", follow=True).content.decode()
    assert "Nothing sealed was altered" in page
    assert "by wu up to entry" in page
    assert "with the checkpoint of batch 1: nothing was altered." in page
    entry = Entry.objects.get(verb="journal.verified")
    assert (entry.actor_name, entry.detail["last_entry"], entry.detail["differences"]) == ("wu", last, 0)


def test_what_was_altered_is_named_on_the_page(cast: Cast) -> None:
    seal(cast)
    if connection.vendor != "sqlite":
        pytest.skip("triggers are dropped one by one on SQLite only")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER journal_entry_no_UPDATE")
        cursor.execute("UPDATE journal_entry SET actor_name = 'x' WHERE id = 2")
    page = cast.client("wu").post("/journal/verification/", follow=True).content.decode()
    assert "Entry 2 was altered after it was sealed." in page
    assert "1 differences were found." in page


def test_a_long_journal_is_verified_by_the_command(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    seal(cast)
    monkeypatch.setattr(seal_line, "QUICK_ENTRIES", 3)
    client = cast.client("wu")
    page = client.get("/journal/").content.decode()
    assert "Verify now" not in page
    assert "diguan journal verify" in page
    assert "too long" in client.post("/journal/verification/", follow=True).content.decode()
    assert not Entry.objects.filter(verb="journal.verified").exists()


@pytest.mark.parametrize("who", ["zhao", "wang", "zheng", "chen"])
def test_only_auditors_verify(cast: Cast, who: str) -> None:
    seal(cast)
    assert cast.client(who).post("/journal/verification/").status_code == 403
    assert not Entry.objects.filter(verb="journal.verified").exists()


def test_verifying_is_not_done_by_looking(cast: Cast) -> None:
    assert cast.client("wu").get("/journal/verification/").status_code == 405


@pytest.mark.parametrize(
    ("days", "shown"),
    [
        ("from=2020-05-31", {"may", "june"}),
        ("from=2020-06-01", {"june"}),
        ("to=2020-05-31", {"april", "may"}),
        ("from=2020-05-31&to=2020-05-31", {"may"}),
        ("from=nonsense", {"april", "may", "june"}),
        ("from=9999-12-31", {"april", "may", "june"}),
        ("to=2020-02-30", {"april", "may", "june"}),
    ],
)
def test_the_journal_is_filtered_by_day(cast: Cast, days: str, shown: set[str]) -> None:
    """The last second of May in the province is still May, whatever the clock says elsewhere."""
    moments = {"april": (2020, 4, 30, 12, 0), "may": (2020, 5, 31, 23, 59), "june": (2020, 6, 1, 0, 0)}
    for key, moment in moments.items():
        at = dt.datetime(*moment, tzinfo=of.NOW.tzinfo)
        actions.record(by=None, at=at, verb="household.read", subject_type="household", subject_key=f"key-{key}")
    page = cast.client("wu").get(f"/journal/?actor=system&verb=household.read&{days}").content.decode()
    assert {key for key in moments if f">key-{key}" in page} == shown


def test_a_day_that_is_none_is_said(cast: Cast) -> None:
    page = cast.client("wu").get("/journal/?from=nonsense").content.decode()
    assert "“nonsense” is no day." in page


def test_pages_by_day_are_in_the_order_of_time(cast: Cast) -> None:
    for number in range(60):
        at = of.NOW + dt.timedelta(minutes=number)
        actions.record(by=None, at=at, verb="household.read", subject_type="household", subject_key=f"h-{number:03}")
    client = cast.client("wu")
    first = client.get("/journal/?from=2020-06-01&verb=household.read")
    assert ">h-059" in first.content.decode()
    second = client.get("/journal/" + first.context["page"].next_query)
    assert ">h-001" in second.content.decode()
    assert ">h-059" not in second.content.decode()


def test_an_entry_leads_to_its_household_where_the_reader_may_open_it(cast: Cast, families: dict[str, Family]) -> None:
    key = str(families["li"].key)
    opened(cast, "wang", key, of.LIUJIA)
    link = f'href="/households/{key}/"'
    assert link in cast.client("wu").get("/journal/").content.decode()


def test_an_entry_about_a_user_is_no_link_for_an_auditor_who_may_not_open_their_page(cast: Cast) -> None:
    page = cast.client("wu").get("/journal/?verb=user.created").content.decode()
    assert "wang" in page
    assert "/people/?who=" not in page
