"""From the request to the file: within whose scope, with whose approval, until when."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests import cast as of
from tests.cast import Cast
from tests.exports.conftest import Ask
from tests.exports.reading import lines_of, path_of, rows_of, sheet_of

from diguan.access import actions as access
from diguan.access import permissions, roles
from diguan.access import queries as access_queries
from diguan.access.decision import NotAllowed
from diguan.access.scope import Scope
from diguan.cli import exports as command
from diguan.exports import actions, lists, making, queries
from diguan.exports.models import FOLLOWS, Export, State
from diguan.journal.models import Entry
from diguan.registry.models import Household
from diguan.screening import queries as screening

HOUR = dt.timedelta(hours=1)


def make(cast: Cast, export: Export, at: dt.datetime | None = None) -> Export:
    return actions.make_export(export=export, by=cast.people[export.asked_by.username], at=at or timezone.now())


def approve(cast: Cast, export: Export, who: str) -> Export:
    return actions.approve_export(export=export, by=cast.people[who], at=timezone.now())


def test_a_small_list_is_made_at_once_with_as_many_rows_as_its_page(cast: Cast, ask: Ask) -> None:
    export = make(cast, ask("zhao"))
    assert export.state == State.MADE
    assert (
        export.rows
        == len(rows_of(export))
        == screening.count(Scope((cast.place(of.PROVINCE).range,)), screening.Wanted())
    )


@pytest.mark.parametrize("asked", [
    {}, {"place": of.COUNTY_A}, {"place": of.SUNJIA}, {"standard": "income", "outcome": "not_met"},
    {"standard": "water", "outcome": "unknown"}, {"outcome": "unknown"}, {"cohort": "none"}, {"cohort": "unknown"},
    {"place": of.COUNTY_B, "standard": "income", "outcome": "not_met"},
])  # fmt: skip
@pytest.mark.parametrize("kind", ["xlsx", "csv", "csv-gb18030"])
def test_every_filter_gives_the_rows_of_its_page(cast: Cast, ask: Ask, asked: dict[str, str], kind: str) -> None:
    place = cast.place(asked["place"]) if "place" in asked else None
    rest = {name: value for name, value in asked.items() if name != "place"}
    shown = screening.count(Scope((cast.place(of.PROVINCE).range,)), screening.Wanted(place=place, **rest))
    export = ask("zhao", params=asked, file_format=kind)
    assert export.expected_rows == shown
    export = make(cast, export)
    encoding = {"csv": "utf-8-sig", "csv-gb18030": "gb18030"}.get(kind)
    rows = lines_of(path_of(export), encoding)[2:] if encoding else rows_of(export)
    assert len(rows) == export.rows == shown


def test_rows_out_of_scope_are_absent(cast: Cast, ask: Ask) -> None:
    export = make(cast, ask("qian", columns=("place_code", "key")))
    assert [row[0] for row in rows_of(export)] == [of.LIUJIA]
    assert "00000000-0000-0000-0000-000000000022" not in str(rows_of(export))


def test_a_filter_for_a_place_out_of_scope_gives_nothing(ask: Ask) -> None:
    with pytest.raises(NotAllowed, match="may export nothing here"):
        ask("qian", params={"place": of.COUNTY_B})


@pytest.mark.parametrize("who", ["wang", "feng", "zheng", "chen"])
def test_who_may_not_export_asks_in_vain(ask: Ask, who: str) -> None:
    with pytest.raises(NotAllowed):
        ask(who)
    assert not Export.objects.exists()


def test_names_are_masked_unless_asked_for_and_allowed(cast: Cast, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rows_of(make(cast, ask("qian", columns=("name",)))) == [["L**"]]
    assert rows_of(make(cast, ask("qian", columns=("name",), shows_names=True))) == [["Li Guirong"]]
    monkeypatch.setattr(roles, "ROLES", _without_names())
    assert rows_of(make(cast, ask("qian", columns=("name",), shows_names=True))) == [["L**"]]


def _without_names() -> dict[str, Any]:
    return {
        name: roles.Role(role.id, role.label, role.allows - {permissions.NAMES_READ})
        for name, role in roles.ROLES.items()
    }


def test_a_hostile_name_is_text_in_every_file(cast: Cast, ask: Ask) -> None:
    hostile = '=HYPERLINK("http://evil.example","x")'
    Household.objects.unscoped("a test").filter(name="Li Guirong").update(name=hostile)
    for kind in ("xlsx", "csv"):
        export = make(cast, ask("qian", columns=("name", "persons"), shows_names=True, file_format=kind))
        assert rows_of(export) == [[hostile, 2]] if kind == "xlsx" else [["'" + hostile, "2"]]
        if kind == "xlsx":
            cell = openpyxl.load_workbook(path_of(export)).worksheets[0]["A3"]
            assert (cell.data_type, cell.quotePrefix) == ("s", True)


def test_every_file_says_who_took_it_when_what_for_and_under_which_number(cast: Cast, ask: Ask) -> None:
    at = timezone.now()
    export = make(cast, ask("qian", purpose="Audit of =2020"), at)
    minute = timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
    told = (export.number, "Qian (qian)", minute, "Audit of =2020")
    top = sheet_of(path_of(export))[0][0]
    about = dict(sheet_of(path_of(export), 1))
    properties = openpyxl.load_workbook(path_of(export)).properties
    assert all(each in top for each in told)
    assert set(told) <= set(about.values())
    assert (properties.creator, properties.identifier, properties.subject) == ("Qian (qian)", told[0], told[3])
    plain = make(cast, ask("qian", file_format="csv", purpose="Audit"))
    assert all(each in lines_of(path_of(plain))[0][0] for each in (plain.number, "Qian (qian)", "Audit"))


def test_the_journal_holds_filter_columns_count_and_digest(cast: Cast, ask: Ask) -> None:
    export = make(cast, ask("qian", params={"place": of.DONGSHAN}))
    asked, made = Entry.objects.filter(subject_key=export.number).order_by("id")
    assert (asked.verb, made.verb) == ("export.asked", "export.made")
    digest = hashlib.sha256(path_of(export).read_bytes()).hexdigest()
    assert made.detail["digest"] == f"sha256:{digest}" == export.digest
    assert made.detail["rows"] == 1
    assert made.detail["filter"] == {"place": of.DONGSHAN}
    assert made.detail["columns"] == list(export.columns)
    assert made.place_number == cast.place(of.DONGSHAN).number
    assert "Li Guirong" not in str([asked.detail, made.detail])


@pytest.mark.parametrize("purpose", ["", "   "])
def test_without_a_purpose_nothing_leaves(ask: Ask, purpose: str) -> None:
    with pytest.raises(ValidationError, match="what the file is for"):
        ask("qian", purpose=purpose)


@pytest.fixture
def large(ask: Ask, settings: object) -> Export:
    """The two households of the province, where one is the most that goes without approval."""
    settings.EXPORT_ROWS = 1  # type: ignore[attr-defined]
    return ask("zhao")


def test_a_large_list_is_not_made_without_approval(cast: Cast, large: Export) -> None:
    assert (large.state, large.needs_approval) == (State.ASKED, True)
    with pytest.raises(NotAllowed, match="not approved"):
        make(cast, large)
    assert not list(making.folder().glob("*"))


def test_a_second_person_approves_and_the_first_makes_it(cast: Cast, large: Export, second: str) -> None:
    approve(cast, large, second)
    made = make(cast, Export.objects.get(pk=large.pk))
    assert made.rows == 2
    assert "Chen (chen)" in dict(sheet_of(path_of(made), 1)).values()
    verbs = Entry.objects.filter(subject_key=large.number).order_by("id").values_list("verb", "actor_name")
    assert list(verbs) == [("export.asked", "zhao"), ("export.approved", "chen"), ("export.made", "zhao")]


@pytest.mark.parametrize(("who", "said"), [
    ("zhao", "Nobody approves their own export"),
    ("qian", "only of places that you answer for"),
    ("wu", "only of places that you answer for"),
    ("zheng", "only of places that you answer for"),
])  # fmt: skip
def test_nobody_else_approves(cast: Cast, large: Export, who: str, said: str) -> None:
    with pytest.raises(NotAllowed, match=said):
        approve(cast, large, who)
    with pytest.raises(NotAllowed, match=said):
        actions.refuse_export(export=large, reason="no", by=cast.people[who], at=timezone.now())
    assert Export.objects.get().state == State.ASKED


def test_not_even_the_database_takes_ones_own_approval(large: Export) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.filter(pk=large.pk).update(decided_by=large.asked_by)


def test_a_refusal_says_why_and_is_final(cast: Cast, large: Export, second: str) -> None:
    chen = cast.people[second]
    with pytest.raises(ValidationError):
        actions.refuse_export(export=large, reason=" ", by=chen, at=timezone.now())
    refused = actions.refuse_export(export=large, reason="Too wide for the purpose", by=chen, at=timezone.now())
    assert (refused.state, refused.decision_reason) == (State.REFUSED, "Too wide for the purpose")
    with pytest.raises(NotAllowed, match="no longer waits"):
        approve(cast, large, second)
    with pytest.raises(NotAllowed):
        make(cast, refused)


def test_a_request_that_nobody_decides_expires(cast: Cast, large: Export, second: str) -> None:
    after = large.expires_at + HOUR
    with pytest.raises(NotAllowed, match="no longer waits"):
        actions.approve_export(export=large, by=cast.people[second], at=after)
    assert actions.expire_exports(by=None, at=after) == 1
    assert Export.objects.get().state == State.EXPIRED


def test_an_approval_serves_for_a_while_only(cast: Cast, large: Export, second: str) -> None:
    export = approve(cast, large, second)
    with pytest.raises(NotAllowed):
        make(cast, export, export.expires_at + HOUR)


def test_pieces_of_a_large_list_add_up(cast: Cast, ask: Ask, settings: object) -> None:
    settings.EXPORT_ROWS = 1  # type: ignore[attr-defined]
    first = ask("zhao", params={"place": of.COUNTY_A})
    assert not first.needs_approval
    assert ask("zhao", params={"place": of.COUNTY_B}).needs_approval
    Export.objects.filter(pk=first.pk).update(asked_at=timezone.now() - dt.timedelta(hours=25))
    assert not ask("zhao", params={"place": of.COUNTY_B}).needs_approval


def test_a_grant_that_ended_meanwhile_stops_the_making(cast: Cast, large: Export, second: str) -> None:
    export = approve(cast, large, second)
    access.end_grant(grant=cast.people["zhao"].grants.get(), by=cast.people["zheng"], at=timezone.now())
    with pytest.raises(NotAllowed, match="has ended"):
        make(cast, export)
    assert not list(making.folder().glob("*"))


def test_rows_are_those_of_the_scope_at_the_making(cast: Cast, large: Export, second: str) -> None:
    export = approve(cast, large, second)
    access.end_grant(grant=cast.people["zhao"].grants.get(), by=cast.people["zheng"], at=timezone.now())
    access.grant_role(
        user=cast.people["zhao"], role="county_officer", place=cast.place(of.COUNTY_B), starts_on=of.LONG_AGO,
        by=None, at=of.NOW,
    )  # fmt: skip
    made = make(cast, export)
    assert [row[0] for row in rows_of(made)] == [of.SUNJIA]
    assert made.scope == Scope((cast.place(of.COUNTY_B).range,))
    assert made.place_number == cast.place(of.COUNTY_B).number


def test_a_wider_scope_gives_no_more_than_was_asked_for(cast: Cast, ask: Ask) -> None:
    export = ask("qian")
    access.grant_role(
        user=cast.people["qian"], role="county_officer", place=cast.place(of.PROVINCE), starts_on=of.LONG_AGO,
        by=None, at=of.NOW,
    )  # fmt: skip
    assert [row[0] for row in rows_of(make(cast, export))] == [of.LIUJIA]


def test_a_list_that_has_grown_is_asked_for_anew(cast: Cast, ask: Ask) -> None:
    export = ask("zhao")
    Export.objects.filter(pk=export.pk).update(expected_rows=1)
    with pytest.raises(NotAllowed, match="grown beyond the 1 rows"):
        make(cast, Export.objects.get())
    assert not list(making.folder().glob("*"))
    assert Export.objects.get().state == State.APPROVED


def test_a_file_is_given_to_who_asked_and_to_nobody_else(cast: Cast, ask: Ask, second: str) -> None:
    export = make(cast, ask("zhao"))
    assert actions.fetch_export(export=export, by=cast.people["zhao"], at=timezone.now()) == path_of(export)
    assert Entry.objects.latest("id").verb == "export.fetched"
    with pytest.raises(NotAllowed, match="Only who asked"):
        actions.fetch_export(export=export, by=cast.people[second], at=timezone.now())


def test_a_made_file_is_not_given_out_once_the_grant_has_ended(cast: Cast, ask: Ask) -> None:
    export = make(cast, ask("zhao"))
    access.end_grant(grant=cast.people["zhao"].grants.get(), by=None, at=timezone.now())
    with pytest.raises(NotAllowed, match="has ended"):
        actions.fetch_export(export=export, by=cast.people["zhao"], at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_file_is_removed_when_its_time_is_over(cast: Cast, ask: Ask) -> None:
    export, other = make(cast, ask("zhao")), make(cast, ask("qian"))
    Export.objects.filter(pk=other.pk).update(expires_at=export.expires_at + 2 * HOUR)
    after = export.expires_at + HOUR
    with pytest.raises(NotAllowed, match="has expired"):
        actions.fetch_export(export=export, by=cast.people["zhao"], at=after)
    assert actions.expire_exports(by=None, at=after) == 1
    assert [path.name for path in making.folder().iterdir()] == [other.file_name]
    assert Entry.objects.latest("id").verb == "export.expired"
    assert actions.expire_exports(by=None, at=after) == 0


def test_a_making_that_cannot_be_kept_leaves_no_file(cast: Cast, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    export = ask("qian")
    monkeypatch.setattr(actions.journal, "record", _failing)
    with pytest.raises(OSError, match="disk"):
        make(cast, export)
    assert not list(making.folder().glob("*"))
    assert Export.objects.get().state == State.APPROVED


def _failing(**_given: object) -> None:
    raise OSError("disk full")


def test_a_file_is_made_once(cast: Cast, ask: Ask) -> None:
    export = ask("qian")
    make(cast, export)
    with pytest.raises(NotAllowed):
        make(cast, export)
    assert len(list(making.folder().iterdir())) == 1


def test_files_lie_under_no_address(settings: object) -> None:
    folder = making.folder().resolve()
    served = [Path(settings.STATIC_ROOT), *map(Path, settings.STATICFILES_DIRS)]  # type: ignore[attr-defined]
    assert not any(folder.is_relative_to(root.resolve()) for root in served)


def test_no_way_leads_back() -> None:
    assert {state for state in State if not FOLLOWS[state]} == {State.REFUSED, State.EXPIRED}
    assert State.ASKED not in {after for states in FOLLOWS.values() for after in states}


@pytest.fixture
def with_identifier(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of one row in County A and one in County B, with an identifier that names.read reveals."""

    def rows(scope: Scope) -> Iterator[tuple[int, str]]:
        places = (990101001201, 990102001201)
        return ((place, f"22-{place}") for place in places if scope.contains(place))

    def opened(params: object) -> lists.Opened:
        column = lists.Column("id", "ID", lambda row: row, protection="identifier", permission=permissions.NAMES_READ)
        count = lambda scope: len(list(rows(scope)))  # noqa: E731
        return lists.Opened("Cards", {}, [column, lists.Column("x", "X", lambda row: "x")], count, rows)

    listed = lists.ExportableList("cards", "Cards", permissions.BOARD_READ, opened)
    monkeypatch.setattr(lists, "_lists", {"cards": listed})


@pytest.mark.usefixtures("with_identifier")
def test_an_identifier_needs_a_reason_and_the_permission(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(**given: str) -> Export:
        return actions.ask_for_export(
            list_id="cards", params={}, columns=["id"], file_format="csv", purpose="Cards", by=cast.people["zhao"],
            at=timezone.now(), **given,
        )  # fmt: skip

    with pytest.raises(NotAllowed, match="Say why identifiers"):
        asked()
    export = make(cast, asked(identifier_reason="Matching with the bank"))
    assert [row[0] for row in rows_of(export)] == ["22-990101001201", "22-990102001201"]
    assert Entry.objects.latest("id").detail["identifiers"] == "Matching with the bank"
    pending = asked(identifier_reason="Matching with the bank")
    monkeypatch.setattr(roles, "ROLES", _without_names())
    with pytest.raises(NotAllowed, match="may not see “ID”"):
        asked(identifier_reason="Matching with the bank")
    assert [row[0] for row in rows_of(make(cast, pending))] == ["***", "***"]


def test_a_list_that_nobody_registered_is_not_there() -> None:
    with pytest.raises(lists.ListUnavailable):
        lists.named("secrets")


def test_what_waits_is_shown_to_those_who_may_decide(cast: Cast, large: Export, second: str) -> None:
    def seen(who: str) -> list[Export]:
        user, now = cast.people[who], timezone.now()
        scope = access_queries.rights(user, timezone.localdate(now)).scope(permissions.EXPORTS_APPROVE)
        return queries.to_decide(user, scope, now)

    assert seen(second) == [large]
    assert seen("zhao") == seen("qian") == seen("wu") == []


@pytest.mark.django_db(transaction=True)
def test_a_timer_of_the_machine_sweeps_too(cast: Cast, ask: Ask) -> None:
    export = make(cast, ask("qian"))
    Export.objects.update(expires_at=of.NOW)
    swept = CliRunner().invoke(command.cli, ["sweep", "--lang", "en"])
    assert swept.output == "1 export has expired.\n"
    assert not path_of(export).exists()
