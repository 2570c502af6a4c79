"""Checkpoints: small signed texts in the form of transparency logs, kept outside, never written over."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from tests.journal import by_hand
from tests.journal.by_hand import hour
from tests.journal.conftest import Evidence, write

from diguan import vault
from diguan.journal import checkpoints, proofs, sealing, seals, verification

pytestmark = pytest.mark.django_db


def seal_some(count: int, at: int) -> None:
    write(count, key=f"hour{at}")
    sealing.seal(at=hour(at))


def test_a_checkpoint_is_a_signed_note_that_another_program_can_check() -> None:
    seal_some(5, 9)
    seal_some(5, 10)
    text = checkpoints.make(at=hour(11)).text
    content, signature_line = text.split("\n\n")
    origin, size, root = content.splitlines()[:3]
    _dash, name, signature = signature_line.split()
    raw = base64.b64decode(signature)
    public = base64.urlsafe_b64decode(vault.opened().public_key().partition(":")[2])
    assert (origin, size, name) == ("diguan", "2", "diguan/s1")
    assert base64.b64decode(root) == by_hand.tree([seal.text for seal, _signature in seals.read(connection)])
    assert raw[:4] == hashlib.sha256(f"{name}\n".encode() + b"\x01" + public).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], f"{content}\n".encode())


def test_a_checkpoint_reads_back_even_after_a_journey_by_mail() -> None:
    seal_some(5, 9)
    made = checkpoints.make(at=hour(10))
    assert checkpoints.read(made.text.replace("\n", "\r\n") + "\r\n", "mail") == [made]


@pytest.mark.parametrize("text", ["", "hello\n", "diguan\nx\n\n— diguan/s1 AAAA\n", "\x00"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(checkpoints.CheckpointUnreadable):
        checkpoints.read(text, "x")


def test_there_is_no_checkpoint_of_nothing() -> None:
    with pytest.raises(checkpoints.NothingSealed):
        checkpoints.make(at=hour(9))
    assert checkpoints.keep(at=hour(9)) is None


def test_the_folder_gets_one_checkpoint_for_every_seal() -> None:
    for at in (9, 10, 11):
        seal_some(2, at)
        assert checkpoints.keep(at=hour(at)) is not None
        assert checkpoints.keep(at=hour(at)) is None
    assert [each.batches for each in checkpoints.kept()[0]] == [1, 2, 3]
    assert len(list(checkpoints.folder().iterdir())) == 1


@pytest.mark.parametrize("written", [1, 40, 120])
def test_half_a_checkpoint_left_by_a_power_cut_hides_no_other(written: int) -> None:
    for at in (9, 10, 11):
        seal_some(2, at)
        made = checkpoints.keep(at=hour(at))
        if at == 10:
            assert made is not None
            (file,) = checkpoints.folder().iterdir()
            file.write_text(file.read_text().removesuffix(made.text) + made.text[:written])
    known, damaged = checkpoints.kept()
    assert [each.batches for each in known] == [1, 3]
    assert damaged == [file]


def test_a_checkpoint_of_another_history_is_a_difference(evidence: Evidence) -> None:
    ours, other = evidence.checkpoint, _of_another_history()
    report = verification.verify(connection, verification.keys_here(), [ours, other])
    assert [each.kind for each in report.differences] == ["checkpoint_differs"]


def _of_another_history() -> checkpoints.Checkpoint:
    real = checkpoints.make(at=hour(13))
    keys = vault.opened()
    drawn = (
        real.origin,
        real.batches,
        b"\x07" * 32,
        real.entries,
        real.last_entry,
        real.time,
        real.public_key,
        real.signer,
    )
    signed = base64.urlsafe_b64decode(keys.sign(checkpoints.Checkpoint(*drawn, "").content.encode()).partition(":")[2])
    mark = base64.b64decode(real.signature)[:4]
    return checkpoints.Checkpoint(*drawn, base64.b64encode(mark + signed).decode())


def test_a_checkpoint_somebody_made_up_proves_nothing_and_is_said_to(evidence: Evidence) -> None:
    real = evidence.checkpoint
    text = real.text.replace("entries 60", "entries 61")
    (forged,) = checkpoints.read(text, "x")
    report = verification.verify(connection, verification.keys_here(), [forged])
    assert [each.kind for each in report.differences] == ["checkpoint_unsigned"]


def test_a_key_file_replaced_by_the_thief_is_seen_by_the_checkpoint_that_was_kept(
    evidence: Evidence, settings: Any
) -> None:
    """The thief makes a key of the same name and seals everything anew with it: the journal here verifies with it."""
    times = by_hand.sealed_times(evidence.file)
    Path(settings.KEYS).unlink()
    stolen = vault.opened().current("signing").secret
    evidence.alter("UPDATE journal_entry SET actor_name = 'x' WHERE id = 25")
    by_hand.seal_anew(evidence.file, stolen, [(1, 20), (21, 40), (41, 60)], times)
    evidence.public_key = vault.opened().public_key()
    assert evidence.verify().is_intact
    evidence.public_key = evidence.checkpoint.public_key
    assert evidence.verify(evidence.checkpoint).differences[0].kind == "batch_unsigned"


@pytest.mark.parametrize("number", [1, 20, 21, 43, 60])
def test_one_entry_is_proven_to_whoever_holds_the_checkpoint(evidence: Evidence, number: int) -> None:
    proof = proofs.read(proofs.prove(number, evidence.checkpoint).text)
    columns = proofs.insist(proof, evidence.checkpoint)
    assert columns[0] == str(number)
    assert columns[6] == f"batch{(number - 1) // 20}-{(number - 1) % 20}"


def test_a_proof_serves_an_older_checkpoint_too(evidence: Evidence) -> None:
    older = checkpoints.make(at=hour(11), batches=2)
    proofs.insist(proofs.prove(7, older), older)
    with pytest.raises(proofs.NotSealed):
        proofs.prove(41, older)


@pytest.mark.parametrize(
    ("what", "by"),
    [
        ("entry", "household.forgotten"),
        ("seal", "count 19"),
        ("index", 3),
        ("batch_index", 0),
        ("path", []),
        ("path", "x"),
    ],
)
def test_a_proof_that_was_altered_is_broken(evidence: Evidence, what: str, by: object) -> None:
    import dataclasses

    proof = proofs.prove(25, evidence.checkpoint)
    changed = getattr(proof, what)
    if isinstance(by, str) and what in ("entry", "seal"):
        by = changed.replace("household.read" if what == "entry" else "count 20", by)
    with pytest.raises(proofs.ProofBroken):
        proofs.insist(dataclasses.replace(proof, **{what: by}), evidence.checkpoint)


def test_a_proof_does_not_lead_to_the_checkpoint_of_another_moment(evidence: Evidence) -> None:
    proof = proofs.prove(25, evidence.checkpoint)
    with pytest.raises(proofs.ProofBroken):
        proofs.insist(proof, checkpoints.make(at=hour(11), batches=2))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "x"}', '{"format": "diguan.journal proof/1"}', "1"])
def test_what_is_no_proof_is_refused(text: str) -> None:
    with pytest.raises(proofs.ProofUnreadable):
        proofs.read(text)
