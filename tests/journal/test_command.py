"""diguan journal, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.journal.conftest import Evidence, write

from diguan.cli.journal import cli
from diguan.journal import actions, checkpoints
from diguan.journal.models import Batch, Entry

pytestmark = pytest.mark.django_db


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


def test_sealing_says_what_was_sealed_and_keeps_a_checkpoint() -> None:
    write(5)
    result = run("seal")
    assert result.exit_code == 0
    assert "5 entries sealed in 1 batches" in result.output
    assert len(checkpoints.kept()[0]) == 1
    assert "0 entries sealed in 0 batches" in run("seal").output
    assert Batch.objects.count() == 1


def test_verifying_says_how_much_is_sealed_how_much_not_and_which_checkpoints_agree() -> None:
    write(5)
    run("seal")
    write(2)
    result = run("verify")
    assert result.exit_code == 0
    assert "5 entries in 1 batches are sealed" in result.output
    assert "2 are not yet" in result.output
    assert "1 checkpoints agree" in result.output
    assert "Nothing sealed was altered." in result.output


def test_verifying_is_an_act_that_the_journal_keeps() -> None:
    write(1)
    run("seal")
    run("verify")
    detail = Entry.objects.get(verb=actions.VERIFIED).detail
    assert (detail["batches"], detail["checkpoint"], detail["differences"], detail["first"]) == (1, 1, 0, None)


def test_an_altered_copy_ends_with_1_and_names_the_entry(evidence: Evidence, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    assert run("checkpoint", "--out", kept).exit_code == 0
    good = run("verify", "--file", evidence.file, "--checkpoint", kept)
    assert (good.exit_code, "Nothing sealed was altered." in good.output) == (0, True)
    evidence.alter("UPDATE journal_entry SET verb = 'x' WHERE id = 25")
    bad = run("verify", "--file", evidence.file, "--checkpoint", kept)
    assert bad.exit_code == 1
    assert "Entry 25 was altered after it was sealed." in bad.output
    assert "Nothing sealed was altered." not in bad.output


def test_verifying_a_copy_changes_nothing_in_it(evidence: Evidence) -> None:
    before = evidence.file.read_bytes()
    run("verify", "--file", evidence.file, "--public-key", evidence.public_key)
    assert evidence.file.read_bytes() == before


def test_a_copy_is_not_verified_with_keys_of_its_own(evidence: Evidence) -> None:
    result = run("verify", "--file", evidence.file)
    assert result.exit_code == 2
    assert "--checkpoint or --public-key" in result.output


def test_a_checkpoint_is_never_written_over(evidence: Evidence, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    run("checkpoint", "--out", kept)
    before = kept.read_text()
    result = run("checkpoint", "--out", kept)
    assert result.exit_code == 1
    assert "is there already" in result.output
    assert kept.read_text() == before


def test_a_checkpoint_without_a_file_is_printed(evidence: Evidence) -> None:
    (printed,) = checkpoints.read(run("checkpoint").output, "printed")
    assert printed.entries == 60


def test_a_proof_is_verified_against_a_checkpoint_that_was_kept(evidence: Evidence, tmp_path: Path) -> None:
    kept, proof = tmp_path / "kept.txt", tmp_path / "proof.json"
    run("checkpoint", "--out", kept)
    assert run("prove", 25, "--checkpoint", kept, "--out", proof).exit_code == 0
    result = run("verify", "--proof", proof, "--checkpoint", kept)
    assert result.exit_code == 0
    assert "batch1-4" in result.output
    assert "came with the proof" not in result.output
    proof.write_text(proof.read_text().replace("batch1-4", "batch1-5"))
    broken = run("verify", "--proof", proof, "--checkpoint", kept)
    assert broken.exit_code == 1
    assert "does not lead to the checkpoint" in broken.output


def test_a_proof_that_brings_its_own_checkpoint_says_so(evidence: Evidence, tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    run("prove", 25, "--out", proof)
    result = run("verify", "--proof", proof)
    assert result.exit_code == 0
    assert "came with the proof" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["checkpoint"], "Nothing is sealed yet"),
        (["prove", 1], "Nothing is sealed yet"),
        (["verify", "--checkpoint", "{x}"], "holds no checkpoint"),
        (["verify", "--proof", "{x}"], "holds no proof"),
        (["verify", "--file", "{x}", "--public-key", "s1:AAAA"], "no database with a sealed journal"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(words: list[object], said: str, tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("something else\n")
    result = run(*(str(word).format(x=file) for word in words))
    assert result.exit_code != 0
    assert said in result.output


def test_an_entry_that_is_not_sealed_cannot_be_proven(evidence: Evidence) -> None:
    assert "Entry 61 is not among the 60 entries" in run("prove", 61).output
