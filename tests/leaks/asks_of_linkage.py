"""What to ask of pages about people found twice, and about lists of other offices."""

from __future__ import annotations

from tests.leaks import personas as of
from tests.leaks.asks_of_households import ASKED_PLACES, MISSING, REASON
from tests.leaks.province import World
from tests.leaks.shown import Ask, File

_COLUMNS = ["place_code", "place", "name", "born", "household", "status", "reason", "assigned_to", "due_on"]
OWN = "A list of one's own"


def queue(world: World) -> list[Ask]:
    found = [Ask("/duplicates/?verdict=unsure"), Ask("/duplicates/"), Ask("/duplicates/?verdict=unsure&kind=list")]
    return found + [
        Ask(f"/duplicates/?verdict=unsure&place={code}", twin="/duplicates/?place=77") for code in ASKED_PLACES
    ]


def pairs(world: World) -> list[Ask]:
    return [Ask(f"/duplicates/{pair}/", twin=f"/duplicates/{MISSING}/") for pair in world.pairs.values()]


def verdicts(world: World) -> list[Ask]:
    return [
        Ask(f"/duplicates/{pair}/verdict/", "post", {"verdict": verdict, "reason": REASON, "seen": "1"},
            twin=f"/duplicates/{MISSING}/verdict/")
        for pair in world.pairs.values() for verdict in ("same", "different", "unsure")
    ]  # fmt: skip


def rolls(world: World) -> list[Ask]:
    return [Ask("/rolls/")]


def roll(world: World) -> list[Ask]:
    path = f"/rolls/{world.roll}/"
    found = [Ask(path, twin=f"/rolls/{MISSING}/"), Ask(f"{path}?status=to_check"), Ask(f"{path}?mine=1")]
    return found + [Ask(f"{path}?place={code}", twin=f"{path}?place=77") for code in ASKED_PLACES]


def entries(world: World) -> list[Ask]:
    return [Ask(f"/rolls/entries/{key}/", twin=f"/rolls/entries/{MISSING}/") for key in world.entries.values()]


def follow_ups(world: World) -> list[Ask]:
    data = {"status": "elsewhere", "reason": REASON, "assigned_to": "", "due_on": "2020-07-01", "seen": ""}
    return [
        Ask(f"/rolls/entries/{key}/follow-up/", "post", each, twin=f"/rolls/entries/{MISSING}/follow-up/")
        for key in world.entries.values()
        for each in (data, {**data, "status": "no-such"})
    ]


def sendings(world: World) -> list[Ask]:
    """A list of one's own, with a row of elsewhere; and one of the name of another that reaches beyond one's places."""
    data = {"source": "census", "as_of": "2020-06-02", "file": File("list.csv", list_of(of.V1, of.V6))}
    asked = [(of.V1, OWN), (of.C1, ""), (of.V6, OWN)]
    return [Ask("/rolls/sending/", "post", {**data, "place": code, "title": title}) for code, title in asked]


def list_of(*places: str) -> bytes:
    """A list with somebody of each place."""
    return "\n".join(["person name,place", *(f"Somebody,{place}" for place in places)]).encode()


def exports(world: World) -> list[Ask]:
    """The missing of a list as a file, through the door that all lists leave by."""
    data = {"purpose": "A walk", "columns": _COLUMNS, "shows_names": "on", "file_format": "csv"}
    numbers = {**data, "columns": [*_COLUMNS, "number"]}
    path = f"/exports/request/?list=missing&roll={world.roll}"
    return [
        Ask(path),
        Ask(path, "post", data, then="file/"),
        Ask(f"{path}&place={of.V6}", "post", data, then="file/"),
        Ask(path, "post", {**numbers, "identifier_reason": "For a call"}, then="file/", gives_reason=True),
        Ask(path, "post", numbers, then="file/"),
    ]
