"""diguan demo: the made-up province, prepared where it is missing, then served."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from diguan.cli.installation import in_words
from diguan.cli.language import chosen, translator
from diguan.cli.migrate import bring_up_to_date
from diguan.cli.serve import insist_on_free, listen
from diguan.rulebook.problems import N_

_DATABASE = "diguan.sqlite3"  # as in diguan.server.database, which needs Django
_GIGABYTE = 1_000_000_000
_GIGABYTES_NEEDED = 1.0


@click.command(help=N_("Prepare the made-up province where it is missing (a few minutes), then serve it."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help=N_("Address to listen on."))
@click.option("--seed", type=int, help=N_("Another province of the same kind; only with --fresh or the first time."))
@click.option("--scale", type=click.FloatRange(min=0.001, max=100), help=N_("Its size; 1 holds the published counts."))
@click.option("--fresh", is_flag=True, help=N_("Throw the prepared province away and make it anew."))
@click.option("--no-serve", is_flag=True, help=N_("Prepare only."))
@click.option("--lang", help=N_("en, zh-hans or zh-hant"))
def demo(
    port: int, host: str, seed: int | None, scale: float | None, fresh: bool, no_serve: bool, lang: str | None
) -> None:
    if lang:
        os.environ["DIGUAN_LANG"] = chosen(lang)
    if not no_serve:
        insist_on_free(host, port)
    data = Path(os.environ.get("DIGUAN_DATA") or "var").resolve()
    os.environ["DIGUAN_DATA"] = str(data)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(data):
        there = _is_there(data)
        if there and not fresh and (seed, scale) != (None, None):
            raise click.UsageError(_say(N_("The demo is prepared already: --seed and --scale need --fresh.")))
        if fresh or not there:
            _prepare(data, seed, scale)
    _bring_up_to_date()
    if not no_serve:
        _show_accounts()
        listen(host, port)


def _on_server() -> bool:
    return bool(os.environ.get("DIGUAN_DATABASE", "").strip())


def _is_there(data: Path) -> bool:
    """Say whether the demo is prepared. Raises: ClickException if the database holds anything but the demo."""
    if not _on_server():
        return (data / _DATABASE).exists() and not _is_blank()
    # There a preparation that was cut off leaves something behind; the screening is its last step.
    return not _is_blank() and _is_screened()


def _is_screened() -> bool:
    from diguan.screening import queries

    return queries.current_screening() is not None


def _is_blank() -> bool:
    """Say whether the database that is there holds nothing. Raises: ClickException if it holds anything but the demo."""
    bring_up_to_date()
    from django.db import connection

    from diguan.access.models import User
    from diguan.registry import queries

    described, has_people = queries.described(), User.objects.exists()
    connection.close()
    if described is not None and described.synthetic:
        return False
    if described is None and not has_people:
        return True
    raise click.ClickException(
        _say(
            N_(
                "The database in {folder} is not the demo's, and stays as it is. Serve it with: diguan serve – or give "
                "the demo a folder of its own: DIGUAN_DATA=demo diguan demo"
            )
            if not _on_server()
            else N_(
                "The database that DIGUAN_DATABASE names is not the demo's, and stays as it is. Serve it with: diguan "
                "serve – or name another one for the demo."
            )
        ).format(folder=os.environ["DIGUAN_DATA"])
    )


def _prepare(data: Path, seed: int | None, scale: float | None) -> None:
    """Prepare in a folder aside, in a process of its own, and take the database over when it is whole.

    A preparation that was cut off has left its folder behind and nothing else; it is thrown away here. On a server the
    tables are emptied and filled where they are.
    """
    aside = data / ".preparing"
    shutil.rmtree(aside, ignore_errors=True)
    _insist_on_room(data, scale or 1.0)
    words = [sys.executable, "-m", "diguan.cli.preparation", "--results", str(data)]
    words += [] if seed is None else ["--seed", str(seed)]
    words += [] if scale is None else ["--scale", str(scale)]
    aside.mkdir(mode=0o700)
    # What is written for a moment lies there too, and goes with it.
    env = {**os.environ, "DIGUAN_DATA": str(data if _on_server() else aside), "TMPDIR": str(aside)}
    env.setdefault("DIGUAN_KEYS", str(data / "keys.json"))  # what is sealed there must open here
    if _on_server():
        _empty()
    done = subprocess.run(words, env=env, check=False)  # noqa: S603 - our own program
    if done.returncode < 0:
        raise click.ClickException(
            _say(N_("The preparation was killed, perhaps for lack of memory. Run this again: it begins anew."))
        )
    if done.returncode > 0:
        sys.exit(done.returncode)
    if not _on_server():
        for rest in ("-wal", "-shm"):
            (data / f"{_DATABASE}{rest}").unlink(missing_ok=True)
        (aside / _DATABASE).replace(data / _DATABASE)
    # The journal begins anew with the province; checkpoints of the former one would accuse it.
    shutil.rmtree(data / "checkpoints", ignore_errors=True)
    shutil.rmtree(aside, ignore_errors=True)


def _empty() -> None:
    """Empty the tables, which hold nothing or the demo."""
    from diguan.server import database
    from diguan.server.postgresql import emptying

    with in_words(), database.as_owner():
        emptying.empty()


def _insist_on_room(data: Path, scale: float) -> None:
    needed = _GIGABYTES_NEEDED * max(scale, 0.2)
    free = shutil.disk_usage(data).free / _GIGABYTE
    if free < needed:
        raise click.ClickException(
            _say(
                N_("The disk is nearly full: {folder} has {free:.1f} GB free, the demo needs {needed:.1f} GB.")
            ).format(folder=data, free=free, needed=needed)
        )


def _bring_up_to_date() -> None:
    """Follow what changed since the preparation: the program's tables, the pack's rules."""
    bring_up_to_date()
    from diguan.cli import preparation

    if preparation.is_pack_changed():
        click.echo(_say(N_("The pack changed since the last screening: screening again …")))
        preparation.screen_province(Path(os.environ["DIGUAN_DATA"]))


def _show_accounts() -> None:
    from diguan.demo import accounts

    click.echo(_say(N_("Everything in this province is made up. Sign in as one of these (password {password}):")).format(
        password=accounts.PASSWORD
    ))  # fmt: skip
    for account in accounts.listed():
        click.echo(f"  {account.username:<16}{account.role}, {account.place}")


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Let one preparation at a time into a data folder; the lock goes with the process that holds it."""
    with (data / ".demo-lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            click.echo(_say(N_("Another preparation of the demo is running here; waiting for it …")), err=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(text: str) -> str:
    return translator(chosen())(text)
