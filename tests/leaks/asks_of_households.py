"""What to ask of pages about households."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from tests.leaks import personas as of
from tests.leaks.province import EVERYWHERE, HOMES, World
from tests.leaks.shown import Ask

from diguan.registry.models import Household, Observation
from diguan.screening.models import Change, Fault, Result, Shortfall
from diguan.screening.queries import ORDER
from diguan.ui import cursors

MISSING = "00000000-0000-4000-8000-0000000000ff"
REASON = "The household asked for it"
BOARD = "board.read"
_OF = r"re:of ([\d,]+) households"
SOME = ("v1", "v2", "v3", "v4", "v6")
ASKED_PLACES = (of.V1, of.T1, of.C1, of.F1, of.P1, of.V3, of.C2, of.V6, of.P2)


def _under(path: str, **params: str) -> Ask:
    return Ask(f"{path}?{urlencode(params)}")


def boards(world: World) -> list[Ask]:
    asks = [Ask(f"/board/{code}/", twin="/board/77/", opens=(BOARD, of.span(code))) for code, *_rest in of.PLACES]
    return [*asks, Ask(f"/board/{of.C1}/?measure=enough"), Ask(f"/board/{of.C2}/?measure=poor")]


def comparisons(world: World) -> list[Ask]:
    path = f"/comparisons/{world.comparison}/"
    asks = [Ask(f"{path}?place={code}", twin=f"{path}?place=77", opens=(BOARD, of.span(code))) for code in ASKED_PLACES]
    return [Ask(path), *asks, Ask("/comparisons/999999/")]


def comparison_lists(world: World) -> list[Ask]:
    path = f"/comparisons/{world.comparison}/households/"
    asks = [Ask(path), Ask("/comparisons/999999/households/"), Ask(f"{path}?from=nonsense")]
    ways = ("", "&from=elsewhere", "&to=elsewhere", "&from=poor&to=poor", "&from=absent")
    asks += [Ask(f"{path}?place={code}{way}", twin=f"{path}?place=77{way}") for code in ASKED_PLACES for way in ways]
    asks += [_under(path, kind="standard", name=name) for name in ("enough", "well", "no_such_standard")]
    # Positions of rows that lie elsewhere, as somebody could copy them from another's screen.
    return [*asks, _at_cursor(f"{path}?", Change, "p1", "after"), _at_cursor(f"{path}?", Change, "v6", "before")]


def checks(world: World) -> list[Ask]:
    twin = "/checks/?place=77"
    asks = [Ask("/checks/", counts=_OF, counted_by=BOARD)]
    return asks + [
        Ask(f"/checks/?place={code}", twin=twin, opens=(BOARD, of.span(code)), counts=_OF, counted_by=BOARD,
            among=of.span(code))
        for code in ASKED_PLACES
    ]  # fmt: skip


def check(world: World) -> list[Ask]:
    asks = [Ask(f"/checks/{name}/") for name in ("ill", "remarked", "all")]
    for name in ("ill", "remarked"):
        asks += [
            Ask(f"/checks/{name}/?place={code}", twin=f"/checks/{name}/?place=77", counts="households",
                among=of.span(code))
            for code in ASKED_PLACES
        ]  # fmt: skip
    return [*asks, _at_cursor(f"/checks/ill/?place={of.P1}&", Fault, "v3"), Ask("/checks/ill/?cohort=poor")]


def indices(world: World) -> list[Ask]:
    path, whole = "/indices/?place={}", "households.read"
    asks = [Ask(path.format(code), twin=path.format(77), opens=(whole, of.span(code))) for code in ASKED_PLACES]
    return [Ask("/indices/"), *asks]


def lists(world: World) -> list[Ask]:
    path = "/households/"
    asks = [Ask(path, counts="households"), _under(path, format="csv"), _under(path, format="xlsx")]
    asks += [
        Ask(f"{path}?place={code}", twin=f"{path}?place=77", counts="households", among=of.span(code))
        for code in ASKED_PLACES
    ]
    asks += [
        _under(path, cohort="poor"), _under(path, outcome="not_met"), _under(path, outcome="unknown"),
        _under(path, standard="enough", outcome="not_met"), _under(path, standard="well", outcome="not_met"),
        _under(path, standard="well", outcome="met"), _under(path, cohort="poor", standard="well", outcome="not_met"),
        _under(path, place=of.F1, standard="well", outcome="not_met"),
    ]  # fmt: skip
    # Positions of rows that lie elsewhere, as somebody could copy them from another's screen.
    asks += [_at_cursor(f"{path}?", Result, "p1", "after"), _at_cursor(f"{path}?", Result, "v6", "before")]
    return [*asks, _at_cursor(f"{path}?standard=well&outcome=not_met&", Shortfall, "v6", "before")]


def _at_cursor(path: str, model: Any, name: str, way: str = "after") -> Ask:
    row = model.objects.within(EVERYWHERE).filter(place_number=of.span(HOMES[name])[0]).order_by(*ORDER).first()
    return Ask(f"{path}{urlencode({way: cursors.write(cursors.keys(ORDER, model), row, 1)})}")


def conflicts(world: World) -> list[Ask]:
    home = Household.objects.within(EVERYWHERE).get(key=world.homes["v6"].key)
    order = ("place_number", "id")
    before = cursors.write(cursors.keys(order, Household), home, 1)
    return [Ask("/conflicts/"), Ask(f"/conflicts/?{urlencode({'before': before})}")]


def pages(world: World) -> list[Ask]:
    return _of(world, world.homes, "")


def pasts(world: World) -> list[Ask]:
    found = _of(world, (*SOME, "moved", "left"), "as-of/?on=2020-05-15")
    return [
        *found,
        *_of(world, ("v1", "v5"), "as-of/"),
        *_of(world, ("v3",), "as-of/?on=2020-06-02&known_on=2099-01-01"),
    ]


def facts(world: World) -> list[Ask]:
    found = []
    for name in ("remark", "telephone"):
        found += _of(world, SOME, f"facts/{name}/")
    for name in ("told", "account"):
        found += _of(world, ("v1", "v6"), f"facts/{name}/")
    return [*found, *_of_people(world, "illness"), *_of_people(world, "id_number")]


def _of(world: World, names: Iterable[str], rest: str, method: str = "get", data: Any = None, **more: Any) -> list[Ask]:
    """The same of each of these households, with a twin of none."""
    return [
        Ask(f"/households/{world.homes[name].key}/{rest}", method, data, twin=f"/households/{MISSING}/{rest}", **more)
        for name in names
    ]


def _of_people(
    world: World, variable: str, rest: str = "", names: Sequence[str] = ("v1", "v3", "v6"), **more: Any
) -> list[Ask]:
    found = []
    for name in names:
        home = world.homes[name]
        query = f"facts/{variable}/{rest}?person={home.people[1]}"
        path, twin = f"/households/{home.key}/{query}", f"/households/{MISSING}/{query}"
        found.append(Ask(path, twin=twin, person=home.people[1], **more))
    # Somebody of another household under the key of one's own.
    other = world.homes["v6"].people[0]
    v1 = world.homes["v1"].key
    found.append(Ask(f"/households/{v1}/facts/{variable}/{rest}?person={other}", person=other, **more))
    return found


def given_by(key: uuid.UUID, variable: str) -> int:
    """The observation that a fact rests on."""
    return int(Household.objects.within(EVERYWHERE).get(key=key).facts[variable]["o"])


def corrections(world: World) -> list[Ask]:
    found = []
    for name in SOME:
        stands = given_by(world.homes[name].key, "remark")
        data = {"value": "put right", "reason": REASON, "given_by": stands}
        found += _of(world, [name], "facts/remark/correction/", "post", data)
    found += _of(world, ("v1", "v3"), "facts/remark/correction/", "post", {"value": "x", "given_by": "1"})
    return found


def settlements(world: World) -> list[Ask]:
    found = []
    for name in SOME:
        home = Household.objects.within(EVERYWHERE).get(key=world.homes[name].key)
        rivals = Observation.objects.within(EVERYWHERE).filter(household=home).order_by("id")
        chosen = next(each.pk for each in rivals if each.pk in home.facts["told"]["c"])
        data = {"chosen": chosen, "reason": REASON, "given_by": home.facts["told"]["o"]}
        found += _of(world, [name], "facts/told/settlement/", "post", data)
    return [*found, *_of(world, ("v1", "v3"), "facts/told/settlement/", "post", {"chosen": "0"})]


def reveals(world: World) -> list[Ask]:
    with_reason, without = {"reveal-reason": REASON}, {"reveal-reason": " "}
    found = []
    for variable in ("telephone", "account"):
        rest = f"facts/{variable}/number/"
        found += _of(world, SOME, rest, "post", with_reason, gives_reason=True)
    found += _of(world, ("v1", "v2"), "facts/telephone/number/", "post", without)
    found += _of(world, ("v1", "v2"), "facts/telephone/number/")
    found += _of(world, ("v1", "v2"), "facts/remark/number/", "post", with_reason, gives_reason=True)
    found += _of_people(world, "id_number", "number/", method="post", data=with_reason, gives_reason=True)
    return [*found, *_of_people(world, "card", "number/", ("v1", "v2"), method="post", data={"reveal-reason": "abc"})]


def subjects(world: World) -> list[Ask]:
    return _of_subjects(world, "")


def subject_files(world: World) -> list[Ask]:
    given = _of_subjects(world, "file/", method="post", data={"reason": REASON}, gives_reason=True)
    return [*given, *_of_subjects(world, "file/", method="post", data={"reason": ""})]


def _of_subjects(world: World, rest: str, **more: Any) -> list[Ask]:
    found = []
    for name, place in (("v1", 0), ("v1", 1), ("v3", 0), ("v3", 1), ("v4", 0), ("v6", 0)):
        home = world.homes[name]
        path, twin = (f"/households/{key}/people/{home.people[place]}/{rest}" for key in (home.key, MISSING))
        found.append(Ask(path, twin=twin, person=home.people[place], **more))
    return found


def life_events(world: World) -> list[Ask]:
    homes = world.homes
    found = _of(world, SOME, "life-event/")
    told = [
        ("v1", {"kind": "departure", "people": [str(homes["v1"].people[1])]}),
        ("v3", {"kind": "departure", "people": [str(homes["v3"].people[1])]}),
        ("v1", {"kind": "departure", "people": [str(homes["v6"].people[1])]}),
        ("v1", {"kind": "merge", "other": f"/households/{homes['v6'].key}/"}),
        ("v1", {"kind": "merge", "other": f"/households/{homes['v2'].key}/"}),
        ("v1", {"kind": "transfer", "people": [str(homes["v1"].people[1])], "other": str(homes["v3"].key)}),
        ("v1", {"kind": "relocation", "place": of.V6}),
        ("v1", {"kind": "relocation", "place": of.V3}),
        ("v1", {"kind": "relocation", "place": f"Place {of.V2}"}),
        ("v1", {"kind": "relocation", "place": f"Place {of.V3}"}),
        ("v1", {"kind": "split", "people": [str(homes["v1"].people[1])], "name": "Somebody", "place": of.V4}),
        ("v1", {"kind": "arrival", "name": "Somebody", "fresh": str(homes["v6"].people[1])}),
        ("v6", {"kind": "birth", "name": "Somebody"}),
    ]
    for number, (name, data) in enumerate(told):
        keys = {
            "instance_id": str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))),
            "fresh": str(uuid.UUID(int=number + 7, version=4)),
        }
        found += _of(world, [name], "life-event/", "post", {**keys, "occurred_on": "2020-07-01", **data})
    return found
