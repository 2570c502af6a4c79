"""Eight kinds of attack on a copy of the database, by somebody who dropped the triggers.

Each is tried without a checkpoint from outside and with one. The table of docs/explanation/journal.md is compared with this one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.journal import by_hand
from tests.journal.conftest import BATCH, ENTRIES, Evidence

PAGE = Path(__file__).resolve().parents[2] / "docs/explanation/journal.md"
SPANS = [(1, 20), (21, 40), (41, 60)]
_FAKE = (
    "INSERT INTO journal_entry (id, at, actor_name, verb, subject_type, subject_key, detail) "
    "VALUES ({id}, '2020-06-01 08:00:00', 'system', 'household.read', 'household', 'made-up', '{{}}')"
)


def edit(evidence: Evidence) -> None:
    evidence.alter("UPDATE journal_entry SET actor_name = 'somebody-else' WHERE id = 25")


def delete(evidence: Evidence) -> None:
    evidence.alter("DELETE FROM journal_entry WHERE id = 25")


def insert(evidence: Evidence) -> None:
    """There is no room between two entries, so all later ones move on by one."""
    evidence.alter(
        "UPDATE journal_entry SET id = -id - 1 WHERE id >= 25",
        "UPDATE journal_entry SET id = -id WHERE id < 0",
        _FAKE.format(id=25),
    )


def swap(evidence: Evidence) -> None:
    evidence.alter(
        "UPDATE journal_entry SET id = -25 WHERE id = 25",
        "UPDATE journal_entry SET id = 25 WHERE id = 33",
        "UPDATE journal_entry SET id = 33 WHERE id = -25",
    )


def truncate(evidence: Evidence) -> None:
    """The last batch goes with its entries, and the counter is set back: what is left is as it was an hour before."""
    evidence.alter(
        "DELETE FROM journal_entry WHERE id > 40",
        "DELETE FROM journal_batch WHERE number = 3",
        "UPDATE sqlite_sequence SET seq = 40 WHERE name = 'journal_entry'",
    )


def truncate_and_seal(evidence: Evidence) -> None:
    """Ten entries go, and the thief of the key seals the rest as if they had never been."""
    times = by_hand.sealed_times(evidence.file)
    evidence.alter("DELETE FROM journal_entry WHERE id > 50")
    by_hand.seal_anew(evidence.file, evidence.secret, [*SPANS[:2], (41, 50)], times)


def rewrite(evidence: Evidence) -> None:
    times = by_hand.sealed_times(evidence.file)
    edit(evidence)
    by_hand.seal_anew(evidence.file, evidence.secret, SPANS, times)


def roll_back(evidence: Evidence) -> None:
    shutil.copy(evidence.older, evidence.file)


@dataclass(frozen=True)
class Attack:
    """What is done, how the documents call it, and what the first difference found is, without a checkpoint and with one."""

    name: str
    act: Callable[[Evidence], None]
    alone: tuple[str, int] | None
    with_checkpoint: tuple[str, int]


ATTACKS = [
    Attack("a value is edited", edit, ("altered", 25), ("altered", 25)),
    Attack("an entry is deleted", delete, ("missing", 25), ("missing", 25)),
    Attack("an entry is inserted in the middle", insert, ("inserted", 25), ("inserted", 25)),
    Attack("two entries are swapped", swap, ("moved", 25), ("moved", 25)),
    Attack("the end is cut off, with its seals", truncate, None, ("checkpoint_ahead", 3)),
    Attack("the end is cut off and the rest sealed anew with the stolen key", truncate_and_seal, None, ("checkpoint_differs", 3)),
    Attack("everything is rewritten and sealed anew with the stolen key", rewrite, None, ("checkpoint_differs", 3)),
    Attack("the whole database is set back to an older copy", roll_back, None, ("checkpoint_ahead", 3)),
]  # fmt: skip
attacks = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.act.__name__)


def _first(evidence: Evidence, *outside: object) -> tuple[str, int | None] | None:
    found = evidence.verify(*outside).differences  # type: ignore[arg-type]
    return (found[0].kind, found[0].entry or found[0].batch) if found else None


def test_a_journal_nobody_touched_is_intact(evidence: Evidence) -> None:
    report = evidence.verify(evidence.checkpoint)
    assert report.differences == []
    assert (report.entries, report.batches, report.unsealed) == (ENTRIES, ENTRIES // BATCH, 0)
    assert report.agreeing == [evidence.checkpoint]


@attacks
def test_the_seals_alone_find_what_the_documents_say_they_find(attack: Attack, evidence: Evidence) -> None:
    attack.act(evidence)
    assert _first(evidence) == attack.alone


@attacks
def test_with_a_checkpoint_from_outside_every_attack_is_found(attack: Attack, evidence: Evidence) -> None:
    attack.act(evidence)
    assert _first(evidence, evidence.checkpoint) == attack.with_checkpoint


def test_an_attack_that_is_not_found_leaves_a_journal_that_is_whole_in_itself(evidence: Evidence) -> None:
    rewrite(evidence)
    report = evidence.verify()
    assert (report.entries, report.unsealed, report.differences) == (ENTRIES, 0, [])


def test_a_checkpoint_older_than_the_attack_finds_what_was_there_before_it(evidence: Evidence) -> None:
    """A checkpoint vouches for what stood when it was made, and for nothing after it."""
    truncate(evidence)
    older = _of_two_batches(evidence)
    assert _first(evidence, older) is None


def _of_two_batches(evidence: Evidence) -> object:
    from diguan.journal import checkpoints

    return checkpoints.make(at=by_hand.hour(11), batches=2)


def test_the_table_in_the_documents_says_the_same() -> None:
    told = {}
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[1] in ("found", "not found"):
            told[cells[0]] = (cells[1], cells[2])
    assert told == {
        attack.name: ("found" if attack.alone else "not found", "found" if attack.with_checkpoint else "not found")
        for attack in ATTACKS
    }
