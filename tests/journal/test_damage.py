"""Whatever stands in the tables, verification says what is wrong and never breaks off in the middle."""

from __future__ import annotations

import pytest
from tests.journal.conftest import Evidence

from diguan.journal.differences import Difference


def found(evidence: Evidence, *statements: str) -> list[Difference]:
    evidence.alter(*statements)
    return evidence.verify().differences


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ("UPDATE journal_batch SET root = '00' WHERE number = 2", ["batch_unsigned", "unlocated", "batch_unchained"]),
        ("UPDATE journal_batch SET signature = 's1:AAAA' WHERE number = 2", ["batch_unsigned"]),
        ("UPDATE journal_batch SET signature = '' WHERE number = 2", ["key_unknown"]),
        ("UPDATE journal_batch SET sealed_at = '2020-06-01 09:30:00' WHERE number = 2", ["batch_unsigned", "batch_unchained"]),
        ("UPDATE journal_batch SET count = 'many' WHERE number = 2", ["batch_unreadable"]),
        ("UPDATE journal_batch SET last_entry = 9000000000000000000 WHERE number = 2", ["batch_unreadable"]),
        ("UPDATE journal_batch SET unused = '1-9000000000000000' WHERE number = 2", ["batch_unreadable"]),
        ("UPDATE journal_batch SET root = CAST(X'ff' AS TEXT) WHERE number = 2", ["batch_unsigned", "unlocated", "batch_unchained"]),
        ("DELETE FROM journal_batch WHERE number = 2", ["batch_missing"]),
        ("UPDATE journal_batch SET leaves = 'text' WHERE number = 2", ["list_altered"]),
        ("UPDATE journal_batch SET leaves = zeroblob(640) WHERE number = 2", ["list_altered"]),
    ],
)  # fmt: skip
def test_a_damaged_batch_is_named(evidence: Evidence, statement: str, kinds: list[str]) -> None:
    differences = found(evidence, statement)
    assert [each.kind for each in differences] == kinds
    assert differences[0].batch == 2
    assert all(each.sentence for each in differences)


@pytest.mark.parametrize(
    "value",
    [
        "CAST('household.read' AS BLOB)",
        "CAST(X'ff' AS TEXT)",
        "12",
        "'household.read '",
        "'household.read' || char(0)",
        "''",
    ],
)
def test_a_value_of_another_kind_is_an_alteration_even_if_it_reads_the_same(evidence: Evidence, value: str) -> None:
    differences = found(evidence, f"UPDATE journal_entry SET verb = {value} WHERE id = 25")
    assert [(each.kind, each.entry) for each in differences] == [("altered", 25)]


@pytest.mark.parametrize("column", ["at", "actor_id", "subject_type", "subject_key", "place_number", "detail"])
def test_every_column_is_sealed(evidence: Evidence, column: str) -> None:
    value = {"actor_id": "7", "place_number": "NULL", "detail": "'{}'", "at": "'2020-06-01 08:00:00.000001'"}
    differences = found(
        evidence, f"UPDATE journal_entry SET {column} = {value.get(column, chr(39) + 'x' + chr(39))} WHERE id = 1"
    )
    assert [(each.kind, each.entry) for each in differences] == [("altered", 1)]


def test_an_entry_and_the_list_of_hashes_altered_together_leave_the_batch_to_be_named(evidence: Evidence) -> None:
    (difference,) = found(
        evidence,
        "UPDATE journal_entry SET verb = 'x' WHERE id = 25",
        "UPDATE journal_batch SET leaves = zeroblob(640) WHERE number = 2",
    )
    assert (difference.kind, difference.entry, difference.other) == ("unlocated", 21, 40)


def test_an_entry_taken_out_by_moving_the_rest_up_is_named_missing(evidence: Evidence) -> None:
    differences = found(
        evidence,
        "DELETE FROM journal_entry WHERE id = 25",
        "UPDATE journal_entry SET id = id - 1 WHERE id > 25",
    )
    assert (differences[0].kind, differences[0].entry) == ("missing", 25)


def test_entries_of_two_batches_swapped_are_both_named(evidence: Evidence) -> None:
    differences = found(
        evidence,
        "UPDATE journal_entry SET id = -5 WHERE id = 5",
        "UPDATE journal_entry SET id = 5 WHERE id = 45",
        "UPDATE journal_entry SET id = 45 WHERE id = -5",
    )
    assert [(each.kind, each.entry) for each in differences] == [("altered", 5), ("altered", 45)]


def test_an_entry_before_the_first_number_was_put_in(evidence: Evidence) -> None:
    differences = found(evidence, "UPDATE journal_entry SET id = 0 WHERE id = 60")
    assert [(each.kind, each.entry) for each in differences] == [("missing", 60), ("inserted", 0)]


def test_many_differences_are_counted_and_the_first_ones_named(evidence: Evidence) -> None:
    evidence.alter("UPDATE journal_entry SET actor_name = 'x'")
    report = evidence.verify()
    assert (len(report.differences), report.unnamed) == (20, 40)


def test_everything_gone_is_nothing_to_find_without_a_checkpoint(evidence: Evidence) -> None:
    evidence.alter("DELETE FROM journal_entry", "DELETE FROM journal_batch")
    assert evidence.verify().is_intact
    assert [each.kind for each in evidence.verify(evidence.checkpoint).differences] == ["checkpoint_ahead"]
