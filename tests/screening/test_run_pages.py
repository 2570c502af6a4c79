"""The pages of screenings: one is asked for, looked at, stopped, gone on with, by those who may; nobody else sees them."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone
from tests import cast as of
from tests.cast import AS_OF, COUNTY_A, LONG_AGO, Cast, Family, families, jilin_pack  # noqa: F401

from diguan import engine, rulebook
from diguan.access import actions as access
from diguan.engine import room
from diguan.journal.models import Entry
from diguan.registry import actions as registry
from diguan.screening import actions, jobs, keeping, packs, queries, run
from diguan.screening.models import Run, Screening

State = Run.State
PACK = "cn-jilin-2020"


@pytest.fixture
def zhao(cast: Cast, families: dict[str, Family]) -> Client:  # noqa: F811
    """The commander, of a made-up province: there any pack may be tried."""
    registry.describe_registry(name="Made up", synthetic=True, by=None, at=of.NOW)
    return cast.client("zhao")


@pytest.fixture
def ask(zhao: Client) -> Callable[[], Run]:
    def asked() -> Run:
        answer = zhao.post("/screenings/", {"pack": PACK, "as_of": AS_OF.isoformat()})
        assert answer.status_code == 302, re.findall(r"field-error[^>]*>([^<]*)", answer.content.decode())
        return Run.objects.order_by("-pk")[0]

    return asked


def _page(client: Client, address: str, language: str = "en") -> str:
    client.cookies["django_language"] = language
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_screening_is_asked_for_carried_out_and_shown(zhao: Client, ask: Callable[[], Run]) -> None:
    assert "Everybody sees the former results" in _page(zhao, "/screenings/")
    asked = ask()
    assert "waiting" in _page(zhao, f"/screenings/{asked.pk}/")
    assert jobs.work_off() == 1
    page = _page(zhao, f"/screenings/{asked.pk}/")
    assert "2 households were screened." in page
    assert "These are the results that everybody sees." in page
    assert "hx-get" not in page
    assert queries.current_screening() == Screening.objects.get(pk=asked.pk)
    entry = Entry.objects.get(verb="screening.run")
    assert entry.actor_name == "zhao"


def test_while_it_runs_the_page_renews_itself_and_without_javascript_leads_to_itself(
    zhao: Client, ask: Callable[[], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, seen = ask(), list[str]()
    load = run.load

    def looked_at(*given: object) -> run.Loaded:
        seen.append(_page(zhao, f"/screenings/{asked.pk}/"))
        return load(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "load", looked_at)
    jobs.work_off()
    assert 'hx-get="/screenings/' in seen[0]
    assert "<noscript>" in seen[0]
    assert re.search(r"running</strong> · loading the results, \d+ % done", seen[0])
    assert "Stop this screening" in seen[0]


def test_there_is_one_at_a_time_and_whoever_asks_for_another_is_led_to_it(
    cast: Cast, zhao: Client, ask: Callable[[], Run]
) -> None:
    asked = ask()
    assert "has not ended yet: there is one at a time" in _page(zhao, "/screenings/")
    feng = cast.client("feng")
    answer = feng.post("/screenings/", {"pack": PACK, "as_of": AS_OF.isoformat()}, follow=True)
    assert answer.redirect_chain[0][0] == f"/screenings/{asked.pk}/"
    assert f"Screening {asked.pk}, which zhao asked for, is waiting" in answer.content.decode()
    assert Run.objects.count() == 1


def test_it_is_stopped_and_goes_on_by_a_button(zhao: Client, ask: Callable[[], Run]) -> None:
    asked = ask()
    zhao.post(f"/screenings/{asked.pk}/cancellation/")
    page = _page(zhao, f"/screenings/{asked.pk}/")
    assert "cancelled" in page
    assert "Go on</button>" in page
    assert jobs.work_off() == 0
    zhao.post(f"/screenings/{asked.pk}/resumption/")
    assert jobs.work_off() == 1
    asked.refresh_from_db()
    assert asked.state == State.DONE
    verbs = Entry.objects.filter(subject_type="screening").order_by("id").values_list("verb", "actor_name")
    assert list(verbs) == [
        ("screening.asked", "zhao"), ("screening.cancelled", "zhao"), ("screening.resumed", "zhao"), ("screening.run", "zhao"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "The memory is not enough: this may take 1 GB"), ("zh-hans", "内存"), ("zh-hant", "內存")],
)
def test_why_it_failed_is_said_in_the_readers_language(
    zhao: Client, ask: Callable[[], Run], monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    asked = ask()

    def failing(**_named: object) -> None:
        raise engine.Exhausted(room.MEMORY, limit="1 GB", machine="2 GB")

    monkeypatch.setattr(run, "screen", failing)
    jobs.work_off()
    page = _page(zhao, f"/screenings/{asked.pk}/", language)
    assert said in page
    assert "resumption" in page


def test_one_that_was_cut_off_goes_on_by_itself_but_not_for_ever(zhao: Client, ask: Callable[[], Run]) -> None:
    asked = ask()
    Run.objects.filter(pk=asked.pk).update(state=State.RUNNING, attempts=jobs.ATTEMPTS)
    page = _page(zhao, f"/screenings/{asked.pk}/")
    assert "cut off" in page
    assert "Go on</button>" in page
    assert "was cut off. It can go on" in _page(zhao, "/screenings/")
    jobs.work_off()
    asked.refresh_from_db()
    assert asked.state == State.FAILED
    assert "was cut off 3 times" in _page(zhao, f"/screenings/{asked.pk}/")
    zhao.post(f"/screenings/{asked.pk}/resumption/")
    Run.objects.filter(pk=asked.pk).update(state=State.RUNNING, attempts=1)
    jobs.work_off()
    asked.refresh_from_db()
    assert asked.state == State.DONE


def test_what_somebody_holds_or_a_terminal_began_is_left_alone(zhao: Client, ask: Callable[[], Run]) -> None:
    asked = ask()
    with keeping.held(asked):
        assert jobs.work_off() == 0
    Run.objects.filter(pk=asked.pk).update(is_in_background=False)
    assert jobs.work_off() == 0


def test_a_date_outside_the_packs_time_is_refused_beside_its_field(zhao: Client) -> None:
    answer = zhao.post("/screenings/", {"pack": PACK, "as_of": "1999-01-01"})
    assert answer.status_code == 422
    assert "is in force from" in answer.content.decode()
    assert 'value="1999-01-01"' in answer.content.decode()
    assert not Run.objects.exists()


def test_real_households_are_not_screened_under_a_draft_from_the_page(cast: Cast) -> None:
    zhao = cast.client("zhao")
    drafts = [name for name in packs.folders() if packs.pack(name).status != "in_force"]
    page = _page(zhao, "/screenings/")
    assert drafts
    assert not [name for name in drafts if f'value="{name}"' in page]
    assert zhao.post("/screenings/", {"pack": drafts[0], "as_of": AS_OF.isoformat()}).status_code == 422
    assert not Run.objects.exists()


ADDRESSES = ("/screenings/", "/screenings/{}/", "/screenings/{}/cancellation/", "/screenings/{}/resumption/")


@pytest.mark.parametrize("username", [name for name in of.PEOPLE if name not in ("zhao", "feng")])
def test_nobody_else_sees_any_of_it(cast: Cast, zhao: Client, ask: Callable[[], Run], username: str) -> None:
    asked, client = ask(), cast.client(username)
    for address in ADDRESSES:
        assert client.get(address.format(asked.pk)).status_code in (403, 404)
        assert client.post(address.format(asked.pk)).status_code in (403, 404)
    assert "/screenings/" not in client.get("/board/", follow=True).content.decode()
    asked.refresh_from_db()
    assert asked.state == State.WAITING


def test_whoever_runs_screenings_of_a_county_looks_but_starts_and_stops_none(
    cast: Cast, zhao: Client, ask: Callable[[], Run]
) -> None:
    user = cast.people["chen"]
    access.grant_role(user=user, role="analyst", place=cast.place(COUNTY_A), starts_on=LONG_AGO, by=None, at=of.NOW)
    asked, client = ask(), cast.client("chen")
    assert "Only whoever runs screenings for the whole registry" in _page(client, "/screenings/")
    client.post(f"/screenings/{asked.pk}/cancellation/")
    asked.refresh_from_db()
    assert asked.state == State.WAITING
    jobs.work_off()
    page = _page(client, f"/screenings/{asked.pk}/")
    assert "households were screened" not in page
    assert "cancellation" not in page
    client.post("/screenings/", {"pack": PACK, "as_of": AS_OF.isoformat()})
    assert Run.objects.count() == 1


def test_the_journal_leads_to_the_screening_for_those_who_may(cast: Cast, zhao: Client, ask: Callable[[], Run]) -> None:
    asked = ask()
    page = _page(cast.client("wu"), "/journal/?verb=screening.asked")
    assert "Asked for a screening" in page
    assert f"/screenings/{asked.pk}/" not in page


def test_a_screening_of_the_terminal_stands_in_the_list(
    cast: Cast,
    families: dict[str, Family],  # noqa: F811
    jilin_pack: rulebook.Pack,  # noqa: F811
) -> None:
    screening = actions.run_screening(pack=jilin_pack, as_of=AS_OF, by=None, at=timezone.now())
    feng = cast.client("feng")
    page = _page(feng, "/screenings/")
    assert "the system" in page
    assert PACK in page
    assert "系统" in _page(feng, "/screenings/", "zh-hans")
    assert "系統 發起於" in _page(feng, f"/screenings/{screening.pk}/", "zh-hant")
