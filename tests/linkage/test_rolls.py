"""Lists of other offices: read as they come, held against the registry, and every edition takes over from the last."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from tests import cast as of
from tests.cast import CHENJIA, LIUJIA, NOW, SUNJIA, WANGJIA, Cast, cast, jilin_pack  # noqa: F401
from tests.intake.sheets import workbook
from tests.linkage import twice
from tests.linkage.twice import EVERYWHERE, GUO, GUOS, HAN, HANS, QIAN, QIANS, person

from diguan import rulebook, vault
from diguan.access.decision import NotAllowed
from diguan.access.scope import Scope
from diguan.intake.parsing.limits import FileRefused
from diguan.journal.models import Entry
from diguan.linkage import actions, listing, queries
from diguan.linkage.actions import Received, Sent
from diguan.linkage.models import Match, Roll, RollEntry, Search, Verdict
from diguan.places import queries as places
from diguan.registry import actions as registry
from diguan.registry.models import Person

MAY, JUNE = dt.date(2020, 5, 1), dt.date(2020, 6, 1)
HEADINGS = ("姓名", "性别", "出生日期", "身份证号", "村", "户号", "与户主关系")
STRANGERS = twice.number("1977-02-02", "458")
ROWS: tuple[tuple[str, ...], ...] = (
    ("韩庆波", "男", "1983-07-30", HANS, LIUJIA, "1", "户主"),
    ("钱晓梅", "女", "1985-09-12", QIANS, LIUJIA, "1", "配偶"),
    ("郭凯旋", "男", "1980-11-02", "", WANGJIA, "2", "户主"),
    ("吴三省", "男", "1977-02-02", STRANGERS, LIUJIA, "3", "户主"),
    ("吴小花", "女", "2010", "", LIUJIA, "3", "子女"),
)


@pytest.fixture
def village(cast: Cast, jilin_pack: rulebook.Pack) -> rulebook.Pack:  # noqa: F811
    twice.settle_all(jilin_pack)
    return jilin_pack


@pytest.fixture
def desk(village: rulebook.Pack, tmp_path: Path) -> Desk:
    return Desk(village, tmp_path)


class Desk:
    """Where lists come in."""

    def __init__(self, pack: rulebook.Pack, folder: Path) -> None:
        self.pack, self.folder = pack, folder

    def receive(self, *rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS, **more: Any) -> Received:
        text = "\n".join(",".join(row) for row in (headings, *(rows or ROWS)))
        return self.take(text.encode(), **more)

    def take(self, content: bytes, *, scope: Scope = EVERYWHERE, **more: Any) -> Received:
        file = self.folder / "list"
        file.write_bytes(content)
        sent = Sent(**({"source": "police", "as_of": MAY} | more))
        return actions.receive_roll(file=file, sent=sent, pack=self.pack, scope=scope, by=None, at=NOW)

    def compare(self, roll: Roll) -> Search:
        return actions.search_roll(roll=roll, pack=self.pack, by=None, at=NOW)


def entries() -> dict[str, RollEntry]:
    return {each.name: each for each in RollEntry.objects.within(EVERYWHERE).select_related("person", "place")}


def states() -> dict[str, str]:
    return {name: each.state for name, each in entries().items()}


def test_a_list_is_read_by_its_headings_and_its_numbers_are_sealed(desk: Desk) -> None:
    received = desk.receive()
    assert received.roll.counts == {
        "read": 5, "accepted": 5, "refused": 0, "set_aside": 0, "new": 5, "known": 0, "gone": 0,
    }  # fmt: skip
    wu = entries()["吴三省"]
    assert (wu.sex, wu.born, wu.relation, wu.household, wu.place.code) == ("male", "1977-02-02", "head", "3", LIUJIA)
    assert STRANGERS not in str(RollEntry.objects.within(EVERYWHERE).values())
    assert vault.opened().unseal(wu.sealed, context=str(wu.key)) == STRANGERS
    assert entries()["吴小花"].born == "2010"


def test_a_workbook_is_a_list_too(desk: Desk) -> None:
    received = desk.take(workbook(户籍=[HEADINGS, *ROWS]))
    assert received.roll.counts["accepted"] == 5


def test_rows_that_cannot_be_used_are_refused_with_the_reason_and_counted(desk: Desk) -> None:
    received = desk.receive(
        ROWS[0],
        ("", "男", "1980-01-01", "", LIUJIA, "", ""),
        ("合计", "", "", "", LIUJIA, "", ""),
        ("赵一", "男", "不知道", "", LIUJIA, "", ""),
        ("赵二", "公", "1980-01-01", "1.1E+17", LIUJIA, "", ""),
        ("赵三", "男", "1980-01-01", "", "没有这个村", "", ""),
        ROWS[0],
    )
    assert [(row, reason) for _sheet, row, reason, _refused in received.faults] == [
        (3, "no_name"), (4, "total_row"), (5, "not_a_date"), (6, "not_a_code"), (6, "number_unreadable"),
        (7, "place_unknown"), (8, "repeated"),
    ]  # fmt: skip
    assert received.roll.counts["refused"] == 4
    assert received.roll.refusals["place_unknown"] == 1
    assert {fault[2] for fault in received.faults} <= set(listing.REASONS)


def test_a_village_that_nobody_knows_stands_under_the_place_of_the_list(desk: Desk, cast: Cast) -> None:  # noqa: F811
    county = cast.place(of.COUNTY_A)
    received = desk.receive(("赵三", "男", "1980-01-01", "", "没有这个村", "", ""), place=county)
    assert entries()["赵三"].place == county
    assert received.roll.refusals == {"place_set_aside": 1}


def test_rows_of_places_elsewhere_are_refused(desk: Desk, cast: Cast) -> None:  # noqa: F811
    scope = Scope((cast.place(of.COUNTY_A).range,))
    received = desk.receive(ROWS[0], ("赵四", "男", "1980-01-01", "", SUNJIA, "", ""), scope=scope)
    assert [reason for *_at, reason, _refused in received.faults] == ["place_unknown"]


def test_headings_that_nobody_knows_are_named_and_can_be_explained(desk: Desk) -> None:
    with pytest.raises(listing.ColumnsUnknown) as refused:
        desk.receive(("韩庆波", LIUJIA), headings=("X", "村"))
    assert "X, 村" in str(refused.value)
    desk.receive(("韩庆波", LIUJIA), headings=("X", "村"), maps=(("X", "person_name"),))
    assert set(entries()) == {"韩庆波"}
    # what was explained once is remembered for lists of the same make
    desk.receive(("韩庆波", LIUJIA), ("韩二", LIUJIA), headings=("X", "村"), as_of=JUNE)
    assert len(entries()) == 2


def test_a_file_that_is_no_table_is_refused_in_words(desk: Desk) -> None:
    with pytest.raises(FileRefused):
        desk.take(b"%PDF-1.7")
    assert not Roll.objects.exists()


def test_who_is_on_the_list_is_found_by_number_and_by_name_or_is_missing(desk: Desk) -> None:
    roll = desk.receive().roll
    counts = desk.compare(roll).counts
    assert states()["韩庆波"] == states()["钱晓梅"] == "found"
    assert states()["吴三省"] == states()["吴小花"] == "missing"
    assert entries()["吴三省"].status == "to_check"
    assert entries()["钱晓梅"].person in (person(HAN, 1), person(QIAN))
    assert counts["found"] + counts["to_review"] + counts["missing"] == 5


def test_the_same_list_again_is_unchanged_and_compared_again_finds_the_same(desk: Desk) -> None:
    first = desk.receive().roll
    desk.compare(first)
    before = states()
    again = desk.receive()
    assert (again.is_unchanged, again.roll) == (True, first)
    desk.compare(again.roll)
    assert states() == before
    assert Roll.objects.count() == 1


def test_a_later_edition_keeps_who_is_still_on_it_and_forgets_who_is_not(desk: Desk) -> None:
    first = desk.receive().roll
    desk.compare(first)
    kept = entries()["吴三省"]
    RollEntry.objects.within(EVERYWHERE).filter(pk=kept.pk).update(status="elsewhere", reason="in Shenyang")
    received = desk.receive(*ROWS[:4], ("吴老五", "男", "1999-09-09", "", LIUJIA, "", ""), as_of=JUNE)
    assert {name: received.roll.counts[name] for name in ("new", "known", "gone")} == {"new": 1, "known": 4, "gone": 1}
    desk.compare(received.roll)
    assert (entries()["吴三省"].pk, entries()["吴三省"].status) == (kept.pk, "elsewhere")
    assert "吴小花" not in entries()
    assert Roll.objects.get(pk=first.pk).replaced_by == received.roll


def test_an_older_edition_is_refused(desk: Desk) -> None:
    desk.receive(as_of=JUNE)
    with pytest.raises(NotAllowed):
        desk.receive(ROWS[0], as_of=MAY)


def test_an_edition_that_reaches_beyond_the_senders_places_is_not_replaced(desk: Desk, cast: Cast) -> None:  # noqa: F811
    desk.receive()
    before = states()
    at = places.by_code(SUNJIA)
    with pytest.raises(NotAllowed, match="beyond your places"):
        desk.receive(("孙一", "男", "1980-01-01", "", SUNJIA, "", ""), as_of=JUNE, scope=Scope((at.range,)))
    assert states() == before
    own = desk.receive(("孙一", "男", "1980-01-01", "", SUNJIA, "", ""), title="孙家", scope=Scope((at.range,)))
    assert own.roll.counts["accepted"] == 1


def test_a_list_of_a_place_elsewhere_is_refused(desk: Desk, cast: Cast) -> None:  # noqa: F811
    scope = Scope((places.by_code(SUNJIA).range,))
    with pytest.raises(NotAllowed, match="answer for"):
        desk.receive(place=places.by_code(LIUJIA), scope=scope)


def test_somebody_who_was_missing_and_is_registered_since_is_noted_as_such(desk: Desk) -> None:
    roll = desk.receive().roll
    desk.compare(roll)
    wu = twice.family(0x201, LIUJIA, ("吴三省",), (twice.someone("1977-02-02", "male", STRANGERS),))
    of.settle(wu, desk.pack)
    desk.compare(roll)
    assert (entries()["吴三省"].state, entries()["吴三省"].status) == ("found", "registered")


def _review(desk: Desk) -> Match:
    """Guo on the list with another's number: the number speaks for Han, name and birthday for Guo."""
    odd = ("郭凯旋", "男", "1980-11-02", HANS, WANGJIA, "2", "户主")
    roll = desk.receive(odd).roll
    desk.compare(roll)
    return next(each for each in Match.objects.within(EVERYWHERE).filter(is_first=True) if each.decision == "number")


def say(desk: Desk, match: Match, verdict: str) -> Verdict:
    match = Match.objects.within(EVERYWHERE).get(pk=match.pk)
    return actions.give_verdict(
        scope=EVERYWHERE, match=match, verdict=verdict, reason="asked them", seen=match.verdicts, pack=desk.pack,
        by=None, at=NOW,
    )  # fmt: skip


def test_a_number_that_is_somebody_elses_is_not_enough(desk: Desk) -> None:
    match = _review(desk)
    assert states() == {"郭凯旋": "review"}
    assert match.other_person_id is not None


def test_what_somebody_says_of_an_entry_finds_it_or_loses_it_and_stays(desk: Desk) -> None:
    match = _review(desk)
    say(desk, match, "different")
    for each in Match.objects.within(EVERYWHERE).filter(is_first=True, verdict=""):
        say(desk, each, "different")
    assert states() == {"郭凯旋": "missing"}
    desk.compare(Roll.objects.get())
    assert states() == {"郭凯旋": "missing"}
    say(desk, match, "same")
    assert entries()["郭凯旋"].person_id == match.other_person_id
    desk.compare(Roll.objects.get())
    assert states() == {"郭凯旋": "found"}


def test_people_who_are_on_no_row_of_the_list_are_counted(desk: Desk, cast: Cast) -> None:  # noqa: F811
    roll = desk.receive().roll
    desk.compare(roll)
    assert queries.not_listed(Scope((cast.place(CHENJIA).range,)), roll) == 0
    assert queries.not_listed(EVERYWHERE, roll) == Person.objects.within(EVERYWHERE).count() - 3
    assert person(GUO).name == "郭凯旋"


@pytest.mark.parametrize("kind", ["sealing", "hashing"])
def test_after_a_change_of_keys_numbers_on_lists_open_and_are_found(desk: Desk, kind: Any) -> None:
    roll = desk.receive().roll
    registry.rotate_keys(kind=kind, by=None, at=NOW)
    assert actions.reseal_entries(kind=kind, by=None, at=NOW) == 3
    vault.rotate(kind, drop=True)
    wu = entries()["吴三省"]
    assert vault.opened().unseal(wu.sealed, context=str(wu.key)) == STRANGERS
    desk.compare(roll)
    assert states()["韩庆波"] == "found"


def test_lists_and_searches_stand_in_the_journal_without_anybodys_name(desk: Desk) -> None:
    desk.compare(desk.receive().roll)
    told = Entry.objects.filter(verb__in=("roll.received", "linkage.searched"))
    assert told.count() == 2
    assert not [value for value in ("韩庆波", HANS, "1983") if value in str(list(told.values_list("detail")))]
    assert GUOS not in str(list(told.values_list("detail")))
