"""Keys of an installation: they seal, hash and sign, and are rotated without losing what was closed before."""

import stat
from pathlib import Path

import pytest

from diguan import vault
from diguan.vault import keyring

ID_NUMBER = "made-up-number"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_sealed_text_opens_with_its_context_and_holds_nothing_readable(file: Path) -> None:
    ring = vault.opened(file)
    sealed = ring.seal(ID_NUMBER, context="person 1")
    assert ID_NUMBER not in sealed
    assert ring.unseal(sealed, context="person 1") == ID_NUMBER


def test_a_sealed_text_moved_to_another_person_does_not_open(file: Path) -> None:
    ring = vault.opened(file)
    with pytest.raises(vault.SealBroken):
        ring.unseal(ring.seal(ID_NUMBER, context="person 1"), context="person 2")


def test_an_altered_text_does_not_open(file: Path) -> None:
    ring = vault.opened(file)
    sealed = ring.seal(ID_NUMBER, context="person 1")
    with pytest.raises(vault.SealBroken):
        ring.unseal(sealed[:-6] + "AAAAA=", context="person 1")


def test_the_same_text_is_sealed_differently_each_time_and_hashed_alike(file: Path) -> None:
    ring = vault.opened(file)
    assert ring.seal(ID_NUMBER, context="") != ring.seal(ID_NUMBER, context="")
    assert ring.mac(ID_NUMBER, purpose="id") == ring.mac(ID_NUMBER, purpose="id")
    assert ring.mac(ID_NUMBER, purpose="id") != ring.mac(ID_NUMBER, purpose="phone")


def test_after_rotation_old_seals_open_until_the_old_key_is_dropped(file: Path) -> None:
    before = vault.opened(file).seal(ID_NUMBER, context="")
    vault.rotate("sealing", file=file)
    ring = vault.opened(file)
    after = ring.seal(ID_NUMBER, context="")
    assert after.split(":")[0] != before.split(":")[0]
    assert ring.unseal(before, context="") == ID_NUMBER
    vault.rotate("sealing", drop=True, file=file)
    ring = vault.opened(file)
    assert ring.unseal(after, context="") == ID_NUMBER
    with pytest.raises(vault.KeyUnknown):
        ring.unseal(before, context="")


def test_a_signature_is_checked_with_the_public_half_alone(file: Path) -> None:
    ring = vault.opened(file)
    signature, public = ring.sign(b"root"), ring.public_key()
    assert keyring.is_signed(b"root", signature, public)
    assert not keyring.is_signed(b"another root", signature, public)


def test_only_the_owner_may_read_the_file(file: Path) -> None:
    vault.opened(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_installations_share_no_key(file: Path, tmp_path: Path) -> None:
    sealed = vault.opened(file).seal(ID_NUMBER, context="")
    with pytest.raises(vault.SealBroken):
        vault.opened(tmp_path / "other.json").unseal(sealed, context="")
