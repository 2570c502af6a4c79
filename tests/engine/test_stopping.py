"""A screening that is stopped, or lacks memory, room or a right, says so and leaves the former results as they were."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from tests.rulebook.world import screen, write_data, write_pack

import diguan
from diguan.engine import DataRefused, Exhausted, Progress, Stopped, connection, folders, room, screening
from diguan.engine.progress import watched
from diguan.engine.session import OnDuckDB

HOUSEHOLDS = ["h,p,5000,,,,,,"]
PERSONS = ["a,h,,,true"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_data(tmp_path / "data", HOUSEHOLDS, PERSONS)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


class StoppedAt(Progress):
    """Somebody who wants the run to end once a step has begun."""

    def __init__(self, step: str) -> None:
        self._step, self._is_wanted = step, True
        self.steps: list[str] = []

    def step(self, name: str) -> None:
        self.steps.append(name)
        self._is_wanted = name != self._step

    def is_wanted(self) -> bool:
        return self._is_wanted


@pytest.mark.parametrize("step", ["reading", "screening", "writing"])
def test_a_run_that_is_stopped_leaves_the_former_results_and_nothing_else(
    tmp_path: Path, pack: Path, data: Path, step: str
) -> None:
    screen(pack, data, tmp_path / "out")
    before = contents(tmp_path)
    with pytest.raises(Stopped):
        screen(pack, data, tmp_path / "out", progress=StoppedAt(step))
    assert contents(tmp_path) == before


def test_a_long_statement_ends_soon_after_being_stopped(tmp_path: Path) -> None:
    progress = StoppedAt("now")
    begun = time.monotonic()
    threading.Timer(0.5, progress.step, ["now"]).start()
    endless = "SELECT count(*) FROM range(10000000) a(i), range(10000000) b(i) WHERE a.i % 7 = b.i % 5"
    with connection.connect(spill=tmp_path) as db:
        session = OnDuckDB(db)
        with pytest.raises(Stopped), watched(session, progress):
            session.rows(endless)
    assert time.monotonic() - begun < 10


def test_the_share_of_a_step_is_told_while_a_statement_runs_and_never_falls(tmp_path: Path) -> None:
    told: list[float] = []

    class Shares(Progress):
        def share(self, done: float) -> None:
            told.append(done)

    with connection.connect(spill=tmp_path, threads=1) as db:
        session = OnDuckDB(db)
        session.expect(2)
        with watched(session, Shares()):
            for _ in range(2):
                session.rows("SELECT count(DISTINCT md5(i::VARCHAR)) FROM range(1500000) a(i)")
    assert len(told) >= 2
    assert told == sorted(told)
    assert 0 < told[-1] <= 1


def test_a_run_with_too_little_memory_says_how_much_it_had(tmp_path: Path, pack: Path) -> None:
    many = [f"h{n},p,5000,,,,,,{'x' * 200}{n}" for n in range(40_000)]
    data = write_data(tmp_path / "data", many, [f"a{n},h{n},,,true" for n in range(40_000)])
    with pytest.raises(Exhausted, match=r"memory is not enough: this may take 7\.\d MiB.* --memory .* untouched"):
        screen(pack, data, tmp_path / "out", memory="8MB")
    assert {path.name for path in tmp_path.iterdir()} == {"pack", "data"}


# As DuckDB says it, of a file and of what does not fit into memory.
FULL = (
    duckdb.IOException('IO Error: Could not write file "outcomes.parquet": No space left on device'),
    duckdb.OutOfMemoryException(
        "Out of Memory Error: failed to offload data block of size 256.0 KiB (6.9 MiB/7.1 MiB used).\n"
        "This limit was set by the 'max_temp_directory_size' setting."
    ),
)


@pytest.mark.parametrize("error", FULL, ids=["file", "spilled"])
def test_a_full_disk_is_named_with_what_is_left_and_what_is_needed(
    tmp_path: Path, pack: Path, data: Path, monkeypatch: pytest.MonkeyPatch, error: duckdb.Error
) -> None:
    screen(pack, data, tmp_path / "out")
    before = contents(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(OnDuckDB, "write", full)
    with pytest.raises(Exhausted, match=r"disk is full: .* left in .*\.out\.unfinished.* takes about .* untouched"):
        screen(pack, data, tmp_path / "out")
    assert contents(tmp_path) == before


@pytest.mark.skipif(os.getuid() != 0, reason="only root may mount a small disk")
def test_on_a_disk_that_is_really_too_small_nothing_is_left_behind(tmp_path: Path, pack: Path, data: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine mounts nothing")
    try:
        many = [f"h{n:06},p,{n},,,,,," for n in range(60_000)]
        write_data(tmp_path / "data", many, [f"a{n},h{n:06},,,true" for n in range(60_000)])
        with pytest.raises(Exhausted, match=r"The disk is full: 0 MB are left in .*small"):
            screen(pack, tmp_path / "data", small / "out")
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "/results"), "You may not write to /results"),
        (OSError(30, "Read-only file system", "/results"), "/results lies on a disk that can only be read"),
        (OSError(122, "Disk quota exceeded"), "The disk is full"),
        (duckdb.IOException('Cannot open file "/results/x": Permission denied'), "You may not write to"),
    ],
)
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, error: Exception, said: str) -> None:
    with pytest.raises(Exhausted, match=said), room.in_words(tmp_path):
        raise error


def test_what_says_nothing_about_the_machine_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), room.in_words(tmp_path):
        raise FileNotFoundError(2, "No such file", "x")


def test_of_two_runs_with_the_same_results_the_second_is_refused(tmp_path: Path, pack: Path, data: Path) -> None:
    with folders.held(folders.unfinished(tmp_path / "out")) as is_mine:
        assert is_mine
        with pytest.raises(DataRefused, match="Another run is writing to"):
            screen(pack, data, tmp_path / "out")
    screen(pack, data, tmp_path / "out")


def test_what_a_killed_run_left_is_cleared_by_the_next(tmp_path: Path, pack: Path, data: Path) -> None:
    left = folders.unfinished(tmp_path / "out")
    (left / "results").mkdir(parents=True)
    (left / "results/outcomes.parquet").write_bytes(b"half")
    screen(pack, data, tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {"pack", "data", "out"}


def test_results_are_never_missing_though_a_run_died_while_they_were_swapped(
    tmp_path: Path, pack: Path, data: Path
) -> None:
    screen(pack, data, tmp_path / "out")
    left = folders.unfinished(tmp_path / "out")
    left.mkdir()
    (tmp_path / "out").rename(left / "former")
    with pytest.raises(Stopped):
        screen(pack, data, tmp_path / "out", progress=StoppedAt("reading"))
    assert (tmp_path / "out/screening.json").exists()


# A statement that takes a minute where the households are screened.
SLOW = """
import sys
from diguan.engine import outcomes
from diguan.cli import main
screened = outcomes.screened
slow = "(SELECT count(*) FROM range(10000000) a(i), range(10000000) b(i) WHERE a.i % 7 = b.i % 5) AS slow"
outcomes.screened = lambda *given: screened(*given).replace("SELECT ", f"SELECT {slow}, ", 1)
sys.exit(main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_the_program_at_once_and_in_order(tmp_path: Path, pack: Path, data: Path, number: int) -> None:
    words = [
        "screen",
        "--pack",
        str(pack),
        "--data",
        str(data),
        "--as-of",
        "2020-06-01",
        "--out",
        str(tmp_path / "out"),
    ]
    env = {**os.environ, "DIGUAN_LANG": "en", "PYTHONPATH": str(Path(diguan.__file__).parents[1])}
    with subprocess.Popen([sys.executable, "-c", SLOW, *words], env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        while "screening" not in process.stderr.readline():
            assert process.poll() is None
        time.sleep(0.5)
        begun = time.monotonic()
        process.send_signal(number)
        said = process.stderr.read()
    assert process.returncode == 130
    assert time.monotonic() - begun < 20  # on a busy machine; alone it is a second
    assert said == "Stopped. What stood there before is untouched.\n"
    assert {path.name for path in tmp_path.iterdir()} == {"pack", "data"}


def test_the_steps_have_words_and_weights() -> None:
    assert screening.STEPS.keys() == screening.WEIGHTS.keys()
