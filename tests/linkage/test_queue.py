"""Searches of the registry: who stands in it twice comes into the queue, once, and what people say of a pair stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.cast import COUNTY_A, NOW, Cast, cast, jilin_pack  # noqa: F401
from tests.linkage import twice
from tests.linkage.twice import EVERYWHERE, HAN, HAN_AGAIN, pair, pairs, person

from diguan import rulebook
from diguan.access.decision import NotAllowed
from diguan.access.scope import Scope
from diguan.journal.models import Entry
from diguan.linkage import actions, found, workroom
from diguan.linkage.models import Match, Search, Verdict

WHY = "asked the village head"


@pytest.fixture
def village(cast: Cast, jilin_pack: rulebook.Pack) -> rulebook.Pack:  # noqa: F811
    twice.settle_all(jilin_pack)
    return jilin_pack


def search(pack: rulebook.Pack, **more: Any) -> Search:
    return actions.search_register(pack=pack, by=None, at=NOW, **more)


def say(pack: rulebook.Pack, verdict: str, match: Match | None = None, **more: Any) -> Verdict:
    match = match or pair(person(HAN), person(HAN_AGAIN))
    given = {"reason": WHY, "seen": match.verdicts, "scope": EVERYWHERE, "by": None} | more
    return actions.give_verdict(match=match, verdict=verdict, pack=pack, at=NOW, **given)


def test_equal_numbers_are_found_first_and_names_that_sound_the_same_after_them(village: rulebook.Pack) -> None:
    search(village)
    assert ("韩庆波", "韩庆波", "number") in pairs()
    assert not [each for each in pairs() if "郭凯歌" in each]
    match = pair(person(HAN), person(HAN_AGAIN))
    assert match.levels["name"] == "same"
    assert "韩" not in str(match.levels)


def test_a_search_repeated_finds_the_same_and_adds_nothing(village: rulebook.Pack) -> None:
    search(village)
    before = set(Match.objects.within(EVERYWHERE).values_list("id", "pair"))
    again = search(village)
    assert set(Match.objects.within(EVERYWHERE).values_list("id", "pair")) == before
    assert (again.counts["new"], again.counts["gone"]) == (0, 0)


def test_a_pair_that_is_there_no_more_leaves_the_queue_and_one_of_which_somebody_spoke_does_not(
    village: rulebook.Pack,
) -> None:
    search(village)
    say(village, "different")
    twice.Person.objects.within(EVERYWHERE).filter(name="韩庆波").update(name="吴天")
    twice.Person.objects.within(EVERYWHERE).filter(key=HAN_AGAIN.person_keys[0]).update(facts={})
    search(village)
    assert pair(person(HAN), person(HAN_AGAIN)).verdict == "different"


def test_a_search_of_one_place_looks_nowhere_else(village: rulebook.Pack, cast: Cast) -> None:  # noqa: F811
    found_there = search(village, place=cast.place(COUNTY_A))
    assert found_there.counts["people"] == 5
    assert {each.place_number // 10**6 for each in Match.objects.within(EVERYWHERE)} == {int(COUNTY_A)}


def test_reading_names_for_it_and_the_search_itself_stand_in_the_journal(village: rulebook.Pack) -> None:
    search(village)
    told = list(Entry.objects.filter(verb__in=("scope.unscoped", "linkage.searched")).order_by("-id")[:2])
    assert told[0].detail["people"] == 6
    assert told[1].detail["reason"].startswith("linkage")


def test_nothing_of_a_search_lies_about_afterwards(village: rulebook.Pack) -> None:
    search(village)
    assert [path.name for path in (Path(settings.DATA) / "linkage").iterdir()] == ["lock"]


def test_a_search_that_is_cut_off_has_never_been(village: rulebook.Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_search: Search) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(found, "drop_vanished", stop)
    with pytest.raises(KeyboardInterrupt):
        search(village)
    assert not Search.objects.exists()
    assert not Match.objects.within(EVERYWHERE).exists()
    assert [path.name for path in (Path(settings.DATA) / "linkage").iterdir()] == ["lock"]


def test_two_searches_at_once_are_one_too_many(village: rulebook.Pack) -> None:
    with workroom.opened(), pytest.raises(workroom.Occupied):
        search(village)


def test_the_same_person_becomes_one_and_is_two_again_when_the_verdict_changes(village: rulebook.Pack) -> None:
    search(village)
    say(village, "same")
    assert person(HAN_AGAIN).same_as_id == person(HAN).pk
    say(village, "different")
    assert person(HAN_AGAIN).same_as_id is None
    assert [each.verdict for each in Verdict.objects.order_by("number")] == ["same", "different"]


def test_who_stays_can_be_chosen(village: rulebook.Pack) -> None:
    search(village)
    say(village, "same", kept=person(HAN_AGAIN).pk)
    assert person(HAN).same_as_id == person(HAN_AGAIN).pk


def test_what_was_said_of_a_pair_is_not_asked_again(village: rulebook.Pack) -> None:
    search(village)
    say(village, "different")
    search(village)
    assert not Match.objects.within(EVERYWHERE).filter(verdict="", person=person(HAN), other_person=person(HAN_AGAIN))
    assert {each.verdict for each in Match.objects.within(EVERYWHERE).filter(verdicts=1)} == {"different"}


def test_the_second_of_two_reviewers_is_told_what_the_first_said(village: rulebook.Pack) -> None:
    search(village)
    say(village, "different")
    with pytest.raises(actions.VerdictGiven) as refused:
        say(village, "same", seen=0)
    assert "different persons" in str(refused.value)
    assert person(HAN_AGAIN).same_as_id is None


def test_a_verdict_stands_in_the_journal_without_its_words(village: rulebook.Pack) -> None:
    search(village)
    say(village, "unsure")
    entry = Entry.objects.get(verb="match.verdict")
    assert entry.detail == {"verdict": "unsure", "before": "", "number": 1}


def test_what_was_decided_about_both_is_not_taken_back_by_whoever_sees_one(village: rulebook.Pack) -> None:
    search(village)
    known = Match.objects.within(EVERYWHERE)
    apart = next(each for each in known.filter(is_first=True) if each.place_number != each.other_place_number)
    say(village, "different", apart)
    apart = known.get(pk=apart.pk)
    one_side = Scope(((apart.place_number, apart.place_number + 1),))
    with pytest.raises(NotAllowed, match="elsewhere"):
        say(village, "unsure", apart, scope=one_side)
    assert Verdict.objects.filter(pair=apart.pair).count() == 1
