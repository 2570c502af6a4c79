"""Whoever sees protected data leaves an entry in the same request, and the entry itself names nobody."""

import json
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from tests.cast import ELDERLY, NOW, Cast, Family
from tests.pages.test_who_may_open_what import EVERYBODY, LI, OPEN_TO, ZHOU

from diguan import rulebook
from diguan.journal.models import Entry
from diguan.registry import actions as registry
from diguan.registry.batch import Batch, HouseholdRow
from diguan.screening.models import Screening

NAMES = ("Li Guirong", "Li Defu", "Zhou Youtian")
# What only somebody on file can have brought onto a page.
PROTECTED = (*NAMES, *(name.split()[1] for name in NAMES), str(ELDERLY["birth_date"]), LI, ZHOU)
ID_NUMBER = "220102195003011236"
FILTERS = (
    "q",
    "who",
    "name",
    "subject",
    "actor",
    "verb",
    "from",
    "to",
    "cohort",
    "standard",
    "outcome",
    "measure",
    "role",
)


@pytest.fixture
def clients(cast: Cast, screened: Screening) -> dict[str, Client]:
    return {username: cast.client(username) for username in EVERYBODY}


def _answers(clients: dict[str, Client]) -> Iterator[tuple[str, str, bytes, list[Entry]]]:
    """Everything that is answered with 200: to whom, where, with what, and the entries of that request."""
    for address in OPEN_TO:
        for username, client in clients.items():
            last = _last()
            answer = client.get(address)
            if answer.status_code == 200:
                yield username, address, answer.getvalue(), list(Entry.objects.filter(id__gt=last))


def test_every_answer_that_shows_somebody_leaves_an_entry_of_who_saw_it_which_names_nobody(
    clients: dict[str, Client],
) -> None:
    shown, unseen = 0, []
    for username, address, content, entries in _answers(clients):
        # An address that the reader asked for is in the page whatever it shows.
        text = re.sub(r'(?:href|action|value)="[^"]*"', "", content.decode(errors="replace"))
        if not any(value in text for value in PROTECTED):
            continue
        shown += 1
        if not any(entry.actor_name == username for entry in entries):
            unseen.append(f"{username} read {address}")
    assert shown >= 20
    assert unseen == []
    _insist_on_no([*NAMES, ID_NUMBER])


def test_an_entry_of_a_read_says_which_page_or_household_it_was(clients: dict[str, Client]) -> None:
    client, last = clients["wang"], _last()
    client.get(f"/households/{LI}/")
    client.get("/households/")
    told = [(entry.verb, entry.subject_key) for entry in Entry.objects.filter(id__gt=last).order_by("id")]
    assert told == [("household.read", LI), ("household.listed", "households")]


def test_no_entry_repeats_what_was_typed(clients: dict[str, Client]) -> None:
    canaries = [*NAMES, ID_NUMBER, "3999", "4001"]
    for username in ("wu", "wang", "zheng"):
        for canary in canaries:
            for address in ("/households/", "/journal/", "/people/", "/board/99/"):
                clients[username].get(address, dict.fromkeys(FILTERS, canary))
                clients[username].get(address, {"place": canary})
    clients[""].post("/sign-in/", {"username": ID_NUMBER, "password": NAMES[0]})
    _insist_on_no(canaries)


def test_no_act_of_the_registry_puts_a_name_into_the_journal(
    families: dict[str, Family], jilin_pack: rulebook.Pack
) -> None:
    stranger = HouseholdRow("not-a-key", families["li"].place, NAMES[0])
    registry.record_observations(batch=Batch(households=[stranger]), pack=jilin_pack, by=None, at=NOW)
    _insist_on_no([*NAMES, str(ELDERLY["birth_date"])])


def _insist_on_no(canaries: list[str]) -> None:
    for entry in Entry.objects.all():
        told = json.dumps([entry.detail, entry.subject_key, entry.verb], ensure_ascii=False)
        assert not [canary for canary in canaries if canary in told], told


def _last() -> int:
    latest = Entry.objects.order_by("-id").first()
    return latest.pk if latest else 0
