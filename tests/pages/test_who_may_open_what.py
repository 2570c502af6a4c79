"""Every route × everybody × objects inside and outside their scope."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tests import cast as people
from tests.cast import COUNTY_A, COUNTY_B, LIUJIA, PREFECTURE, PROVINCE, SUNJIA, Cast, Family

from diguan.journal.models import Entry
from diguan.screening.models import Screening

NOBODY = ""
EVERYBODY = (NOBODY, *people.PEOPLE)
WHOLE = {"zhao", "wu", "feng"}  # whose scope is the whole province
LI, ZHOU = "00000000-0000-0000-0000-000000000011", "00000000-0000-0000-0000-000000000022"
GUIRONG = str(uuid.uuid5(uuid.UUID(LI), "0"))
NOT_ON_FILE = "00000000-0000-0000-0000-0000000000ff"
READS_HOUSEHOLDS = {"zhao", "qian", "sun", "wang", "wu"}
READS_BOARDS = READS_HOUSEHOLDS | {"feng"}
READS_WHAT_IFS = {"zhao", "qian", "wu", "feng"}
APPROVES = {"zhao", "qian"}
EXPORTS = APPROVES | {"sun", "wu"}

# address → who gets 200; all others are sent to sign in, refused (403), or told that nothing is there (404)
OPEN_TO = {
    "/sign-in/": {NOBODY},  # whoever is signed in is led on
    "/sign-in/code/": set(),  # only after the right password, and then nobody is signed in
    "/sign-in/enrolment/": set(),
    "/account/": set(people.PEOPLE),
    "/account/second-factor/": set(people.PEOPLE),
    "/comparisons/": READS_BOARDS,
    "/comparisons/999999/": set(),
    "/comparisons/999999/households/": set(),
    "/what-if/": READS_WHAT_IFS,
    "/what-if/proposal/": {"zhao", "feng"},
    "/what-if/999999/": set(),
    "/what-if/999999/households/": set(),
    "/checks/": READS_BOARDS,
    f"/checks/?place={COUNTY_A}": WHOLE | {"qian"},
    f"/checks/?place={SUNJIA}": WHOLE,
    "/checks/?place=77": set(),
    "/checks/all/": READS_HOUSEHOLDS,
    "/checks/not_one_head/": READS_HOUSEHOLDS,
    f"/checks/not_one_head/?place={SUNJIA}": {"zhao", "wu"},
    f"/checks/not_one_head/?place={LIUJIA}": READS_HOUSEHOLDS,
    "/checks/no_such_check/": set(),
    f"/indices/?place={COUNTY_A}": {"zhao", "wu", "qian"},
    f"/indices/?place={SUNJIA}": {"zhao", "wu"},
    "/indices/?place=77": set(),
    # one that is there is looked at in tests/screening/test_run_pages.py
    "/screenings/": {"zhao", "feng"},
    "/screenings/999999/": set(),
    "/screenings/999999/cancellation/": set(),
    "/screenings/999999/resumption/": set(),
    "/policy/": READS_BOARDS,
    "/policy/cn-2020/": READS_BOARDS,
    "/policy/no-such-pack/": set(),
    "/policy/cn-2020/changes/": READS_BOARDS,
    "/policy/cn-2020/changes/?before=cn-2014": READS_BOARDS,
    "/policy/cn-2020/changes/?before=no-such-pack": set(),
    "/journal/": {"wu"},
    "/people/": {"zheng"},
    "/households/": READS_HOUSEHOLDS,
    f"/households/?place={COUNTY_A}": READS_HOUSEHOLDS,
    f"/households/?place={COUNTY_B}": {"zhao", "wu"},
    f"/households/?place={LIUJIA}": READS_HOUSEHOLDS,
    f"/households/?place={SUNJIA}": {"zhao", "wu"},
    "/households/?place=77": set(),
    f"/households/{LI}/": READS_HOUSEHOLDS,
    f"/households/{ZHOU}/": {"zhao", "wu"},
    f"/households/{NOT_ON_FILE}/": set(),
    f"/households/{LI}/facts/housing_grade/": READS_HOUSEHOLDS,
    f"/households/{ZHOU}/facts/housing_grade/": {"zhao", "wu"},
    f"/households/{LI}/facts/id_birth_date/": set(),  # nobody states it by itself
    f"/households/{LI}/as-of/": READS_HOUSEHOLDS,
    f"/households/{ZHOU}/as-of/?on=2020-05-01": {"zhao", "wu"},
    f"/households/{LI}/life-event/": {"qian", "sun", "wang"},
    f"/households/{ZHOU}/life-event/": set(),
    f"/households/{LI}/people/{GUIRONG}/": {"qian"},
    f"/households/{LI}/people/{NOT_ON_FILE}/": set(),
    "/conflicts/": {"qian", "sun", "wang"},
    "/imports/": {"qian", "sun", "wang"},
    "/imports/template/?pack=cn-2020": {"qian", "sun", "wang"},
    "/imports/template/?pack=no-such-pack": set(),
    # an import opens to its sender alone, which tests/intake/test_pages.py looks at
    f"/imports/{NOT_ON_FILE}/": set(),
    f"/imports/{NOT_ON_FILE}/columns/": set(),
    f"/imports/{NOT_ON_FILE}/reopening/": set(),
    f"/imports/{NOT_ON_FILE}/confirmation/": set(),
    f"/imports/{NOT_ON_FILE}/cancellation/": set(),
    f"/imports/{NOT_ON_FILE}/refused/": set(),
    f"/imports/{NOT_ON_FILE}/report/": set(),
    "/duplicates/": READS_HOUSEHOLDS,
    f"/duplicates/?place={COUNTY_A}": READS_HOUSEHOLDS,
    f"/duplicates/?place={SUNJIA}": {"zhao", "wu"},
    "/duplicates/?place=77": set(),
    # pairs, lists and who is on them are looked at in tests/linkage/test_pages.py
    f"/duplicates/{NOT_ON_FILE}/": set(),
    "/rolls/": READS_HOUSEHOLDS,
    f"/rolls/{NOT_ON_FILE}/": set(),
    f"/rolls/entries/{NOT_ON_FILE}/": set(),
    "/exports/request/?list=missing": set(),
    "/exports/": EXPORTS,
    "/exports/approvals/": APPROVES,
    "/exports/request/?list=households": EXPORTS,
    f"/exports/request/?list=households&place={LIUJIA}": EXPORTS,
    f"/exports/request/?list=households&place={SUNJIA}": {"zhao", "wu"},
    "/exports/request/?list=users": set(),
    "/exports/1/": set(),  # nobody asked for any here; tests/exports walks those of others
    "/exports/1/file/": set(),
    f"/board/{PROVINCE}/": WHOLE,
    f"/board/{PREFECTURE}/": WHOLE,
    f"/board/{COUNTY_A}/": WHOLE | {"qian"},
    f"/board/{COUNTY_B}/": WHOLE,
    f"/board/{LIUJIA}/": WHOLE | {"qian", "sun", "wang"},
    f"/board/{SUNJIA}/": WHOLE,
    "/board/77/": set(),
}


@pytest.fixture
def clients(cast: Cast, screened: Screening) -> dict[str, Client]:
    return {username: cast.client(username) for username in EVERYBODY}


@pytest.mark.parametrize("address", OPEN_TO)
def test_a_page_opens_to_those_it_is_for_and_to_nobody_else(address: str, clients: dict[str, Client]) -> None:
    opened = {username for username, client in clients.items() if client.get(address).status_code == 200}
    assert opened == OPEN_TO[address]


def test_what_is_out_of_scope_looks_like_what_is_not_there(clients: dict[str, Client]) -> None:
    for username in ("qian", "sun", "wang"):
        outside = clients[username].get(f"/households/{ZHOU}/")
        missing = clients[username].get(f"/households/{NOT_ON_FILE}/")
        assert outside.status_code == missing.status_code == 404
        assert outside.content.replace(ZHOU.encode(), b"") == missing.content.replace(NOT_ON_FILE.encode(), b"")


def test_nobody_reads_a_name_from_outside_their_scope_on_any_page(clients: dict[str, Client]) -> None:
    for username, client in clients.items():
        seen = "".join(client.get(address).content.decode(errors="replace") for address in OPEN_TO)
        told = {name for name in ("Li Guirong", "Li Defu", "Zhou Youtian") if name in seen}
        allowed = {"Li Guirong", "Li Defu"} if username in ("qian", "sun", "wang") else set()
        assert told == ({"Li Guirong", "Li Defu", "Zhou Youtian"} if username in ("zhao", "wu") else allowed), username


def test_a_stranger_sees_nothing_but_what_to_do(clients: dict[str, Client]) -> None:
    for address in OPEN_TO:
        if not address.startswith(("/sign-in/", "/account/")):
            assert clients["chen"].get(address).status_code in (403, 404)


def test_the_walk_knows_every_page(clients: dict[str, Client]) -> None:
    """A route added without a line in OPEN_TO fails here; those that only change something are tested beside it."""
    walked = {address.split("?")[0] for address in OPEN_TO}
    elsewhere = {
        "home",
        "board_top",
        "sign-out",
        "set_language",
        "money_unit",
        "journal-verification",
        "people-users",
        "account-factor-removal",
        "export-approval",
        "export-making",
        "export-refusal",
        "account-password",
        "account-recovery-codes",
        "account-sign-outs",
        "person",
        "person-act",
        "person-password",
        "people-grants",
        "people-grant-end",
        "fact-correct",
        "fact-settle",
        "fact-reveal",
        "subject-file",
        "duplicate-verdict",
        "what-if-stopping",
        "what-if-removal",
        "roll-sending",
        "roll-comparison",
        "roll-follow-up",
    }
    for route, name in _routes(get_resolver().url_patterns):
        pattern = re.sub(r"<[^>]+>", "[^/]+", route)
        assert name in elsewhere or any(re.fullmatch("/" + pattern, address) for address in walked), route


def test_every_read_of_a_household_stands_in_the_journal(clients: dict[str, Client]) -> None:
    before = Entry.objects.filter(verb="household.read").count()
    for client in clients.values():
        client.get(f"/households/{LI}/")
    read = Entry.objects.filter(verb="household.read", subject_key=LI)
    assert Entry.objects.filter(verb="household.read").count() - before == len(READS_HOUSEHOLDS)
    assert {entry.actor_name for entry in read} == READS_HOUSEHOLDS


def test_no_page_asks_the_database_more_than_25_times(
    clients: dict[str, Client], django_assert_max_num_queries: object
) -> None:
    for address, allowed in OPEN_TO.items():
        for username in sorted(allowed & set(people.PEOPLE)):
            with django_assert_max_num_queries(25):  # type: ignore[operator]
                clients[username].get(address)


def _routes(patterns: list[URLPattern | URLResolver]) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found += _routes(pattern.url_patterns)
        else:
            found.append((str(pattern.pattern), pattern.name))
    return found


def test_li_is_above_the_line_and_zhou_below_on_the_board(
    clients: dict[str, Client], families: dict[str, Family]
) -> None:
    page = clients["zhao"].get(f"/households/?place={PROVINCE}&standard=income&outcome=not_met").content.decode()
    assert "Zhou Youtian" in page
    assert "Li Guirong" not in page
