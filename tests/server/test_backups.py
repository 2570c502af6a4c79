"""The way back is rehearsed: a backup made under writes is restored elsewhere and works; a damaged one is refused."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests import stores

from diguan.server.backups import BackupRefused, archive, sealing

pytestmark = pytest.mark.database
ROOT = Path(__file__).resolve().parents[2]
KEY = "a key of the tests, long enough"


@dataclass(frozen=True)
class Installation:
    """A data folder and a database of its own, worked on by programs."""

    data: Path
    env: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._words(words), cwd=ROOT, env=self._env(), capture_output=True, text=True, check=False
        )

    def step(self, name: str) -> dict[str, Any]:
        done = self.run("-m", "tests.server.rehearsal", name)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def diguan(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "diguan.cli", *words)

    @contextlib.contextmanager
    def written_to(self) -> Iterator[None]:
        """Somebody visits Household Li again and again meanwhile."""
        words = self._words(("-m", "tests.server.rehearsal", "write"))
        writer = subprocess.Popen(words, cwd=ROOT, env=self._env(), stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        try:
            writer.stdout.readline()
            yield
            assert writer.poll() is None
        finally:
            writer.kill()
            writer.wait()
            writer.stdout.close()

    def _words(self, words: tuple[str, ...]) -> list[str]:
        return [sys.executable, *words]

    def _env(self) -> dict[str, str]:
        ours = {"DIGUAN_DATA": str(self.data), "PYTHONPATH": f"src{os.pathsep}.", "DIGUAN_LANG": "en"}
        return {**os.environ, **self.env, **ours, "DJANGO_SETTINGS_MODULE": "diguan.server.settings"}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with stores.database_for_programs() as env:
        made = Installation(tmp_path_factory.mktemp("here"), env)
        assert made.step("found") == {"households": 2}
        assert (made.data / "keys.json").is_file()
        (made.data / "packs" / "own").mkdir(parents=True)
        (made.data / "packs" / "own" / "notes.txt").write_text("ours", "utf-8")
        yield made


@pytest.fixture(scope="module")
def sealed(here: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed backup, made while others write."""
    file, key = tmp_path_factory.mktemp("kept") / "diguan.backup", here.data / "key"
    key.write_text(KEY, "utf-8")
    with here.written_to():
        done = here.diguan("backup", str(file), "--key-file", str(key))
    assert done.returncode == 0, done.stderr
    assert "keys.json) are not in it" in done.stderr
    return file


def test_a_backup_made_under_writes_is_restored_elsewhere_and_works(
    here: Installation, sealed: Path, tmp_path: Path
) -> None:
    with stores.database_for_programs() as env:
        there = Installation(tmp_path / "there", env)
        words = ("restore", str(sealed), "--key-file", str(here.data / "key"))
        done = there.diguan(*words)
        assert done.returncode == 0, done.stderr
        assert not (there.data / "keys.json").exists()
        assert here.step("sessions") == {"count": 1}
        assert there.step("sessions") == {"count": 0}  # everybody signs in again
        told = there.step("tell")
        assert told["Observation"] > 2  # the writer was at work
        assert told | {"Observation": 0, "folder": ""} == {
            "Household": 2,
            "Person": 3,
            "Observation": 0,
            "agree": True,
            "li": "Li Guirong",
            "place": "Liujia Village",
            "page": 200,
            "shows_name": True,
            "list": 200,
            "folder": "",
            "restored": 1,
        }
        assert (Path(told["folder"]) / "outcomes.parquet").is_file()
        assert Path(told["folder"]).parent == there.data / "screenings"
        assert (there.data / "packs" / "own" / "notes.txt").read_text("utf-8") == "ours"
        assert [file.read_bytes() for file in there.data.glob("imports/*/original-1")] == [b"made up"]

        refused = there.diguan(*words)
        assert refused.returncode == 1
        assert "--replace" in refused.stderr
        assert there.diguan(*words, "--replace").returncode == 0
        assert there.step("tell")["Observation"] == told["Observation"]


def test_a_restored_journal_agrees_with_the_checkpoints_that_came_along(here: Installation, tmp_path: Path) -> None:
    file = tmp_path / "with-keys.backup"
    assert here.diguan("backup", str(file), "--with-keys").returncode == 0
    with stores.database_for_programs() as env:
        there = Installation(tmp_path / "there", env)
        assert there.diguan("restore", str(file)).returncode == 0
        done = there.diguan("journal", "verify")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 checkpoints agree" in done.stdout


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda content: content[:-40], "its beginning is damaged"),
        (lambda content: content[:2_000] + bytes([content[2_000] ^ 1]) + content[2_001:], "does not open"),
        (lambda content: b"not a backup", "no backup of Diguan"),
    ],
)
def test_a_damaged_backup_is_refused_and_touches_nothing(
    here: Installation, sealed: Path, tmp_path: Path, damage: Any, words: str
) -> None:
    before = here.step("tell")
    file = tmp_path / "damaged.backup"
    file.write_bytes(damage(sealed.read_bytes()))
    done = here.diguan("restore", str(file), "--key-file", str(here.data / "key"), "--replace")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert here.step("tell") == before


def test_a_sealed_backup_asks_for_its_key_and_refuses_another(here: Installation, sealed: Path, tmp_path: Path) -> None:
    without = here.diguan("restore", str(sealed), "--replace")
    assert without.returncode == 1
    assert "is sealed" in without.stderr
    (tmp_path / "other").write_text("another key, long enough", "utf-8")
    other = here.diguan("restore", str(sealed), "--replace", "--key-file", str(tmp_path / "other"))
    assert other.returncode == 1
    assert "does not open this backup" in other.stderr
    assert b"Guirong" not in sealed.read_bytes()


def test_keys_go_into_a_backup_only_when_asked_for(here: Installation, tmp_path: Path) -> None:
    for words, has_keys in (((), False), (("--with-keys",), True)):
        file = tmp_path / f"{has_keys}.backup"
        done = here.diguan("backup", str(file), *words)
        assert done.returncode == 0, done.stderr
        assert "It is not sealed" in done.stderr
        with tarfile.open(file) as tar:
            assert ("keys.json" in tar.getnames()) is has_keys
        assert file.stat().st_mode & 0o077 == 0


def test_a_backup_never_overwrites_another(here: Installation, tmp_path: Path) -> None:
    file = tmp_path / "kept.backup"
    file.write_text("kept", "utf-8")
    done = here.diguan("backup", str(file))
    assert done.returncode == 1
    assert "stays as it is" in done.stderr
    assert file.read_text("utf-8") == "kept"


@stores.on_postgresql
def test_missing_programs_are_named_with_what_to_install(here: Installation, tmp_path: Path) -> None:
    without = Installation(here.data, {**here.env, "DIGUAN_POSTGRESQL": str(tmp_path)})
    done = without.diguan("backup", str(tmp_path / "x.backup"))
    assert done.returncode == 1
    assert "pg_dump is missing" in done.stderr


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_what_was_sealed_opens_as_it_was(size: int) -> None:
    content, file = os.urandom(size), io.BytesIO()
    with sealing.Sealer(file, b"secret") as sealer:
        sealer.write(content)
    file.seek(len(sealing.MAGIC))
    assert sealing.Unsealer(file, b"secret").read() == content


def test_pieces_that_were_cut_off_or_swapped_do_not_open() -> None:
    file = io.BytesIO()
    with sealing.Sealer(file, b"secret") as sealer:
        sealer.write(os.urandom(3 << 20))
    whole, head, piece = file.getvalue(), len(sealing.MAGIC) + 23, (1 << 20) + 16
    swapped = (
        whole[:head] + whole[head + piece : head + 2 * piece] + whole[head : head + piece] + whole[head + 2 * piece :]
    )
    for damaged in (whole[: head + 2 * piece], swapped, whole + b"x"):
        stream = io.BytesIO(damaged)
        stream.seek(len(sealing.MAGIC))
        with pytest.raises(BackupRefused):
            sealing.Unsealer(stream, b"secret").read()


def test_a_file_that_the_manifest_does_not_name_or_that_climbs_out_is_refused(tmp_path: Path) -> None:
    about = archive.Manifest(store="sqlite", version="1", made_at="", has_keys=False, rows={})
    inside = tmp_path / "inside"
    inside.write_text("x", "utf-8")
    made = archive.write(tmp_path / "a.backup", about, {"inside": inside}, None)
    assert made.files["inside"] == (1, archive.digest(inside))
    with tarfile.open(tmp_path / "a.backup", "a") as tar:
        tar.add(inside, "../outside")
    with pytest.raises(BackupRefused, match=r"\.\./outside"):
        archive.unpack(tmp_path / "a.backup", tmp_path / "out", None)
    assert not (tmp_path / "outside").exists()
