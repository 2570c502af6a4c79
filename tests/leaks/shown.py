"""Who may see which canary where: the policy in one page, told apart from the code that carries it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.leaks.canaries import Canary, Kind
from tests.leaks.pairs import ENTRIES
from tests.leaks.personas import OTHERS, P1, P2, PERSONAS, Persona, span
from tests.leaks.province import World

from diguan.access.models import User

PUBLIC, SIGNED_IN = "everybody", "whoever is signed in"
NAMES, REVEAL = "names.read", "identifiers.reveal"
ROOTS = (P1, P2)
EVERYBODY = {each.username: each for each in (*PERSONAS, *OTHERS)}


@dataclass(frozen=True)
class File:
    """A file that is sent with a request."""

    name: str
    content: bytes

    def opened(self) -> SimpleUploadedFile:
        return SimpleUploadedFile(self.name, self.content)


@dataclass(frozen=True)
class Ask:
    """One request. `twin` is the same about something that nobody has on file; `gives_reason` that it says why.

    `person` is the one whom it is about; `then` is where its answer leads on, to be read as well.
    """

    path: str
    method: str = "get"
    data: Mapping[str, object] | None = None
    twin: str = ""
    gives_reason: bool = False
    lacks_reason: bool = False  # it does something that needs one: nothing may come of it
    person: UUID | None = None
    then: str = ""
    is_shut: bool = False  # an export whose rows nobody is given: not approved, made, or there any more
    owner: str = ""  # whose alone it is: what it does, nobody else gets
    rows_at_once: int | None = None  # the set size of exports while it is asked, where it is not the usual one
    counts: str = ""  # where the answer tells a number of households: a name of its context, or re: and a pattern
    due: Callable[[World, Persona], object] | None = None  # what it should tell, where that is no number of households
    counted_by: str = ""  # the permission within whose places it counts; the route's own where none is named
    among: tuple[int, int] | None = None  # the place that it counts in
    opens: tuple[str, tuple[int, int]] | None = None  # a permission, and the place all of which it must hold for
    headers: Mapping[str, str] = field(default_factory=dict)
    call: Callable[[World, User], object] | None = None  # instead of a request: an action or query, asked directly

    def __str__(self) -> str:
        data = "" if self.data is None else f" {dict(self.data)}"
        return f"{self.method.upper()} {self.path}{data[:300]}"


@dataclass(frozen=True)
class Route:
    """A route: the permission by which it shows what it shows, which classes that may be, and what to ask of it.

    `permission` is empty where nothing on file is shown; `demands` is what opens it at all, where that is another.
    """

    asks: Callable[[World], list[Ask]]
    permission: str = ""
    shows: frozenset[Kind] = frozenset()
    demands: str = ""

    def opens_to(self, persona: Persona) -> bool:
        """Whether the gate may let this person in, whatever they ask for."""
        demanded = self.demands or self.permission
        if demanded == PUBLIC:
            return True
        return persona.is_there if demanded in ("", SIGNED_IN) else bool(persona.where(demanded))


def may_see(world: World, persona: Persona, canary: Canary, route: Route, ask: Ask) -> bool:
    """Whether this person may find this canary in the answer to this request."""
    if canary.text in world.typed.get(persona.username, ()):
        return True
    if canary.kind is Kind.CLOSED or canary.kind not in route.shows:
        return canary.kind is Kind.USER and canary.owner == persona.username
    return _RULES[canary.kind](world, persona, canary, route, ask)


def _subject(world: World, persona: Persona, canary: Canary, route: Route, ask: Ask) -> bool:
    """What is on file of a household or person: where the page's permission holds. In a file of one, of that one alone."""
    is_of_another = ask.person is not None and canary.person is not None and canary.person != ask.person
    if is_of_another and route.permission == "subject.access" and ask.method != "get":
        return False
    number = world.place_of(canary)
    is_of_list = route.permission == "exports.request" and ask.then
    if is_of_list and number is not None and not persona.may(_read_by(ask), number):
        return False
    if number is not None and persona.may(route.permission, number):
        return True
    # The journal tells of what happened where it happened.
    was_there = world.was_at.get(canary.person or canary.home, set()) if route.permission == "journal.read" else set()
    return any(persona.may(route.permission, number) for number in was_there)


def _name(world: World, persona: Persona, canary: Canary, route: Route, ask: Ask) -> bool:
    number = world.place_of(canary)
    if route.permission == "subject.access" and ask.method != "get":
        return _subject(world, persona, canary, route, ask)
    leaves_out = "columns" in (ask.data or ()) and "shows_names" not in (ask.data or ())
    if leaves_out and route.permission == "exports.request":
        return False
    return number is not None and persona.may(NAMES, number) and _subject(world, persona, canary, route, ask)


def _read_by(ask: Ask) -> str:
    """What a list that is exported is read by."""
    return "linkage.read" if "list=missing" in ask.path else "households.read"


def _number(world: World, persona: Persona, canary: Canary, route: Route, ask: Ask) -> bool:
    """In clear only by the two ways in, for a reason; of one person only."""
    if route.permission == "exports.request":
        number = world.place_of(canary)
        may = [persona.may(each, number or 0) for each in ("exports.request", _read_by(ask), REVEAL)]
        return ask.gives_reason and all(may)
    is_asked_for = ask.person == canary.person if canary.person or ask.person else True
    return ask.gives_reason and is_asked_for and _subject(world, persona, canary, route, ask)


def _trace(world: World, persona: Persona, canary: Canary, route: Route, ask: Ask) -> bool:
    if route.permission == "subject.access":
        return ask.person == canary.person and _subject(world, persona, canary, route, ask)
    if canary.at is None:
        return all(persona.may_all(route.permission, *span(root)) for root in ROOTS)
    return persona.may(route.permission, canary.at)


def _export(world: World, persona: Persona, canary: Canary, route: Route, ask: Ask) -> bool:
    """Of who asked, of those who may approve all of it, and of the journal's readers where it is written down."""
    if canary.owner == persona.username:
        # Nobody decides about what they asked for themselves.
        return ask.path != "/exports/approvals/"
    if route.permission == "journal.read":
        return any(persona.may("journal.read", low) for low in _begins(world, canary.owner))
    return any(
        all(persona.may_all("exports.approve", low, high) for low, high in ranges)
        for name, ranges in world.exported_at.items()
        if world.asked_by[name] == canary.owner
    )


def _begins(world: World, owner: str) -> list[int]:
    return [ranges[0][0] for name, ranges in world.exported_at.items() if world.journalled_by[name] == owner]


def _file(world: World, persona: Persona, canary: Canary, route: Route, ask: Ask) -> bool:
    return canary.owner == persona.username


def _grant(world: World, persona: Persona, canary: Canary, route: Route, ask: Ask) -> bool:
    """Of oneself; of those who administer the place that it is for; of the journal's readers there."""
    assert canary.at is not None
    if canary.owner == persona.username or route.permission == "journal.read":
        return canary.owner == persona.username or persona.may("journal.read", canary.at)
    return persona.may_all("people.manage", canary.at, canary.upto)


def _user(world: World, persona: Persona, canary: Canary, route: Route, ask: Ask) -> bool:
    """Of oneself; of those all of whose live grants one administers; of who asked for what one approves, and decided."""
    if canary.owner == persona.username:
        return True
    if route.permission == "exports.request":
        has_decided = any(canary.owner == world.decided_by.get(name) and who == persona.username
                          for name, who in world.asked_by.items())  # fmt: skip
        return has_decided or _export(world, persona, canary, route, ask)
    if "/rolls/entries/" in ask.path:
        # Whoever records where somebody is missing chooses among those who record there.
        owner = EVERYBODY[canary.owner]
        held = [span(grant.place) for grant in owner.grants if owner.is_active and grant.holds("registry.write")]
        numbers = [span(place)[0] for place in ENTRIES.values()]
        return any(persona.may("registry.write", n) and any(low <= n < high for low, high in held) for n in numbers)
    live = [span(grant.place) for grant in EVERYBODY[canary.owner].grants if grant.when in ("now", "future")]
    is_administrator = bool(persona.where("people.manage"))
    if "/people/users/" not in ask.path or ask.path == "/people/users/":
        # A list of grants names whoever holds one of them; somebody who holds none waits for any administrator.
        return is_administrator and (not live or any(persona.may_all("people.manage", *each) for each in live))
    return is_administrator and all(persona.may_all("people.manage", *each) for each in live)


_RULES: Mapping[Kind, Callable[[World, Persona, Canary, Route, Ask], bool]] = {
    Kind.NAME: _name,
    Kind.END: _name,
    Kind.FACT: _subject,
    Kind.KEY: _subject,
    Kind.NUMBER: _number,
    Kind.TRACE: _trace,
    Kind.EXPORT: _export,
    Kind.FILE: _file,
    Kind.USER: _user,
    Kind.GRANT: _grant,
}
