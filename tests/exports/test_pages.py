"""Exports as people meet them on the pages."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.test import Client
from tests import cast as of
from tests.cast import Cast
from tests.exports.conftest import Ask

from diguan.exports.models import Export, State
from diguan.journal.models import Entry
from diguan.screening.models import Screening

FORM = {"purpose": "Yearly audit", "columns": ["place", "name", "cohort"], "file_format": "csv"}
ASK = "/exports/request/?list=households"


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


@pytest.fixture
def qian(cast: Cast, screened: Screening) -> Client:
    return cast.client("qian")


@pytest.fixture
def large(ask: Ask, settings: object) -> Export:
    settings.EXPORT_ROWS = 1  # type: ignore[attr-defined]
    return ask("zhao")


def test_the_list_leads_to_its_export_with_its_filter_for_those_who_may(cast: Cast, qian: Client) -> None:
    page = text(qian.get(f"/households/?place={of.DONGSHAN}&standard=income&outcome=met"))
    assert f"/exports/request/?list=households&place={of.DONGSHAN}&standard=income&outcome=met" in page
    assert "/exports/request/" not in text(cast.client("wang").get("/households/"))


def test_the_form_shows_how_many_rows_it_will_be(qian: Client) -> None:
    page = text(qian.get(f"{ASK}&place={of.DONGSHAN}"))
    assert "1 row" in page
    assert "The file is made at once" in page
    assert "With full names" in page


def test_a_file_is_asked_for_made_and_fetched(qian: Client) -> None:
    page = qian.post(ASK, {**FORM, "shows_names": "on"}, follow=True)
    assert "The file is ready: 1 rows" in text(page)
    export = Export.objects.get()
    fetched = qian.get(f"/exports/{export.pk}/file/")
    assert fetched.headers["Content-Disposition"] == f'attachment; filename="diguan-{export.number}-households.csv"'
    assert fetched.headers["Cache-Control"] == "no-store"
    content = b"".join(fetched.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert "Li Guirong" in content
    assert "Zhou Youtian" not in content
    assert export.number in text(qian.get("/exports/"))
    assert Entry.objects.filter(verb="export.fetched", actor_name="qian", subject_key=export.number).count() == 1


@pytest.mark.parametrize(("changed", "said"), [
    ({"purpose": ""}, "This field is required"),
    ({"columns": []}, "This field is required"),
    ({"columns": ["password"]}, "not one of the available choices"),
    ({"file_format": "exe"}, "not one of the available choices"),
])  # fmt: skip
def test_a_refused_form_says_why_and_keeps_what_was_typed(qian: Client, changed: dict[str, Any], said: str) -> None:
    answer = qian.post(ASK, {**FORM, **changed})
    assert answer.status_code == 422
    assert said in text(answer)
    assert ("Yearly audit" in text(answer)) is ("purpose" not in changed)
    assert not Export.objects.exists()


def test_a_filter_out_of_scope_or_a_list_that_is_none_is_not_there(qian: Client) -> None:
    for address in (
        f"{ASK}&place={of.COUNTY_B}",
        f"{ASK}&place=77",
        "/exports/request/?list=users",
        "/exports/request/",
    ):
        assert qian.get(address).status_code == 404
        assert qian.post(address, FORM).status_code == 404


def test_a_large_one_waits_and_the_second_person_finds_it(cast: Cast, large: Export, second: str) -> None:
    zhao, chen = cast.client("zhao"), cast.client(second)
    assert "waits for approval" in text(zhao.get(f"/exports/{large.pk}/"))
    assert "1 export to approve" in text(chen.get("/exports/"))
    assert "Yearly audit" in text(chen.get("/exports/approvals/"))
    page = text(chen.get(f"/exports/{large.pk}/"))
    assert "Your decision" in page
    assert "Export E" in text(chen.post(f"/exports/{large.pk}/approval/", follow=True))
    made = zhao.post(f"/exports/{large.pk}/making/", follow=True)
    assert "The file is ready: 2 rows" in text(made)
    fetched = zhao.get(f"/exports/{large.pk}/file/")
    assert fetched.status_code == 200
    assert fetched.getvalue()


def test_a_large_one_is_told_so_before_it_is_asked_for(cast: Cast, large: Export) -> None:
    page = text(cast.client("zhao").get(ASK))
    assert "A second person has to approve this" in page
    assert "Ask for approval" in page


def test_who_asked_can_neither_approve_nor_make_it_before(cast: Cast, large: Export) -> None:
    zhao = cast.client("zhao")
    assert "Your decision" not in text(zhao.get(f"/exports/{large.pk}/"))
    approved = zhao.post(f"/exports/{large.pk}/approval/", follow=True)
    assert "Nobody approves their own export" in text(approved)
    assert "can't be made" in text(zhao.post(f"/exports/{large.pk}/making/", follow=True))
    assert zhao.get(f"/exports/{large.pk}/file/").status_code == 302
    assert Export.objects.get().state == State.ASKED


def test_a_refusal_needs_a_reason_and_is_read_by_who_asked(cast: Cast, large: Export, second: str) -> None:
    chen = cast.client(second)
    assert chen.post(f"/exports/{large.pk}/refusal/", {"reason": ""}).status_code == 422
    chen.post(f"/exports/{large.pk}/refusal/", {"reason": "Take the county only"})
    assert "Take the county only" in text(cast.client("zhao").get(f"/exports/{large.pk}/"))


def test_somebody_elses_export_looks_like_one_that_is_not_there(cast: Cast, large: Export) -> None:
    for who in ("qian", "sun", "wu"):
        client = cast.client(who)
        for part in ("", "file/"):
            outside, missing = client.get(f"/exports/{large.pk}/{part}"), client.get(f"/exports/999/{part}")
            assert outside.status_code == missing.status_code == 404
        assert client.post(f"/exports/{large.pk}/making/").status_code == 404


@pytest.mark.parametrize("who", ["wang", "feng", "zheng"])
def test_the_pages_are_closed_to_who_may_not_export(cast: Cast, large: Export, who: str) -> None:
    client = cast.client(who)
    for address in ("/exports/", ASK, f"/exports/{large.pk}/", f"/exports/{large.pk}/file/", "/exports/approvals/"):
        assert client.get(address).status_code == 403, address
    assert client.post(f"/exports/{large.pk}/approval/").status_code == 403
    assert (
        "/exports/" not in text(client.get("/", follow=True)).partition('<nav class="menu"')[2].partition("</nav>")[0]
    )


def test_what_has_expired_is_swept_when_somebody_looks(cast: Cast, large: Export) -> None:
    Export.objects.update(expires_at=of.NOW)
    assert "expired" in text(cast.client("zhao").get("/exports/"))
    assert Export.objects.get().state == State.EXPIRED
    assert Entry.objects.filter(verb="export.expired", actor_name="system").count() == 1
