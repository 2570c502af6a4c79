"""What to ask of screenings that were asked for: nobody here may run one of everybody."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from tests.leaks.personas import Persona, span
from tests.leaks.province import World
from tests.leaks.shown import ROOTS, Ask

from diguan.screening.models import Run

_MISSING = 999_999


def all_of_them(world: World) -> list[Ask]:
    return [
        Ask("/screenings/"),
        Ask("/screenings/", "post", {"pack": "leaks", "as_of": timezone.localdate().isoformat()}),
    ]


def of_each(rest: str, method: str = "get") -> Callable[[World], list[Ask]]:
    def asked(world: World) -> list[Ask]:
        data = {} if method == "post" else None
        counts = "" if rest else "households"
        return [
            Ask(
                f"/screenings/{number}/{rest}",
                method,
                data,
                twin=f"/screenings/{_MISSING}/{rest}",
                counts=counts,
                due=_households(number),
            )
            for number in world.runs
        ]

    return asked


def _households(number: int) -> Callable[[World, Persona], int | None]:
    """How many households were screened: told only to whoever answers for both provinces."""

    def due(world: World, persona: Persona) -> int | None:
        if not all(persona.may_all("screening.run", *span(root)) for root in ROOTS):
            return None
        screening = Run.objects.select_related("screening").get(pk=number).screening
        return None if screening is None else screening.counts["households"]

    return due
