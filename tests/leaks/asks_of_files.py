"""What to ask of imports and of the journal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.leaks import personas as of
from tests.leaks.asks_of_households import MISSING
from tests.leaks.province import World
from tests.leaks.shown import Ask

from diguan.journal.models import Entry


def imports(world: World) -> list[Ask]:
    return [Ask("/imports/"), Ask("/imports/", "post", {"pack": "leaks", "source": "visit", "place": of.V6})]


def of_each(rest: str, method: str = "get") -> Callable[[World], list[Ask]]:
    def asked(world: World) -> list[Ask]:
        found = [
            Ask(
                f"/imports/{each.key}/{rest}",
                method,
                {} if method == "post" else None,
                twin=f"/imports/{MISSING}/{rest}",
                owner=each.received_by_name,
            )
            for each in world.imports.values()
        ]
        if not rest:
            found += [replace(ask, path=f"{ask.path}?verdict=changed") for ask in found]
        return found

    return asked


def journal(world: World) -> list[Ask]:
    homes = world.homes
    queries = [
        "", "?verb=identifier.revealed", "?verb=export.asked", "?verb=export.refused", "?verb=no.such",
        "?actor=county-c1", "?actor=worker-v6", "?from=2020-01-01&to=2099-01-01", "?from=x",
        *(f"?subject={homes[name].key}" for name in ("v1", "v3", "v6")),
    ]  # fmt: skip
    last = Entry.objects.order_by("-id").values_list("id", flat=True)[0]
    return [*(Ask(f"/journal/{query}") for query in queries), Ask(f"/journal/?page={last}")]
