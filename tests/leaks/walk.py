"""Somebody walks through the server, and everything that is given out to them is looked through for canaries."""

from __future__ import annotations

import copy
import logging
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.test import Client, override_settings
from tests.leaks import effects, offers
from tests.leaks.acts import ACTS, REFUSALS
from tests.leaks.canaries import Canary
from tests.leaks.personas import OTHERS, PERSONAS, Persona
from tests.leaks.province import World
from tests.leaks.routes import ROUTES
from tests.leaks.shown import Ask, File, Route, may_see

from diguan.server.logs import WithoutValues

log = logging.getLogger(__name__)
STRIDE = 5
STRIDES = {"splinter": 1, "masked-c1": 1, "administrator-c1": 1, "village-v1": 2, "two-places": 2, "township-t1": 2}
TABLE = {**ROUTES, **ACTS}
_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"')


@dataclass(frozen=True)
class Leak:
    persona: Persona
    route: str
    ask: Ask
    what: str

    def __str__(self) -> str:
        return f"{self.persona} on {self.route}: {self.ask}\n    {self.what}"


@dataclass
class Answer:
    """What came back: status, everything that can be read in it, and numbers that it told."""

    status: int
    body: bytes
    given: bytes  # body, headers, cookies, log
    logged: bytes
    counted: int | None = None
    changes: list[effects.Change] = field(default_factory=list)
    leads_to: str = ""


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(WithoutValues("{name} {message}", style="{"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Files:
    """What lies in the data folder of imports and exports, which no transaction takes back."""

    _KEPT = ("imports", "exports")

    def __init__(self) -> None:
        self._copy = Path(tempfile.mkdtemp(prefix="kept-", dir=settings.DATA))
        for name in self._KEPT:
            shutil.copytree(Path(settings.DATA) / name, self._copy / name)
        self._seen = self._look()

    def _look(self) -> list[tuple[str, int]]:
        files = [file for name in self._KEPT for file in (Path(settings.DATA) / name).rglob("*") if file.is_file()]
        return sorted((str(file.relative_to(settings.DATA)), file.stat().st_mtime_ns) for file in files)

    def put_back(self) -> None:
        if self._look() == self._seen:
            return
        for name in self._KEPT:
            shutil.rmtree(Path(settings.DATA) / name, ignore_errors=True)
            shutil.copytree(self._copy / name, Path(settings.DATA) / name)
        self._seen = self._look()

    def go_apart(self, folder: Path) -> None:
        shutil.copytree(
            settings.DATA,
            folder,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("kept-*", "mutant-*", "log", "*.sqlite3*"),
        )
        settings.DATA = folder
        self._seen = self._look()


class Walk:
    """Requests are independent: whatever one changed is taken back before the next."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = {persona.username: self._client(persona) for persona in PERSONAS}
        self.asks = {name: route.asks(world) for name, route in TABLE.items()}
        self.seen: set[Canary] = set()  # by somebody who may
        self._files = Files()
        self._twins: dict[tuple[str, str, str, str], Answer] = {}
        self._close_accounts()
        self._writes = effects.Writes()
        self.before = effects.rows()

    def leaks(self, persona: Persona, name: str, ask: Ask) -> Iterator[Leak]:
        """Everything wrong with the answer to one request."""
        route, answer = TABLE[name], self.answer(persona, ask)
        for what in (
            *self._opened(persona, route, ask, answer), *offers.wrong(self.world, persona, name, answer.body, answer.status),
            *self._canaries(persona, name, ask, answer), *self._counts(persona, route, ask, answer),
            *self._existence(persona, ask, answer), *self._effects(persona, answer),
        ):  # fmt: skip
            yield Leak(persona, name, ask, what)

    def go_apart(self, folder: Path) -> None:
        """Walk on files of one's own from now on, for others walk at the same time."""
        self._files.go_apart(folder)

    def forget_twins(self) -> None:
        """Ask about what is not there anew: a mutant answers that otherwise too."""
        self._twins.clear()

    def answer(self, persona: Persona, ask: Ask) -> Answer:
        log = _Log()
        root = logging.getLogger()
        root.addHandler(log)
        try:
            rows = settings.EXPORT_ROWS if ask.rows_at_once is None else ask.rows_at_once
            with (
                override_settings(EXPORT_ROWS=rows),
                transaction.atomic(),
                connection.execute_wrapper(self._writes),
            ):
                found = self._answered(persona, ask)
                transaction.set_rollback(True)
        finally:
            root.removeHandler(log)
            if ask.method != "get":
                self._files.put_back()
        found.logged = "\n".join(log.lines).encode()
        return found

    def _answered(self, persona: Persona, ask: Ask) -> Answer:
        client = self.clients[persona.username]
        # Whatever a request does to the browser's cookies is gone with it.
        cookies, self._writes.happened = client.cookies, False
        client.cookies = SimpleCookie(cookies.output(header="", sep=";"))
        try:
            if ask.call is not None:
                return self._called(persona, ask)
            answer = _send(client, ask.method, ask.path, ask)
            found = _read(answer, ask)
            if ask.then and answer.status_code == 302:
                onwards = _send(client, "get", f"{answer.headers['Location']}{ask.then}", ask)
                more = _read(onwards, ask)
                leads_to = found.leads_to
                found = Answer(max(found.status, more.status), more.body, more.given, b"", found.counted)
                found.leads_to = leads_to
            if self._writes.happened:
                found.changes = list(effects.between(self.before, effects.rows()))
        finally:
            client.cookies = cookies
        return found

    def _called(self, persona: Persona, ask: Ask) -> Answer:
        """What an action or query gives out when it is asked past the pages. One that refuses gives nothing."""
        assert ask.call is not None
        told, failed = b"", 404
        # What an action writes to the people it is given no transaction takes back.
        world = replace(self.world, users={name: copy.copy(user) for name, user in self.world.users.items()})
        try:
            result = ask.call(world, world.users[persona.username])
            told = result if isinstance(result, bytes) else repr(result).encode()
        except REFUSALS:
            pass
        except Exception as error:  # noqa: BLE001 — whatever it is, the walk goes on and tells
            log.info("%s: %s", ask, type(error).__name__)
            failed = 500
        counted = int(told) if ask.counts and told else None
        found = Answer(200 if told else failed, told, told, b"", counted)
        if self._writes.happened:
            found.changes = list(effects.between(self.before, effects.rows()))
        return found

    def _canaries(self, persona: Persona, name: str, ask: Ask, answer: Answer) -> Iterator[str]:
        file = ROUTES["export" if ask.is_shut else "export-file"]
        route = file if ask.then or ask.is_shut else TABLE[name]
        typed = f"{ask.path} {ask.data}"
        for canary in self.world.mint.found(answer.given):
            if may_see(self.world, persona, canary, route, ask):
                self.seen.add(canary)
            elif canary.text not in typed:
                yield f"shows {canary}"
        for canary in self.world.mint.found(answer.logged):
            if canary.text not in typed:
                yield f"logs {canary}"

    def _opened(self, persona: Persona, route: Route, ask: Ask, answer: Answer) -> Iterator[str]:
        """Whom a route is not for is sent away, whatever the page would show them; what wants a reason has one."""
        if ask.lacks_reason and (answer.changes or (ask.call is not None and answer.status == 200)):
            yield "is done without a reason"
        if ask.owner and ask.owner != persona.username and answer.status == 200:
            yield f"gives what is {ask.owner}'s alone"
        if ask.call is not None:
            return
        onwards = "" if ask.method != "get" or answer.leads_to in ask.path else answer.leads_to
        if onwards and (name := offers.shut(self.world, persona, onwards)):
            yield f"leads to {name}, which does not open: {answer.leads_to}"
        if route.opens_to(persona):
            return
        if answer.status != 403 and not answer.leads_to.startswith("/sign-in/"):
            yield f"opens ({answer.status} {answer.leads_to}) to somebody for whom it is not"

    def _counts(self, persona: Persona, route: Route, ask: Ask, answer: Answer) -> Iterator[str]:
        if answer.status >= 500:
            yield f"answers {answer.status}"
        if ask.opens and answer.status == 200 and not persona.may_all(ask.opens[0], *ask.opens[1]):
            yield "opens, and shows numbers of a place that is not theirs"
        if not ask.counts or answer.status != 200:
            return
        where = persona.where(ask.counted_by or route.permission)
        if ask.among:
            low, high = ask.among
            where = [(max(low, start), min(high, end)) for start, end in where]
        expected = ask.due(self.world, persona) if ask.due else self.world.count(*where)
        if answer.counted != expected:
            yield f"tells {ask.counts} {answer.counted} where {expected} may be known"

    def _existence(self, persona: Persona, ask: Ask, answer: Answer) -> Iterator[str]:
        """A refusal is the same, to the letter, as one about something that is not there."""
        if not ask.twin or answer.status not in (302, 403, 404):
            return
        key = (persona.username, ask.method, ask.twin, str(ask.data))
        if key not in self._twins:
            self._twins[key] = self.answer(persona, Ask(ask.twin, ask.method, ask.data))
        twin = self._twins[key]
        if twin.status == 404 and answer.status == 403:
            yield "answers 403 where it answers 404 about what is not there"
        if twin.status == answer.status == 404 and _plain(answer.body, ask.path) != _plain(twin.body, ask.twin):
            yield "answers otherwise than about what is not there"

    def _effects(self, persona: Persona, answer: Answer) -> Iterator[str]:
        for change in answer.changes:
            if not effects.is_allowed(self.world, persona, change):
                yield f"changes {change}"

    def _client(self, persona: Persona) -> Client:
        client = Client(raise_request_exception=False)
        if persona.is_signed_in:
            client.force_login(self.world.users[persona.username], "django.contrib.auth.backends.ModelBackend")
            session = client.session
            session["factor_proven"] = persona.is_proven
            session.save()
        return client

    def _close_accounts(self) -> None:
        """After they signed in: their sessions are still there."""
        for persona in (*PERSONAS, *OTHERS):
            if not persona.is_active:
                user = self.world.users[persona.username]
                type(user).objects.filter(pk=user.pk).update(is_active=False)
                user.refresh_from_db()


def _send(client: Client, method: str, path: str, ask: Ask) -> Any:
    headers = dict(ask.headers)
    if method == "post":
        data = {name: each.opened() if isinstance(each, File) else each for name, each in (ask.data or {}).items()}
        return client.post(path, data, headers=headers)
    return getattr(client, method)(path, headers=headers)


def _read(answer: Any, ask: Ask) -> Answer:
    # The client has closed the answer, or does when its last piece is read; a second time would close the connection.
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    given = headers + answer.cookies.output()
    counted: int | None = None
    if ask.counts.startswith("re:"):
        match = re.search(ask.counts.removeprefix("re:"), body.decode(errors="replace"))
        counted = int(match[1].replace(",", "")) if match else None
    elif ask.counts and answer.context is not None:
        told = answer.context.get(ask.counts)
        counted = getattr(told, "user_id", told)
    # An archive is looked into as one: what stands beside it goes on another way.
    is_archive = body[:4] == b"PK\x03\x04"
    all_of_it = body if is_archive else body + given.encode()
    found = Answer(answer.status_code, body, all_of_it, given.encode() if is_archive else b"", counted)
    found.leads_to = answer.headers.get("Location", "")
    return found


def _plain(body: bytes, path: str) -> bytes:
    """A page without what differs from one request to the next: its token, and the address it was asked under."""
    told = path.split("?")[0].strip("/").encode()
    return _TOKEN.sub(b"", body).replace(told, b"")


def steps(walk: Walk, persona: Persona, *, is_brief: bool = False) -> Iterator[tuple[str, Ask]]:
    """What somebody asks. The gate sends those for whom a route is not away before it knows what is asked for, so
    that of them two requests tell as much as all.

    A brief walk takes one of these two. Of routes with many requests the sharp, who hold something here and nothing
    there, ask everything or half of it; others every fifth, which differs from one person and route to the next, and all
    about what is theirs alone.
    """
    for place, (name, asks) in enumerate(walk.asks.items()):
        taken, turn = asks, PERSONAS.index(persona) + place
        if name in ROUTES and not TABLE[name].opens_to(persona):
            taken = [asks[0], asks[-1]] if len(asks) > 1 else asks
            taken = [taken[turn % len(taken)]] if is_brief else taken
        elif is_brief:
            is_sharp = TABLE[name].opens_to(persona) and persona.username in STRIDES
            stride = min(STRIDES[persona.username] if is_sharp else STRIDE, len(asks))
            chosen = asks[turn % stride :: stride]
            taken = [ask for ask in asks if ask in chosen or ask.owner == persona.username]
        yield from ((name, ask) for ask in taken if ask.call is None or persona.acts)
