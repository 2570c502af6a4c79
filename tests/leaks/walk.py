"""Somebody walks through the server, and everything that is given out to them is looked through for canaries."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from django.db import connection, transaction
from django.test import Client
from tests.leaks import effects
from tests.leaks.canaries import Canary
from tests.leaks.personas import PERSONAS, Persona
from tests.leaks.province import World
from tests.leaks.routes import ROUTES
from tests.leaks.shown import Ask, Route, may_see

from diguan.server.logs import WithoutValues

MANY = 8
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


class _Log(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(WithoutValues("{name} {message}", style="{"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


class Walk:
    """Requests are independent: whatever one changed is taken back before the next."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients = {persona.username: self._client(persona) for persona in PERSONAS}
        self.asks = {name: route.asks(world) for name, route in ROUTES.items()}
        self.seen: set[Canary] = set()  # by somebody who may
        self._twins: dict[tuple[str, str, str, str], Answer] = {}
        self._close_accounts()
        self._writes = effects.Writes()
        self.before = effects.rows()

    def leaks(self, persona: Persona, name: str, ask: Ask) -> Iterator[Leak]:
        """Everything wrong with the answer to one request."""
        route, answer = ROUTES[name], self.answer(persona, ask)
        for what in (
            *self._canaries(persona, name, ask, answer), *self._counts(persona, route, ask, answer),
            *self._existence(persona, ask, answer), *self._effects(persona, answer),
        ):  # fmt: skip
            yield Leak(persona, name, ask, what)

    def answer(self, persona: Persona, ask: Ask) -> Answer:
        log = _Log()
        root = logging.getLogger()
        root.addHandler(log)
        try:
            with transaction.atomic(), connection.execute_wrapper(self._writes):
                found = self._answered(self.clients[persona.username], ask)
                transaction.set_rollback(True)
        finally:
            root.removeHandler(log)
        found.logged = "\n".join(log.lines).encode()
        return found

    def _answered(self, client: Client, ask: Ask) -> Answer:
        # Whatever a request does to the browser's cookies is gone with it.
        cookies, self._writes.happened = client.cookies, False
        client.cookies = SimpleCookie(cookies.output(header="", sep=";"))
        try:
            answer = _send(client, ask.method, ask.path, ask)
            found = _read(answer, ask)
            if ask.then and answer.status_code == 302:
                onwards = _send(client, "get", f"{answer.headers['Location']}{ask.then}", ask)
                more = _read(onwards, ask)
                found = Answer(max(found.status, more.status), found.body, b"", b"", found.counted)
                found.body, found.given = more.body, more.given
            if self._writes.happened:
                found.changes = list(effects.between(self.before, effects.rows()))
        finally:
            client.cookies = cookies
        return found

    def _canaries(self, persona: Persona, name: str, ask: Ask, answer: Answer) -> Iterator[str]:
        route = ROUTES["export-file"] if ask.then else ROUTES[name]
        typed = f"{ask.path} {ask.data}"
        for canary in self.world.mint.found(answer.given):
            if may_see(self.world, persona, canary, route, ask):
                self.seen.add(canary)
            elif canary.text not in typed:
                yield f"shows {canary}"
        for canary in self.world.mint.found(answer.logged):
            if canary.text not in typed:
                yield f"logs {canary}"

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
        expected = self.world.count(*where)
        if answer.counted != expected:
            yield f"tells of {answer.counted} households where {expected} may be known"

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
        for persona in PERSONAS:
            if not persona.is_active:
                type(self.world.users[persona.username]).objects.filter(username=persona.username).update(
                    is_active=False
                )


def _send(client: Client, method: str, path: str, ask: Ask) -> Any:
    headers = dict(ask.headers)
    if method == "post":
        return client.post(path, ask.data or {}, headers=headers)
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
        counted = answer.context.get(ask.counts)
    if body[:4] == b"PK\x03\x04":
        # An archive is looked into as one; what stands beside it is added at its end, where it disturbs nothing.
        return Answer(answer.status_code, body, body, given.encode(), counted)
    return Answer(answer.status_code, body, body + given.encode(), b"", counted)


def _plain(body: bytes, path: str) -> bytes:
    """A page without what differs from one request to the next: its token, and the address it was asked under."""
    told = path.split("?")[0].strip("/").encode()
    return _TOKEN.sub(b"", body).replace(told, b"")


def steps(walk: Walk, persona: Persona, *, is_brief: bool = False) -> Iterator[tuple[str, Ask]]:
    """What somebody asks. The gate sends those who hold nothing of a route away before it knows what is asked for, so
    that of them two requests tell as much as all.

    A brief walk takes, of routes with many requests, every other one; which, differs from one person to the next.
    """
    for name, asks in walk.asks.items():
        permission = ROUTES[name].permission
        taken = asks if not permission or persona.where(permission) else [*asks[:1], *asks[-1:]]
        if is_brief and len(taken) > MANY:
            taken = taken[PERSONAS.index(persona) % 2 :: 2]
        yield from ((name, ask) for ask in taken)
