"""What to ask of what-ifs."""

from __future__ import annotations

from tests.leaks import personas as of
from tests.leaks.asks_of_households import ASKED_PLACES
from tests.leaks.province import World
from tests.leaks.shown import Ask

READ = "what_if.read"


def pages(world: World) -> list[Ask]:
    path = f"/what-if/{world.what_ifs['done']}/"
    asks = [Ask(f"{path}?place={code}", twin=f"{path}?place=77", opens=(READ, of.span(code))) for code in ASKED_PLACES]
    others = [Ask(f"/what-if/{world.what_ifs[name]}/") for name in ("waiting", "own")]
    return [Ask(path), *asks, *others, Ask("/what-if/999999/")]


def lists(world: World) -> list[Ask]:
    """Everybody is poor, and nobody would be: a list holds whoever lives in the place."""
    path = f"/what-if/{world.what_ifs['done']}/households/"
    asks = [
        Ask(f"{path}?place={code}&from=poor", twin=f"{path}?place=77&from=poor", counts="total", among=of.span(code))
        for code in ASKED_PLACES
    ]
    more = (
        "&kind=standard&name=enough",
        "&near=line&value=1.05",
        "&to=unknown",
        "&page=2",
        "&from=nonsense",
        "&kind=fault",
    )
    asks += [Ask(f"{path}?place={code}{way}", twin=f"{path}?place=77{way}") for code in ASKED_PLACES for way in more]
    unfinished = Ask(f"/what-if/{world.what_ifs['own']}/households/?place={of.C1}")
    return [Ask(path), *asks, unfinished, Ask(f"/what-if/999999/households/?place={of.C1}")]


def proposals(world: World) -> list[Ask]:
    path, done = "/what-if/proposal/", world.what_ifs["done"]
    sent = {"near": "5", "value-line": "5", "screenings": "1"}
    asks = [
        Ask(path),
        Ask(f"{path}?like={done}"),
        Ask(f"{path}?pack=leaks&numbers_of=2020-01-01"),
        Ask(f"{path}?pack=no-such-pack"),
    ]
    return [*asks, Ask(path, "post", sent), Ask(path, "post", {**sent, "value-line": "much"}), Ask(path, "post", {})]


def removals(world: World) -> list[Ask]:
    asks = [Ask(f"/what-if/{number}/removal/", "post") for number in world.what_ifs.values()]
    return [*asks, Ask("/what-if/999999/removal/", "post")]


def stoppings(world: World) -> list[Ask]:
    asks = [Ask(f"/what-if/{number}/stopping/", "post") for number in world.what_ifs.values()]
    return [*asks, Ask("/what-if/999999/stopping/", "post")]
