"""The steps that lead from nothing to a screened demo province. Run by `diguan demo` in a process of its own."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diguan.cli.language import chosen, translator
from diguan.cli.migrate import bring_up_to_date
from diguan.engine.progress import Progress
from diguan.rulebook.problems import N_

if TYPE_CHECKING:
    from diguan import rulebook
    from diguan.registry.snapshots import Snapshot
    from diguan.screening.models import Screening

# The day of the statistical codes in places/data.
_CODES_OF = dt.date(2023, 6, 30)
_STEPS = 7


@click.command()
@click.option("--results", required=True, type=click.Path(path_type=Path))
@click.option("--seed", type=int)
@click.option("--scale", type=float, default=1.0)
def prepare(results: Path, seed: int | None, scale: float) -> None:
    """Fill the database of the environment's data folder; snapshot and outcomes go to the folder `results`."""
    begun = time.monotonic()
    with _step(1, N_("Database")):
        bring_up_to_date()
    with _step(2, N_("Places and boundaries")):
        _import_places()
    _load(seed, scale)
    with ThreadPoolExecutor(1, thread_name_prefix="earlier") as beside:
        # What the one waits for in DuckDB or SQLite the other uses: two cores are kept busy.
        known = beside.submit(_snapshot_earlier, results)
        with _step(5, N_("Screening")):
            screening = screen_province(results)
        asked = beside.submit(_screen_earlier, results, known)
        with _step(6, N_("People on file twice, and a list of the police")):
            _compare(seed)
        with _step(7, N_("Screening of an earlier day, and who came and went since")):
            _compare_with(asked.result(), screening)
    _close()
    click.echo(
        _say(N_("{households:,} households with {persons:,} persons were screened; all in {seconds:.0f} s.")).format(
            households=screening.counts["households"],
            persons=screening.counts["persons"],
            seconds=time.monotonic() - begun,
        )
    )


def is_pack_changed() -> bool:
    """Say whether the rules of the current screening are no longer those of its pack."""
    from diguan.screening import packs
    from diguan.screening.models import Screening

    current = Screening.objects.filter(is_current=True).first()
    return current is None or packs.pack(current.pack_id).digest != current.pack_digest


def screen_province(results: Path) -> Screening:
    """Screen everybody on file under the demo's pack, on the day of its campaign's baseline."""
    from django.utils import timezone

    from diguan.demo import policy
    from diguan.screening import actions

    pack = _pack()
    return actions.run_screening(
        pack=pack, as_of=policy.read(pack).as_of, by=None, at=timezone.now(), progress=_Ticks(), folder=results
    )


def _earlier() -> dt.date:
    from diguan.demo import lists

    return dt.date.fromisoformat(str(lists.read("mix")["compared_with"]))


def _snapshot_earlier(results: Path) -> Snapshot:
    """What was known of the demo on an earlier day, written while the present is screened: the longer part of the work."""
    from diguan.access.scope import unscoped
    from diguan.registry import snapshots

    with _own_connection():
        return snapshots.write(
            pack=_pack(), as_of=_earlier(), folder=results / "snapshots", scope=unscoped("preparing the demo")
        )


def _screen_earlier(results: Path, known: Future[Snapshot]) -> Screening:
    """Screen the demo as of that day as well, quietly."""
    from django.utils import timezone

    from diguan.screening import actions

    with _own_connection():
        return actions.run_screening(
            pack=_pack(), as_of=_earlier(), by=None, at=timezone.now(), folder=results, is_current=False,
            snapshot=known.result(),
        )  # fmt: skip


@contextmanager
def _own_connection() -> Iterator[None]:
    """A thread's connection, closed with it."""
    from django.db import connection

    try:
        yield
    finally:
        connection.close()


def _compare_with(earlier: Screening, screening: Screening) -> None:
    """Hold both screenings against each other."""
    from django.utils import timezone

    from diguan.screening import actions

    actions.compare_screenings(before=earlier, after=screening, by=None, at=timezone.now(), progress=_Ticks())


def _import_places() -> None:
    from django.utils import timezone

    from diguan.places import actions, models

    folder = Path(models.__file__).parent / "data"
    actions.import_places(file=next(folder.glob("places-*.csv")), valid_from=_CODES_OF, by=None, at=timezone.now())
    actions.import_boundaries(file=next(folder.glob("counties-*.geojson")), by=None, at=timezone.now())


def _load(seed: int | None, scale: float) -> None:
    """Draw the households and put them on file, shown as the two steps they are."""
    from django.utils import timezone

    from diguan.demo import census, load, province

    steps = ExitStack()
    steps.enter_context(_step(3, N_("Households of the demo")))

    def show(done: int, total: int) -> None:
        if done == total:
            steps.close()
            steps.enter_context(_step(4, N_("Observations and facts")))

    chosen_seed = province.SEED if seed is None else seed
    try:
        load.load(pack=_pack(), seed=chosen_seed, scale=scale, progress=show, by=None, at=timezone.now())
    except census.ScaleTooSmall as error:
        click.echo()
        raise click.ClickException(str(error)) from None
    steps.close()


def _compare(seed: int | None) -> None:
    from django.utils import timezone

    from diguan.demo import load, province

    load.compare(pack=_pack(), seed=province.SEED if seed is None else seed, by=None, at=timezone.now(), progress=_tick)


def _close() -> None:
    """Leave good plans behind, and on SQLite one whole database file, without a log beside it."""
    from django.db import connection

    statements = (
        ["ANALYZE"] if connection.vendor == "postgresql" else ["PRAGMA optimize", "PRAGMA wal_checkpoint(TRUNCATE)"]
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def _pack() -> rulebook.Pack:
    from diguan.demo import lists
    from diguan.screening import packs

    return packs.pack(lists.read("mix")["pack"])


class _Ticks(Progress):
    def step(self, name: str) -> None:
        _tick(name)


def _tick(_step: str) -> None:
    click.echo(" ·", nl=False)


@contextmanager
def _step(number: int, title: str) -> Iterator[None]:
    begun = time.monotonic()
    click.echo(f"[{number}/{_STEPS}] {_say(title)} …", nl=False)
    sys.stdout.flush()
    yield
    click.echo(f" {time.monotonic() - begun:.0f} s")


def _say(text: str) -> str:
    return translator(chosen())(text)


if __name__ == "__main__":
    from diguan.cli import troubles

    sys.exit(troubles.guarded(prepare))
