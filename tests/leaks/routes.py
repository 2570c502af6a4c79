"""Every route of the server, what it may show, and what to ask of it. A new route needs a line here.

The line names the permission by which the page shows what is on file, the classes of canaries that may stand on it, and
requests: about something at every level, inside and outside of people's places, with a twin about what is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.leaks import asks_of_access as access
from tests.leaks import asks_of_exports as exports
from tests.leaks import asks_of_files as files
from tests.leaks import asks_of_households as households
from tests.leaks import asks_of_linkage as linkage
from tests.leaks import asks_of_planning as planning
from tests.leaks import asks_of_screenings as screenings
from tests.leaks.canaries import Kind
from tests.leaks.province import World
from tests.leaks.shown import PUBLIC, SIGNED_IN, Ask, Route

_SHEET = frozenset({Kind.NAME, Kind.FACT, Kind.KEY, Kind.END})
_LIST = frozenset({Kind.NAME, Kind.KEY})
_PAIR = frozenset({Kind.NAME, Kind.FACT, Kind.KEY, Kind.END})
_ENTRY = _PAIR | {Kind.USER}
_USERS = frozenset({Kind.USER, Kind.GRANT})
_EXPORT = frozenset({Kind.EXPORT, Kind.USER})
_IMPORT = frozenset({Kind.FILE, Kind.KEY, Kind.FACT})
_JOURNAL = frozenset({Kind.KEY, Kind.TRACE, Kind.EXPORT, Kind.GRANT})


def _plain(*asks: Ask) -> Callable[[World], list[Ask]]:
    return lambda world: list(asks)


ROUTES: Mapping[str, Route] = {
    "home": Route(_plain(Ask("/")), demands=SIGNED_IN),
    "sign-in": Route(access.sign_in, demands=PUBLIC),
    "sign-in-code": Route(
        _plain(Ask("/sign-in/code/"), Ask("/sign-in/code/", "post", {"code": "123456"})), demands=PUBLIC
    ),
    "sign-in-enrolment": Route(_plain(Ask("/sign-in/enrolment/")), demands=PUBLIC),
    "sign-out": Route(_plain(Ask("/sign-out/", "post")), demands=PUBLIC),
    "set_language": Route(
        _plain(Ask("/language/", "post", {"language": "en", "next": "/households/"})), demands=PUBLIC
    ),
    "money_unit": Route(_plain(Ask("/money-unit/", "post", {"unit": "wan", "next": "/households/"})), demands=PUBLIC),
    "account": Route(access.account, "", _USERS, demands=SIGNED_IN),
    "account-password": Route(access.password, "", _USERS, demands=SIGNED_IN),
    "account-factor": Route(_plain(Ask("/account/second-factor/")), demands=SIGNED_IN),
    "account-factor-removal": Route(access.proofs("removal"), "", _USERS, demands=SIGNED_IN),
    "account-recovery-codes": Route(access.proofs("codes"), "", _USERS, demands=SIGNED_IN),
    "account-sign-outs": Route(_plain(Ask("/account/sign-outs/", "post")), demands=SIGNED_IN),
    "people": Route(access.people, "people.manage", _USERS),
    "people-users": Route(access.users, "people.manage", _USERS),
    "people-grants": Route(access.grants, "people.manage", _USERS),
    "people-grant-end": Route(access.grant_ends, "people.manage", _USERS),
    "person": Route(access.persons, "people.manage", _USERS),
    "person-act": Route(access.person_acts, "people.manage", _USERS),
    "person-password": Route(access.person_passwords, "people.manage", _USERS),
    "board_top": Route(_plain(Ask("/board/")), demands="board.read"),
    "board": Route(households.boards, "households.read", _LIST, demands="board.read"),
    "comparisons": Route(_plain(Ask("/comparisons/")), demands="board.read"),
    "comparison": Route(households.comparisons, demands="board.read"),
    "comparison-households": Route(households.comparison_lists, "households.read", _LIST),
    "checks": Route(households.checks, demands="board.read"),
    "check": Route(households.check, "households.read", _LIST),
    "indices": Route(households.indices, demands="households.read"),
    "what-ifs": Route(_plain(Ask("/what-if/")), demands="what_if.read"),
    "what-if-proposal": Route(planning.proposals, demands="what_if.make"),
    "what-if": Route(planning.pages, demands="what_if.read"),
    "what-if-stopping": Route(planning.stoppings, demands="what_if.read"),
    "what-if-removal": Route(planning.removals, demands="what_if.read"),
    "what-if-households": Route(planning.lists, "households.read", _LIST),
    "screenings": Route(screenings.all_of_them, demands="screening.run"),
    "screening": Route(screenings.of_each(""), demands="screening.run"),
    "screening-cancellation": Route(screenings.of_each("cancellation/", "post"), demands="screening.run"),
    "screening-resumption": Route(screenings.of_each("resumption/", "post"), demands="screening.run"),
    "policies": Route(_plain(Ask("/policy/")), demands="policy.read"),
    "policy": Route(_plain(Ask("/policy/leaks/"), Ask("/policy/no-such-pack/")), demands="policy.read"),
    "policy_changes": Route(
        _plain(Ask("/policy/leaks/changes/"), Ask("/policy/leaks/changes/?before=eu-silc")), demands="policy.read"
    ),
    "households": Route(households.lists, "households.read", _LIST),
    "household": Route(households.pages, "households.read", _SHEET),
    "fact": Route(households.facts, "households.read", _SHEET),
    "fact-correct": Route(households.corrections, "registry.write", _SHEET),
    "fact-settle": Route(households.settlements, "registry.write", _SHEET),
    "fact-reveal": Route(households.reveals, "identifiers.reveal", _SHEET | {Kind.NUMBER}),
    "life_event": Route(households.life_events, "registry.write", _SHEET),
    "past": Route(households.pasts, "households.read", _SHEET),
    "subject": Route(households.subjects, "subject.access", _SHEET),
    "subject-file": Route(households.subject_files, "subject.access", _SHEET | {Kind.NUMBER, Kind.TRACE}),
    "conflicts": Route(households.conflicts, "registry.write", _LIST),
    "duplicates": Route(linkage.queue, "linkage.read", _PAIR),
    "duplicate": Route(linkage.pairs, "linkage.read", _PAIR),
    "duplicate-verdict": Route(linkage.verdicts, "linkage.decide", _PAIR),
    "rolls": Route(linkage.rolls, "linkage.read", demands="linkage.read"),
    "roll": Route(linkage.roll, "linkage.read", _PAIR),
    "roll-sending": Route(linkage.sendings, "rolls.send"),
    "roll-comparison": Route(lambda world: [Ask(f"/rolls/{world.roll}/comparison/", "post")], "rolls.send"),
    "roll-entry": Route(linkage.entries, "linkage.read", _ENTRY),
    "roll-follow-up": Route(linkage.follow_ups, "registry.write", _ENTRY),
    "journal": Route(files.journal, "journal.read", _JOURNAL),
    "journal-verification": Route(_plain(Ask("/journal/verification/", "post")), demands="journal.read"),
    "imports": Route(files.imports, "registry.write", _IMPORT),
    "import-template": Route(_plain(Ask("/imports/template/?pack=leaks")), demands="registry.write"),
    "import": Route(files.of_each(""), "registry.write", _IMPORT),
    "import-columns": Route(files.of_each("columns/", "post"), "registry.write", _IMPORT),
    "import-reopening": Route(files.of_each("reopening/", "post"), "registry.write", _IMPORT),
    "import-confirmation": Route(files.of_each("confirmation/", "post"), "registry.write", _IMPORT),
    "import-cancellation": Route(files.of_each("cancellation/", "post"), "registry.write", _IMPORT),
    "import-refused": Route(files.of_each("refused/"), "registry.write", _IMPORT),
    "import-report": Route(files.of_each("report/"), "registry.write", _IMPORT),
    "exports": Route(_plain(Ask("/exports/")), "exports.request", _EXPORT),
    "export-approvals": Route(
        _plain(Ask("/exports/approvals/")), "exports.request", _EXPORT, demands="exports.approve"
    ),
    "export-request": Route(
        lambda world: [*exports.requests(world), *linkage.exports(world)], "exports.request", _EXPORT
    ),
    "export": Route(exports.of_each(""), "exports.request", _EXPORT),
    "export-making": Route(exports.of_each("making/", "post"), "exports.request", _EXPORT),
    "export-file": Route(exports.files, "exports.request", _EXPORT | _LIST | {Kind.NUMBER, Kind.FACT}),
    "export-approval": Route(
        exports.of_each("approval/", "post"), "exports.request", _EXPORT, demands="exports.approve"
    ),
    "export-refusal": Route(
        exports.of_each("refusal/", "post", {"reason": "Not needed"}),
        "exports.request",
        _EXPORT,
        demands="exports.approve",
    ),
}
