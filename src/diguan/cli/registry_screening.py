"""diguan screen and diguan explain on the registry's own households."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from diguan import engine, rulebook
from diguan.cli.installation import opened
from diguan.cli.language import translator
from diguan.cli.opened_pack import loaded
from diguan.cli.troubles import STOPPED
from diguan.cli.waiting import Waiting
from diguan.engine import replaying, sides
from diguan.rulebook.problems import N_

if TYPE_CHECKING:
    from diguan.screening.models import Run


def screen_registry(
    folder: str | None, as_of: dt.date | None, known_on: dt.date | None, *, language: str, draft: bool, memory: str
) -> None:
    """Screen everybody on file; without a pack or a date, those of the screening before. `draft`: as a trial.

    The same that was cut off before is gone on with.
    """
    say = translator(language)
    with opened(language):
        from django.utils import timezone

        from diguan.screening import actions, queries

        before = queries.current_screening()
        if before is None and (folder is None or as_of is None):
            raise click.UsageError(say(N_("The first screening of a registry needs --pack and --as-of.")))
        named = folder or (before.pack_id if before else "")
        pack, day = pack_of(named, language), as_of or (before.as_of if before else timezone.localdate())
        with said(language):
            run = queries.cut_off(pack.digest, day, known_on, draft)
            if run is not None:
                click.echo(say(N_("Screening {number} was cut off: it goes on.")).format(number=run.pk), err=True)
                actions.resume_screening(run=run, by=None, at=timezone.now())
            else:
                run = actions.ask_screening(
                    pack=pack, as_of=day, known_on=known_on, draft=draft, by=None, at=timezone.now()
                )
            carry(run, named, memory, language)


def pack_of(named: str, language: str) -> rulebook.Pack:
    """A pack of this installation by its name, or one by its folder."""
    from diguan.screening import packs

    return packs.pack(named) if named in packs.folders() else loaded(named, language)


def carry(run: Run, named: str, memory: str, language: str) -> None:
    """Carry out a screening that was asked for, shown on the terminal, until its end or Ctrl+C."""
    from django.utils import timezone

    from diguan.screening import actions, keeping
    from diguan.screening import run as running

    say = translator(language)
    waiting = Waiting(running.STEPS, running.weights(), say)
    with keeping.held(run) as is_mine:
        if not is_mine:
            raise actions.Occupied(run)
        try:
            with waiting.looked_at():
                done = actions.carry_screening(
                    run=run, pack=pack_of(named, language), by=None, at=timezone.now(), progress=waiting, memory=memory
                )
        except (engine.Stopped, engine.Exhausted) as ended:
            click.echo(ended.message(say), err=True)
            click.echo(say(N_("To go on with it: diguan screenings resume {number}")).format(number=run.pk), err=True)
            sys.exit(STOPPED if isinstance(ended, engine.Stopped) else 1)
    done_words = N_("{households} households screened under {pack} as of {date}.")
    counted = f"{done.counts['households']:,}"
    click.echo(say(done_words).format(households=counted, pack=done.pack_id, date=done.as_of))


@contextmanager
def said(language: str) -> Iterator[None]:
    """Say in a sentence why a screening cannot be started or gone on with."""
    from diguan.screening import actions

    say = translator(language)
    try:
        yield
    except (actions.PackNotInForce, actions.NotAllowed) as refused:
        click.echo(str(refused), err=True)
        sys.exit(1)
    except actions.Occupied as occupied:
        words = N_(
            "Screening {number}, which {who} asked for, is {state}. Wait until it has ended, or stop it: "
            "diguan screenings cancel {number}"
        )
        run = occupied.run
        click.echo(say(words).format(number=run.pk, who=run.asked_by_name, state=run.get_state_display()), err=True)
        sys.exit(1)
    except rulebook.RulesRefused as refused:
        click.echo(refused.message(say), err=True)
        sys.exit(1)


def explain_registry(key: str, language: str) -> None:
    """Print one household's reasons from the facts on file; reading it is journalled."""
    say = translator(language)
    with opened(language):
        from django.utils import timezone

        from diguan.access.scope import unscoped
        from diguan.cli import tables
        from diguan.registry import actions, queries
        from diguan.registry.models import Household
        from diguan.screening import evaluation, former, packs
        from diguan.screening import queries as screenings

        everybody = unscoped("diguan explain")
        screening = screenings.current_screening()
        try:
            found = actions.open_household(
                scope=everybody, key=UUID(key), by=None, at=timezone.now(), purpose="terminal"
            )
        except (Household.DoesNotExist, ValueError):
            click.echo(say(N_("There is no household {key} in the registry.")).format(key=key), err=True)
            sys.exit(1)
        if screening is None:
            click.echo(say(N_("Nothing has been screened yet: run diguan screen first.")), err=True)
            sys.exit(1)
        members = queries.members(everybody, found)
        rules, numbers = packs.rules_of(screening), queries.identifiers(everybody, found)
        states = former.states(everybody, rules, found, members, numbers)
        judged = evaluation.under(rules, found, members, numbers, former.pasts(states))
        tables.print_explanation(judged, key, [str(member.key)[:8] for member in members], language)


def replay_registry(number: int, memory: str, language: str) -> replaying.Replayed:
    """Carry out a screening of the registry again; that somebody did, and how it came out, is journalled."""
    say = translator(language)
    with opened(language):
        from django.utils import timezone

        from diguan.screening import actions
        from diguan.screening.models import Screening

        try:
            return actions.replay_screening(number=number, memory=memory, by=None, at=timezone.now())
        except Screening.DoesNotExist:
            click.echo(say(N_("There is no screening {number}.")).format(number=number), err=True)
            sys.exit(1)


def compare_registry(
    before: int, after: int, language: str, progress: engine.Progress
) -> tuple[sides.Side, sides.Side, Path]:
    """Compare two screenings of the registry and keep it for its page; both sides, and the folder of its files."""
    say = translator(language)
    with opened(language):
        from django.utils import timezone

        from diguan.screening import actions, comparing
        from diguan.screening.models import Screening

        try:
            first, second = (Screening.objects.get(pk=number) for number in (before, after))
        except Screening.DoesNotExist:
            click.echo(say(N_("There is no screening {number}; there are: {numbers}.")).format(
                number=f"{before} / {after}", numbers=", ".join(f"{s.pk} ({s.as_of})" for s in Screening.objects.order_by("pk"))
            ), err=True)  # fmt: skip
            sys.exit(1)
        actions.compare_screenings(before=first, after=second, by=None, at=timezone.now(), progress=progress)
        return comparing.side(first), comparing.side(second), comparing.folder(first, second)
