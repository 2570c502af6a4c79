"""On the pages of a household: a fact corrected, a conflict settled, a number seen, a change told, the past read."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from tests import cast as of
from tests.cast import CHENJIA, LIUJIA, Cast, Family
from tests.pages.test_who_may_open_what import GUIRONG, LI, ZHOU
from tests.registry.family import EVERYWHERE, said

from diguan import rulebook
from diguan.journal.models import Entry
from diguan.registry import actions, queries
from diguan.registry.batch import Batch
from diguan.registry.models import Household, LifeEvent
from diguan.rulebook.identifiers import check_digit
from diguan.screening.models import Screening

NUMBER = "99010119500301123" + check_digit("99010119500301123")
WHY = "the visitor wrote the wrong house"


@pytest.fixture
def sun(cast: Cast, screened: Screening) -> Client:
    return cast.client("sun")


@pytest.fixture
def qian(cast: Cast, screened: Screening) -> Client:
    return cast.client("qian")


def li() -> Household:
    return Household.objects.within(EVERYWHERE).get(key=LI)


def observe(
    pack: rulebook.Pack, household: dict[str, Any] | None = None, persons: Any = None, on: str = "2020-05-20"
) -> None:
    row = said(household, persons, on=on, of=li().key)
    assert actions.record_observations(batch=Batch(observations=[row]), pack=pack, by=None, at=of.NOW).accepted == 1


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def given_by(text: str) -> str:
    found = re.search(r'name="given_by" value="(\d+)"', text)
    assert found
    return found[1]


def test_an_officer_corrects_a_fact_and_the_page_says_who_and_why(sun: Client) -> None:
    address = f"/households/{LI}/facts/housing_grade/"
    form = {"value": "C", "reason": WHY, "given_by": given_by(page(sun, address))}
    assert sun.post(f"{address}correction/", form).status_code == 302
    assert li().facts["housing_grade"]["v"] == "C"
    shown = page(sun, address)
    assert WHY in shown
    assert "sun:" in shown


def test_a_form_without_a_reason_comes_back_with_what_was_typed(sun: Client) -> None:
    address = f"/households/{LI}/facts/housing_grade/"
    answer = sun.post(f"{address}correction/", {"value": "C", "reason": "", "given_by": given_by(page(sun, address))})
    assert answer.status_code == 422
    assert '<option value="C" selected>' in answer.content.decode()
    assert li().facts["housing_grade"]["v"] == "B"


def test_a_fact_nobody_is_sure_of_is_withdrawn(sun: Client) -> None:
    address = f"/households/{LI}/facts/housing_grade/"
    form = {"is_unknown": "on", "reason": WHY, "given_by": given_by(page(sun, address))}
    assert sun.post(f"{address}correction/", form).status_code == 302
    assert "housing_grade" not in li().facts


def test_nobody_corrects_out_of_their_scope_or_without_the_right(cast: Cast, screened: Screening) -> None:
    form = {"value": "C", "reason": WHY, "given_by": "1"}
    assert cast.client("sun").post(f"/households/{ZHOU}/facts/housing_grade/correction/", form).status_code == 404
    for username in ("zhao", "wu", "feng", "zheng", "chen"):
        answer = cast.client(username).post(f"/households/{LI}/facts/housing_grade/correction/", form)
        assert answer.status_code == 403, username
    assert li().facts["housing_grade"]["v"] == "B"


def test_a_conflict_is_listed_and_settled(sun: Client, jilin_pack: rulebook.Pack) -> None:
    observe(jilin_pack, {"housing_grade": "A"})
    observe(jilin_pack, {"housing_grade": "D"})
    assert f"/households/{LI}/facts/housing_grade/" in page(sun, "/conflicts/")
    address = f"/households/{LI}/facts/housing_grade/"
    [conflict] = queries.conflicts(EVERYWHERE, li())
    form = {"chosen": conflict.others[0].observation.pk, "reason": WHY, "given_by": conflict.kept.observation.pk}
    assert sun.post(f"{address}settlement/", form).status_code == 302
    assert li().facts["housing_grade"]["v"] == "D"
    assert "housing_grade" not in page(sun, "/conflicts/")


def test_a_number_is_masked_and_seen_in_clear_only_with_a_reason(sun: Client, jilin_pack: rulebook.Pack) -> None:
    observe(jilin_pack, persons={GUIRONG: {"id_number": NUMBER}})
    address = f"/households/{LI}/facts/id_number/"
    shown = page(sun, f"{address}?person={GUIRONG}")
    assert NUMBER not in shown + page(sun, f"/households/{LI}/")
    assert f"•••• {NUMBER[-4:]}" in shown
    refused = sun.post(f"{address}number/?person={GUIRONG}", {"reveal-reason": ""})
    assert refused.status_code == 422
    assert NUMBER not in refused.content.decode()
    assert NUMBER in sun.post(f"{address}number/?person={GUIRONG}", {"reveal-reason": WHY}).content.decode()
    assert Entry.objects.get(verb="identifier.revealed").actor_name == "sun"


def test_who_may_not_see_numbers_asks_in_vain(cast: Cast, screened: Screening, jilin_pack: rulebook.Pack) -> None:
    observe(jilin_pack, persons={GUIRONG: {"id_number": NUMBER}})
    for username in ("wang", "zhao", "wu"):
        answer = cast.client(username).post(
            f"/households/{LI}/facts/id_number/number/?person={GUIRONG}", {"reveal-reason": WHY}
        )
        assert answer.status_code == 403
        assert NUMBER not in answer.content.decode()


def test_a_death_is_told_once_however_often_the_form_is_sent(sun: Client, families: dict[str, Family]) -> None:
    text = page(sun, f"/households/{LI}/life-event/")
    hidden = dict(re.findall(r'name="(instance_id|fresh)" value="([^"]+)"', text))
    form = {**hidden, "kind": "death", "occurred_on": "2020-05-15", "people": [GUIRONG]}
    for _time in range(2):
        assert sun.post(f"/households/{LI}/life-event/", form).status_code == 302
    assert LifeEvent.objects.within(EVERYWHERE).count() == 1
    assert "death" in page(sun, f"/households/{LI}/")
    assert "2 persons" in page(sun, f"/households/{LI}/as-of/?on=2020-05-14")
    assert "1 person" in page(sun, f"/households/{LI}/as-of/?on=2020-05-15")


def test_what_cannot_have_happened_comes_back_in_words(sun: Client) -> None:
    text = page(sun, f"/households/{LI}/life-event/")
    hidden = dict(re.findall(r'name="(instance_id|fresh)" value="([^"]+)"', text))
    answer = sun.post(f"/households/{LI}/life-event/", {**hidden, "kind": "death", "occurred_on": "2020-05-15"})
    assert answer.status_code == 422
    assert "Say whom it is about." in answer.content.decode()


def test_a_township_moves_nobody_out_of_its_own_places(sun: Client) -> None:
    text = page(sun, f"/households/{LI}/life-event/")
    hidden = dict(re.findall(r'name="(instance_id|fresh)" value="([^"]+)"', text))
    form = {**hidden, "kind": "relocation", "occurred_on": "2020-05-15", "place": CHENJIA}
    assert sun.post(f"/households/{LI}/life-event/", form).status_code == 422
    assert li().place.code == LIUJIA


def test_who_moves_out_of_the_scope_leaves_every_list_at_once(cast: Cast, qian: Client) -> None:
    text = page(qian, f"/households/{LI}/life-event/")
    hidden = dict(re.findall(r'name="(instance_id|fresh)" value="([^"]+)"', text))
    assert "Li Guirong" in page(cast.client("wang"), f"/households/?place={LIUJIA}")
    form = {**hidden, "kind": "relocation", "occurred_on": "2020-05-15", "place": CHENJIA}
    assert qian.post(f"/households/{LI}/life-event/", form).status_code == 302
    assert "Li Guirong" not in page(cast.client("wang"), "/households/")
    assert cast.client("wang").get(f"/households/{LI}/").status_code == 404
    assert "Li Guirong" in page(qian, f"/households/?place={CHENJIA}")


def test_the_address_of_the_other_household_is_pasted_as_it_stands(qian: Client, families: dict[str, Family]) -> None:
    text = page(qian, f"/households/{LI}/life-event/")
    hidden = dict(re.findall(r'name="(instance_id|fresh)" value="([^"]+)"', text))
    form = {**hidden, "kind": "transfer", "occurred_on": "2020-05-15", "people": [GUIRONG]}
    answer = qian.post(f"/households/{LI}/life-event/", {**form, "other": f"http://127.0.0.1/households/{ZHOU}/"})
    assert "not among those you may change" in answer.content.decode()
    answer = qian.post(f"/households/{LI}/life-event/", {**form, "other": "the Zhous"})
    assert "is no address" in answer.content.decode()


def test_a_person_gets_everything_on_file_about_them(qian: Client, jilin_pack: rulebook.Pack) -> None:
    observe(jilin_pack, persons={GUIRONG: {"id_number": NUMBER}})
    address = f"/households/{LI}/people/{GUIRONG}/"
    assert NUMBER not in page(qian, address)
    assert qian.post(f"{address}file/", {"reason": ""}).status_code == 422
    told = json.loads(qian.post(f"{address}file/", {"reason": "she asked for it at the counter"}).content)
    assert told["person"]["name"] == "Li Guirong"
    assert told["facts"]["id_number"]["value"] == NUMBER
    assert told["facts"]["birth_date"]["legal_basis"]
    assert {each["variable"] for each in told["statements"]} >= {"birth_date", "id_number"}
    assert any(each["who"] == "qian" for each in told["opened_by"])
    assert Entry.objects.get(verb="subject.handed_over").subject_key == GUIRONG
