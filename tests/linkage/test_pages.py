"""Pairs and lists as people meet them: who sees what of which side, what they may say, what stands in the journal."""

from __future__ import annotations

import copy
import datetime as dt
import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from tests import cast as of
from tests import once
from tests.cast import AS_OF, LIUJIA, NOW, Cast, jilin_pack, shipped_pack  # noqa: F401
from tests.exports.reading import rows_of
from tests.linkage import twice
from tests.linkage.test_rolls import HEADINGS, ROWS, STRANGERS
from tests.linkage.twice import EVERYWHERE, HAN, HAN_AGAIN, HANS, QIAN, pair, person

from diguan import rulebook
from diguan.access.scope import Scope
from diguan.exports import actions as exports
from diguan.journal.models import Entry
from diguan.linkage import actions, jobs, queries
from diguan.linkage.models import Match, Roll, RollEntry, Verdict
from diguan.registry import actions as registry
from diguan.screening import actions as screening

WHY = "asked the village head"


@pytest.fixture(scope="module")
def everybody(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    jilin_pack: rulebook.Pack,  # noqa: F811
) -> Iterator[Cast]:
    """Everybody on file, screened, and searched for who stands there twice."""
    with once.laid_down(django_db_blocker, tmp_path_factory):
        people = of.assemble()
        twice.settle_all(jilin_pack)
        screening.run_screening(pack=jilin_pack, as_of=AS_OF, by=None, at=timezone.now())
        actions.search_register(pack=jilin_pack, by=None, at=NOW)
        yield people


@pytest.fixture
def cast(everybody: Cast, db: None) -> Cast:
    return copy.deepcopy(everybody)


@pytest.fixture
def village(cast: Cast, jilin_pack: rulebook.Pack) -> rulebook.Pack:  # noqa: F811
    return jilin_pack


@pytest.fixture
def roll(village: rulebook.Pack, tmp_path: Path) -> Roll:
    file = tmp_path / "list.csv"
    file.write_text("\n".join(",".join(row) for row in (HEADINGS, *ROWS)), "utf-8")
    sent = actions.Sent("police", dt.date(2020, 5, 1))
    received = actions.receive_roll(file=file, sent=sent, pack=village, scope=EVERYWHERE, by=None, at=NOW)
    actions.search_roll(roll=received.roll, pack=village, by=None, at=NOW)
    return received.roll


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def hans() -> Match:
    return pair(person(HAN), person(HAN_AGAIN))


def qians() -> Match:
    """Qian of Liujia, and who may be she in the other county."""
    return pair(person(HAN, 1), person(QIAN))


def say(client: Client, match: Match, verdict: str, **more: Any) -> Any:
    form = {"verdict": verdict, "reason": WHY, "seen": match.verdicts, **more}
    return client.post(f"/duplicates/{match.pair}/verdict/", form)


def entry(name: str) -> RollEntry:
    return RollEntry.objects.within(EVERYWHERE).get(name=name)


def test_the_queue_names_the_pair_once_and_says_what_they_have_in_common(cast: Cast, village: Any) -> None:
    page = text(cast.client("sun").get("/duplicates/"))
    assert page.count(f'<a href="/duplicates/{hans().pair}/"') == 1
    assert "same name" in page
    assert "same ID number" in page


def test_a_pair_is_shown_side_by_side_with_masked_numbers(cast: Cast, village: Any) -> None:
    page = text(cast.client("sun").get(f"/duplicates/{hans().pair}/"))
    assert "Liujia Village" in page
    assert "1983-07-30" in page
    assert f"•••• {HANS[-4:]}" in page
    assert HANS not in page
    assert "钱晓梅" in page  # whom one of them lives with


def test_of_a_side_elsewhere_only_where_it_is_and_what_is_in_common_is_shown(cast: Cast, village: Any) -> None:
    match = qians()
    page = text(cast.client("sun").get(f"/duplicates/{match.pair}/"))
    assert "Beihu County" in page
    assert "on file elsewhere" in page
    for secret in ("钱小梅", "Sunjia", "Nanwan", str(QIAN.key), str(person(QIAN).key)):
        assert secret not in page, secret
    # the other county sees no more of this side, and the province sees both
    assert "钱小梅" in text(cast.client("zhao").get(f"/duplicates/{match.pair}/"))


def test_a_pair_wholly_elsewhere_looks_like_one_that_is_not_there(cast: Cast, village: Any) -> None:
    wang, missing = cast.client("wang"), "00000000-0000-0000-0000-0000000000ff"
    Match.objects.within(EVERYWHERE).update(place_number=990102001201, other_place_number=990102001201)
    assert wang.get(f"/duplicates/{hans().pair}/").status_code == 404
    assert wang.get(f"/duplicates/{missing}/").status_code == 404
    assert str(hans().pair) not in text(wang.get("/duplicates/"))


def test_who_answers_for_both_sides_unites_them_and_takes_it_back(cast: Cast, village: Any) -> None:
    sun = cast.client("sun")
    assert say(sun, hans(), "same", kept=person(HAN).pk).status_code == 302
    assert person(HAN_AGAIN).same_as_id == person(HAN).pk
    page = text(sun.get(f"/duplicates/{hans().pair}/"))
    assert "The two are one person on file." in page
    assert say(sun, hans(), "different").status_code == 302
    assert person(HAN_AGAIN).same_as_id is None
    history = text(sun.get(f"/duplicates/{hans().pair}/"))
    assert history.index("different persons") < history.rindex("same person")
    assert str(hans().pair) not in text(sun.get("/duplicates/"))
    assert str(hans().pair) in text(sun.get("/duplicates/?verdict=different"))


def test_who_sees_one_side_only_may_note_what_they_know_and_no_more(cast: Cast, village: Any) -> None:
    qian, match = cast.client("qian"), qians()
    assert say(qian, match, "same").status_code == 422
    assert say(qian, match, "different").status_code == 422
    assert not Verdict.objects.exists()
    assert say(qian, match, "unsure").status_code == 302
    # whoever sees the other side alone does not read the words
    scope = Scope((cast.place(of.COUNTY_B).range,))
    assert queries.match(scope, match.pair).verdict == "unsure"
    assert say(cast.client("zhao"), qians(), "same").status_code == 302
    assert person(QIAN).same_as_id == person(HAN, 1).pk


@pytest.mark.parametrize("who", ["wang", "wu"])
def test_who_may_look_but_not_decide_gets_no_form_and_is_refused(cast: Cast, village: Any, who: str) -> None:
    client = cast.client(who)
    assert "Your verdict" not in text(client.get(f"/duplicates/{hans().pair}/"))
    assert say(client, hans(), "different").status_code == 403


def test_the_second_of_two_reviewers_reads_what_the_first_said_and_keeps_their_words(cast: Cast, village: Any) -> None:
    before = hans()
    say(cast.client("sun"), before, "different")
    answer = say(cast.client("qian"), before, "same", reason="they have the same mother")
    assert answer.status_code == 422
    assert "Meanwhile sun has said of this pair: different persons." in text(answer)
    assert "they have the same mother" in text(answer)
    assert person(HAN_AGAIN).same_as_id is None


def test_without_a_reason_nothing_is_said(cast: Cast, village: Any) -> None:
    assert say(cast.client("sun"), hans(), "same", reason=" ").status_code == 422
    assert not Verdict.objects.exists()


def test_looking_at_pairs_and_lists_leaves_entries_that_name_nobody(cast: Cast, roll: Roll) -> None:
    sun = cast.client("sun")
    for address in ("/duplicates/", f"/duplicates/{hans().pair}/", f"/rolls/{roll.key}/"):
        assert sun.get(address).status_code == 200
    assert sun.get(f"/rolls/entries/{entry('吴三省').key}/").status_code == 200
    told = Entry.objects.filter(actor_name="sun").order_by("id")
    assert [each.verb for each in told] == ["match.listed", "match.read", "roll.listed", "roll.entry_read"]
    assert not [name for name in ("吴三省", "韩庆波", "1977") if name in str(list(told.values()))]


def test_a_pair_follows_its_people_when_they_move(cast: Cast, village: Any) -> None:
    told = registry.Told(
        instance_id=HAN_AGAIN.key, kind="relocation", household=HAN_AGAIN.key, occurred_on=dt.date(2020, 5, 20),
        place=of.SUNJIA,
    )  # fmt: skip
    registry.record_life_event(scope=EVERYWHERE, told=told, by=None, at=NOW)
    assert (hans().place_number, hans().other_place_number) == (int(LIUJIA), int(of.SUNJIA))


def test_lists_are_counted_within_the_readers_places(cast: Cast, roll: Roll) -> None:
    page = text(cast.client("wang").get("/rolls/"))
    assert "Public security department" in page
    cells = re.findall(r'<td class="num">\s*(?:<a[^>]*>)?(\d+)', page)
    assert [int(cell) for cell in cells] == [4, 2, 0, 2]  # of five rows one lies in Wangjia


def test_who_is_missing_is_listed_by_place_and_becomes_somebodys_work(cast: Cast, roll: Roll) -> None:
    wang = cast.client("wang")
    page = text(wang.get(f"/rolls/{roll.key}/"))
    assert "吴三省" in page
    assert "Liujia Village" in page
    wu = entry("吴三省")
    shown = text(wang.get(f"/rolls/entries/{wu.key}/"))
    assert STRANGERS not in shown
    assert "吴小花" in shown  # who lives with them
    form = {"status": "to_register", "assigned_to": cast.people["wang"].pk, "due_on": "2020-06-30", "seen": ""}
    assert wang.post(f"/rolls/entries/{wu.key}/follow-up/", form).status_code == 302
    assert "to be registered" in text(wang.get(f"/rolls/{roll.key}/?mine=on"))
    assert "吴小花" not in text(wang.get(f"/rolls/{roll.key}/?mine=on"))
    assert Entry.objects.get(verb="roll.followed_up").detail == {
        "status": "to_register", "before": "to_check", "assigned_to": "wang", "due_on": "2020-06-30",
    }  # fmt: skip


def test_what_ends_the_matter_needs_a_reason_and_a_second_one_is_told_of_the_first(cast: Cast, roll: Roll) -> None:
    wang, wu = cast.client("wang"), entry("吴三省")
    address = f"/rolls/entries/{wu.key}/follow-up/"
    assert wang.post(address, {"status": "died", "seen": ""}).status_code == 422
    assert wang.post(address, {"status": "died", "reason": "saw the certificate", "seen": ""}).status_code == 302
    late = cast.client("sun").post(address, {"status": "elsewhere", "reason": "in Shenyang", "seen": ""})
    assert late.status_code == 422
    assert "Meanwhile wang has noted: died." in text(late)
    assert "in Shenyang" in text(late)
    assert entry("吴三省").status == "died"


def test_somebody_on_the_list_elsewhere_is_not_there(cast: Cast, roll: Roll) -> None:
    guo = entry("郭凯旋")
    assert cast.client("wang").get(f"/rolls/entries/{guo.key}/").status_code == 404
    assert cast.client("wang").post(f"/rolls/entries/{guo.key}/follow-up/", {"status": "died"}).status_code == 404
    assert cast.client("sun").get(f"/rolls/entries/{guo.key}/").status_code == 200


def test_the_missing_leave_as_a_file_with_names_and_numbers_guarded(cast: Cast, roll: Roll) -> None:
    sun = cast.client("sun")
    page = text(sun.get(f"/rolls/{roll.key}/?place={LIUJIA}"))
    address = re.search(r"/exports/request/\?[^\"]*list=missing[^\"]*", page)
    assert address
    assert sun.get(html.unescape(address[0])).status_code == 200
    asked = exports.ask_for_export(
        list_id="missing", params={"roll": str(roll.key)}, columns=["place", "name", "status"], file_format="csv",
        purpose="Registration in June", by=cast.people["sun"], at=timezone.now(),
    )  # fmt: skip
    made = exports.make_export(export=asked, by=cast.people["sun"], at=timezone.now())
    assert rows_of(made) == [["Liujia Village", "吴**", "to check"]] * 2


def test_a_list_is_sent_on_the_page_and_compared_behind_it(cast: Cast, village: Any) -> None:
    content = "\n".join(",".join(row) for row in (HEADINGS, *ROWS)).encode()
    form = {
        "file": SimpleUploadedFile("户籍.csv", content), "source": "police", "as_of": "2020-05-01", "place": of.COUNTY_A,
    }  # fmt: skip
    answer = cast.client("qian").post("/rolls/sending/", form, follow=True)
    assert "being compared" in text(answer)
    assert jobs.work_off() == 1
    roll = Roll.objects.get()
    assert "compared:" in text(cast.client("qian").get(f"/rolls/{roll.key}/"))
    assert entry("吴三省").state == "missing"


def test_a_list_is_compared_again_when_people_have_been_registered_since(cast: Cast, roll: Roll) -> None:
    wu = twice.family(0x201, LIUJIA, ("吴三省",), (twice.someone("1977-02-02", "male", STRANGERS),))
    of.settle(wu, shipped_pack())
    assert cast.client("sun").post(f"/rolls/{roll.key}/comparison/").status_code == 403
    page = text(cast.client("qian").post(f"/rolls/{roll.key}/comparison/", follow=True))
    assert "being compared again" in page
    jobs._again.add(roll.pk)  # what is asked for when the request is over
    assert jobs.work_off() == 1
    assert entry("吴三省").status == "registered"


@pytest.mark.parametrize(("content", "said"), [
    (b"%PDF-1.7", "This is a PDF"),
    (b"X,Y\n1,2", "No column is known to hold names. The columns are: X, Y."),
])  # fmt: skip
def test_a_list_that_cannot_be_read_says_why(cast: Cast, village: Any, content: bytes, said: str) -> None:
    form = {
        "file": SimpleUploadedFile("a.csv", content),
        "source": "police",
        "as_of": "2020-05-01",
        "place": of.COUNTY_A,
    }
    answer = cast.client("qian").post("/rolls/sending/", form)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Roll.objects.exists()


@pytest.mark.parametrize("who", ["wang", "sun", "wu"])
def test_who_brings_in_no_lists_gets_no_form_and_is_refused(cast: Cast, village: Any, who: str) -> None:
    client = cast.client(who)
    assert "Bring a list in" not in text(client.get("/rolls/"))
    assert client.post("/rolls/sending/", {}).status_code == 403


def test_no_page_asks_the_database_more_than_25_times(
    cast: Cast,
    roll: Roll,
    django_assert_max_num_queries: Any,
) -> None:
    zhao = cast.client("zhao")
    for address in (
        "/duplicates/", f"/duplicates/{qians().pair}/", "/rolls/", f"/rolls/{roll.key}/",
        f"/rolls/entries/{entry('吴三省').key}/",
    ):  # fmt: skip
        with django_assert_max_num_queries(25):
            assert zhao.get(address).status_code == 200
