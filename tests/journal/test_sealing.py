"""Entries become batches: signed, chained, one after the other, and what another program works out is the same."""

from __future__ import annotations

import base64
import hashlib
import random
import threading
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import connection, transaction
from tests.journal import by_hand
from tests.journal.by_hand import hour
from tests.journal.conftest import Evidence, write

from diguan import vault
from diguan.journal import leaves, merkle, sealing, seals, verification
from diguan.journal.frontier import Frontier
from diguan.journal.models import Batch, Entry

pytestmark = pytest.mark.django_db
IS_POSTGRESQL = "postgresql" in settings.DATABASES["default"]["ENGINE"]


def intact() -> verification.Report:
    report = verification.verify(connection, verification.keys_here())
    assert report.differences == []
    return report


def test_everything_there_is_gets_sealed_and_then_nothing_more() -> None:
    write(50)
    done = sealing.seal(at=hour(9), largest=20)
    assert (done.batches, done.entries, done.last_entry) == (3, 50, Entry.objects.latest("id").pk)
    assert list(Batch.objects.order_by("number").values_list("count", flat=True)) == [20, 20, 10]
    assert sealing.seal(at=hour(10)).batches == 0
    assert (intact().entries, sealing.unsealed()) == (50, 0)


def test_nothing_is_sealed_where_nothing_is() -> None:
    assert sealing.seal(at=hour(9)) == sealing.Sealed(0, 0, 0)


def test_sealing_leaves_no_entry_of_its_own() -> None:
    write(3)
    sealing.seal(at=hour(9))
    assert Entry.objects.count() == 3


def test_what_came_after_the_seal_waits() -> None:
    write(5)
    sealing.seal(at=hour(9))
    write(2)
    report = intact()
    assert (report.entries, report.unsealed, sealing.unsealed()) == (5, 2, 2)


def test_a_seal_can_be_worked_out_from_the_documents_alone(evidence: Evidence) -> None:
    contents = [by_hand.leaf(row) for row in by_hand.rows(evidence.file, 21, 40)]
    first, second = (seal for seal, _signature in list(seals.read(connection))[:2])
    text = by_hand.header(
        2, list(range(21, 41)), by_hand.tree(contents), first.hashed.hex(), "2020-06-01 10:00:00.000000"
    )
    assert second.text.decode() == text
    assert second.previous == hashlib.sha256(b"\x00" + first.text).hexdigest()
    signature = Batch.objects.get(number=2).signature.partition(":")[2]
    public = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(evidence.public_key.partition(":")[2]))
    public.verify(base64.urlsafe_b64decode(signature), text.encode())


def test_the_bytes_of_an_entry_give_its_columns_back() -> None:
    write(2)
    contents = dict(leaves.read(connection, 1, 10**9, 10))
    entry = Entry.objects.latest("id")
    assert leaves.fields(contents[entry.pk])[3:8] == ["system", "household.read", "household", "k-1", None]
    assert leaves.fields(leaves.renumbered(contents[entry.pk], 12345))[0] == "12345"


def test_numbers_that_no_entry_has_are_named_in_the_seal() -> None:
    assert seals.unused(5, [6, 7, 10, 14]) == "5,8-9,11-13"
    seal = seals.Seal(1, 5, 14, 4, "5,8-9,11-13", "", "", "")
    assert list(seal.numbers()) == [6, 7, 10, 14]
    assert seals.read_text(seal.text.decode()) == seal


def test_a_number_lost_by_a_rollback_is_no_gap_in_the_seal() -> None:
    write(2)
    with transaction.atomic():
        write(1)
        transaction.set_rollback(True)
    write(2)
    sealing.seal(at=hour(9))
    assert intact().entries == 4


def test_a_clock_set_back_does_not_turn_the_order_round() -> None:
    write(1)
    sealing.seal(at=hour(9))
    write(1)
    sealing.seal(at=hour(8))
    assert [seal.sealed for seal, _signature in seals.read(connection)] == ["2020-06-01 09:00:00.000000"] * 2


def test_batches_signed_with_an_older_key_still_verify() -> None:
    write(1)
    sealing.seal(at=hour(9))
    vault.rotate("signing")
    write(1)
    sealing.seal(at=hour(10))
    intact()
    assert [batch.signature[:3] for batch in Batch.objects.order_by("number")] == ["s1:", "s2:"]


def test_a_batch_whose_key_was_dropped_says_which_key_is_wanted() -> None:
    write(1)
    sealing.seal(at=hour(9))
    public = vault.opened().public_key()
    vault.rotate("signing")
    vault.rotate("signing", drop=True)
    report = verification.verify(connection, verification.keys_here())
    assert "s1, which is not known here" in report.differences[0].sentence
    assert verification.verify(connection, verification.keys_named([], [public])).is_intact


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100])
def test_trees_are_those_of_the_rfc_and_every_path_leads_to_the_root(size: int) -> None:
    contents = [str(number).encode() for number in range(size)]
    hashes = [merkle.leaf(content) for content in contents]
    growing = merkle.Growing()
    for hashed in hashes:
        growing.add(hashed)
    root = by_hand.tree(contents)
    assert merkle.root(hashes) == growing.root == root
    for index, hashed in enumerate(hashes):
        path = merkle.path(index, hashes)
        assert merkle.root_by_path(index, size, hashed, path) == root
        if size > 1:
            assert merkle.root_by_path((index + 1) % size, size, hashed, path) != root if _fits(index, size) else True


def _fits(index: int, size: int) -> bool:
    """Whether the neighbouring leaf has a path of the same length, so that the two can be confused."""
    hashes = [bytes([number]) for number in range(size)]
    return len(merkle.path(index, hashes)) == len(merkle.path((index + 1) % size, hashes))


@pytest.mark.skipif(not IS_POSTGRESQL, reason="on SQLite numbers are committed in their order")
@pytest.mark.django_db(transaction=True)
def test_a_late_entry_with_a_low_number_is_awaited() -> None:
    """A transaction takes a number, others overtake it; the sealer waits for it, and for nobody who came later."""
    begun, finish = threading.Event(), threading.Event()

    def linger() -> None:
        try:
            with transaction.atomic():
                write(1, key="late")
                begun.set()
                finish.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=linger)
    thread.start()
    assert begun.wait(20)
    write(3, key="early")
    frontier = Frontier()
    assert sealing.seal(at=hour(9), frontier=frontier).entries == 0
    assert frontier.is_waiting
    write(2, key="after")
    finish.set()
    thread.join()
    time.sleep(0.1)
    assert sealing.seal(at=hour(9), frontier=frontier).entries == 6
    assert Entry.objects.order_by("id").first().subject_key == "late-0"  # type: ignore[union-attr]
    assert (intact().entries, sealing.unsealed()) == (6, 0)


@pytest.mark.skipif(not IS_POSTGRESQL, reason="on SQLite numbers are committed in their order")
@pytest.mark.django_db(transaction=True)
def test_writers_who_follow_each_other_without_end_do_not_hold_the_sealer_up() -> None:
    """Somebody is always in the middle of writing, but never the same one for long."""
    stopped = threading.Event()

    def keep_writing() -> None:
        while not stopped.is_set():
            with transaction.atomic():
                write(1)
                time.sleep(random.uniform(0.001, 0.02))
        connection.close()

    threads = [threading.Thread(target=keep_writing) for _ in range(4)]
    for thread in threads:
        thread.start()
    frontier, sealed = Frontier(), 0
    for _ in range(40):
        time.sleep(0.05)
        sealed += sealing.seal(at=hour(9), frontier=frontier).entries
    stopped.set()
    for thread in threads:
        thread.join()
    sealed += sealing.seal(at=hour(9)).entries
    assert sealed == Entry.objects.count() > 100
    assert intact().unsealed == 0
