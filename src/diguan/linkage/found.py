"""What a search found, put on file. Called by the action that answers for it, in its transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from diguan.access.scope import Scope
from diguan.linkage import stakes
from diguan.linkage.models import Match, Roll, RollEntry, Search, Verdict
from diguan.registry import relations

_WHY = "linkage: keeping what a search found"
_AT_ONCE = 500
_State, _Status = RollEntry.State, RollEntry.Status


def stakes_of(bench: relations.Bench, scope: Scope, *, across: bool) -> set[int]:
    """Households of the pairs that are counted in a cohort, by id. Those of a list are in none."""
    sides = "right_home" if across else "unnest([left_home, right_home])"
    asked = bench.execute(f"SELECT DISTINCT {sides} FROM pairs").fetchall()
    return stakes.counted(scope, [row[0] for row in asked])


def keep_pairs(bench: relations.Bench, search: Search, homes: set[int], *, across: bool) -> dict[str, int]:
    """Put the pairs into the queue, each as both its sides see it; return how many of each decision, and how many are new.

    Of a list only what is uncertain, and what somebody spoke of, is kept as a pair. What was said of a pair stays.
    """
    _bring_verdicts(bench)
    wanted = "WHERE l IN (SELECT id FROM states WHERE state = 'review') OR said.pair IS NOT NULL" if across else ""
    rows = bench.execute(
        f"SELECT {', '.join(f'p.{name}' for name in _COLUMNS)}, coalesce(said.verdict, '') AS verdict, "
        f"coalesce(said.number, 0) AS verdicts FROM pairs p LEFT JOIN said USING (pair) {wanted} ORDER BY l, r"
    ).fetchall()
    mine = Match.objects.unscoped(_WHY).filter(roll=search.roll, is_first=True)
    before, counts = mine.count(), dict.fromkeys(Match.Decision.values, 0)
    for some in relations.chunks(rows, _AT_ONCE):
        made: list[Match] = []
        for row in some:
            told = dict(zip((*_COLUMNS, "verdict", "verdicts"), row, strict=True))
            counts[told["decision"]] += 1
            made += _sides(told, search, homes, across=across)
        Match.objects.unscoped(_WHY).bulk_create(
            made, update_conflicts=True, unique_fields=["pair", "is_first"], update_fields=_RENEWED
        )
    return {**counts, "new": mine.count() - before}


_COLUMNS = (
    "l", "r", "pair", "left_number", "right_number", "left_home", "right_home", "decision", "probability", "levels",
)  # fmt: skip
# Verdicts are not among them: a search does not undo what somebody said.
_RENEWED = [
    "search", "roll", "place_number", "person", "entry", "other_place_number", "other_person", "other_entry", "decision",
    "probability", "stake", "levels",
]  # fmt: skip


def drop_vanished(search: Search) -> int:
    """Take pairs out of the queue that were not found again where the search looked, and of which nobody said anything."""
    rows = Match.objects.unscoped(_WHY).filter(roll=search.roll, verdict="").exclude(search=search)
    if search.place is not None and search.roll is None:
        low, high = search.place.range
        rows = rows.filter(
            place_number__gte=low, place_number__lt=high, other_place_number__gte=low, other_place_number__lt=high
        )
    gone = rows.filter(is_first=True).count()
    rows.delete()
    return gone


def keep_states(bench: relations.Bench, roll: Roll) -> dict[str, int]:
    """Note for everybody on a list whether they are in the registry, uncertain or missing; return how many of each.

    Makes the table states, one row per entry.
    """
    _bring_verdicts(bench)
    by_hand = Match.objects.unscoped(_WHY).filter(roll=roll, is_first=True, verdict=Match.Verdict.SAME)
    united = by_hand.values_list("entry_id", "other_person_id")
    relations.fill(bench, "by_hand", {"entry": "BIGINT", "person": "BIGINT"}, united)
    bench.execute(_STATES)
    for some in relations.fetched(bench, "SELECT state, person, id FROM states ORDER BY id"):
        relations.update_rows(RollEntry, ["state", "person"], [some])
    every = RollEntry.objects.unscoped(_WHY).filter(roll=roll)
    every.filter(state=_State.MISSING, status="").update(status=_Status.TO_CHECK)
    came = every.filter(state=_State.FOUND).exclude(status__in=("", _Status.REGISTERED, _Status.OTHER_NAME))
    came.update(status=_Status.REGISTERED)
    counted = dict(bench.execute("SELECT state, count(*) FROM states GROUP BY 1").fetchall())
    return {
        "found": counted.get(_State.FOUND, 0),
        "to_review": counted.get(_State.REVIEW, 0),
        "missing": counted.get(_State.MISSING, 0),
    }


# Of several people who may be somebody, the one with the same number, else the likeliest, is who they are. Where the number is
# that of somebody who is otherwise another, a person looks, however well a third one fits.
_STATES = """
CREATE OR REPLACE TEMP TABLE candidates AS
SELECT p.*, s.verdict FROM pairs p LEFT JOIN said s USING (pair) WHERE s.verdict IS DISTINCT FROM 'different';
CREATE OR REPLACE TEMP TABLE sure AS
SELECT l AS id, arg_max(r, (decision = 'number', probability, -r)) AS person FROM candidates
WHERE verdict = 'same' OR (agrees AND verdict IS NULL AND (decision = 'number' OR l NOT IN (
  SELECT l FROM candidates WHERE decision = 'number' AND NOT agrees)))
GROUP BY l;
CREATE OR REPLACE TEMP TABLE states AS
SELECT e.id, coalesce(h.person, s.person) AS person,
       CASE WHEN coalesce(h.person, s.person) IS NOT NULL THEN 'found'
            WHEN e.id IN (SELECT l FROM candidates) THEN 'review' ELSE 'missing' END AS state
FROM listed e LEFT JOIN sure s USING (id) LEFT JOIN by_hand h ON h.entry = e.id"""


def _bring_verdicts(bench: relations.Bench) -> None:
    """The table said: the last verdict of each pair of which anybody said anything, and how many there are."""
    rows = relations.texts(Verdict.objects.order_by().values_list("pair", "verdict", "number"))
    relations.fill(bench, "every_verdict", {"pair": "UUID", "verdict": "VARCHAR", "number": "INTEGER"}, rows)
    bench.execute("""
        CREATE OR REPLACE TEMP TABLE said AS
        SELECT pair, arg_max(verdict, number) AS verdict, max(number) AS number FROM every_verdict GROUP BY pair""")


def _sides(row: dict[str, Any], search: Search, homes: set[int], *, across: bool) -> Iterator[Match]:
    at_stake = {row["right_home"]} if across else {row["left_home"], row["right_home"]}
    told: dict[str, Any] = {
        "pair": row["pair"], "search": search, "roll_id": search.roll_id, "decision": row["decision"],
        "probability": row["probability"], "levels": json.loads(row["levels"]), "verdict": row["verdict"],
        "verdicts": row["verdicts"], "stake": len(at_stake & homes),
    }  # fmt: skip
    left: dict[str, Any] = {"entry_id": row["l"]} if across else {"person_id": row["l"]}
    right: dict[str, Any] = {"person_id": row["r"]}
    for is_first, own, number, other, other_number in (
        (True, left, row["left_number"], right, row["right_number"]),
        (False, right, row["right_number"], left, row["left_number"]),
    ):
        theirs = {f"other_{name}": value for name, value in other.items()}
        places = {"place_number": number, "other_place_number": other_number}
        yield Match(is_first=is_first, **told, **own, **theirs, **places)
