"""A large screening that is cut off goes on from where it was, and comes out bit for bit as one that was not."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner
from tests.engine.test_stopping import StoppedAt
from tests.rulebook.world import FILES, rules, write_data, write_pack
from tests.spark.same import assert_same_rows

import diguan
from diguan import engine
from diguan.cli.screen import screen as screen_command
from diguan.engine import DataRefused, Exhausted, Stopped, folders, intake, judging, kept, parts
from diguan.engine.session import OnDuckDB
from diguan.engine.stages import Stages

# A line that is worked out over everybody, and checks of households and of persons.
PARAMETERS = """\
parameters:
  line:
    type: money
    unit: yuan
    label: Line
    computed: 0.6 * weighted_median(income, count_members())
    source: {document: rules}
"""
CHECKS = """\
checks:
  indebted: {entity: household, label: Indebted, text: Owes, severity: notice, mended_by: desk, fault_when: debt > income, source: {document: rules}}
  rich_child: {entity: person, label: Rich, text: Earns, severity: warning, mended_by: desk, fault_when: in_school AND wage > 10, source: {document: rules}}
"""
COUNT, PART = 900, 100


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    head = FILES["pack.yaml"] + "roles: {desk: Desk}\n"
    return write_pack(tmp_path / "pack", pack=head, parameters=PARAMETERS, checks=CHECKS)


def household(n: int) -> str:
    income = "" if n % 17 == 0 else str(n * 37 % 5000)
    return f"h{n:04},v{n // 50},{income},{n % 900},{n % 9},{'GOOD' if n % 3 else 'POOR'},,2019-01-01,"


def persons(n: int) -> list[str]:
    return [f"p{n:04}-{m},h{n:04},1980-01-01,{m * 7},{['true', 'false', ''][(n + m) % 3]}" for m in range(n % 5)]


def parquet(folder: Path) -> Path:
    """The files of a folder as Parquet, in the same order, in small row groups."""
    for file in folder.glob("*.csv"):
        columns = (
            "SELECT * REPLACE (CAST(income AS DECIMAL(18, 6)) AS income)" if file.stem == "households" else "SELECT *"
        )
        duckdb.sql(
            f"COPY ({columns} FROM read_csv('{file}', all_varchar = true)) TO '{file.with_suffix('.parquet')}' (ROW_GROUP_SIZE 64)"
        )
        file.unlink()
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    made = write_data(
        tmp_path / "data", [household(n) for n in range(COUNT)], [line for n in range(COUNT) for line in persons(n)]
    )
    return parquet(made)


def screen(pack: Path, data: Path, out: Path, **options: Any) -> engine.Screened:
    told = {"keep_from": 0, "part": PART, "threads": 2, "persons_too": True, **options}
    return engine.screen(rules(pack), data, out, engine.Options(**told))


def results(out: Path) -> dict[str, bytes]:
    return {
        file.name: file.read_bytes() for file in out.iterdir() if file.is_file() and file.suffix in (".parquet", ".csv")
    }


def assert_same_values(one: Path, other: Path) -> None:
    """The same files with the same columns and rows, in whatever order: rows of CSV files come in another order each time."""
    assert results(one).keys() == results(other).keys()
    for name, content in results(one).items():
        if name.endswith(".parquet"):
            assert_same_rows(one / name, other / name)
        else:
            assert results(other)[name] == content


def told(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "screening.json").read_text("utf-8"))
    return {name: value for name, value in found.items() if name != "seconds"}


class Died(Exception):
    """Stands for kill -9 within one process."""


def dying(monkeypatch: pytest.MonkeyPatch, after: int) -> list[str]:
    """Let writing die after so many files; the names of what is written are listed."""
    written: list[str] = []
    write = OnDuckDB.write

    def write_or_die(session: OnDuckDB, statement: str, file: Path) -> None:
        if len(written) == after:
            raise Died
        write(session, statement, file)
        written.append(file.name)

    monkeypatch.setattr(OnDuckDB, "write", write_or_die)
    return written


NOT_ENDED: Callable[[Path], Path] = folders.unfinished


def test_in_parts_and_at_once_the_values_are_the_same(tmp_path: Path, pack: Path, data: Path) -> None:
    screen(pack, data, tmp_path / "parts")
    screen(pack, data, tmp_path / "once", keep_from=1 << 40)
    assert told(tmp_path / "parts") == told(tmp_path / "once")
    assert told(tmp_path / "parts")["computed"]["line"] is not None
    assert_same_values(tmp_path / "once", tmp_path / "parts")


@pytest.mark.parametrize("after", [0, 1, 4, 8, 9, 10, 12])
def test_cut_off_after_any_file_it_goes_on_and_comes_out_bit_for_bit_the_same(
    tmp_path: Path, pack: Path, data: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    screen(pack, data, tmp_path / "whole")
    with monkeypatch.context() as patch:
        before = dying(patch, after)
        with pytest.raises(Died):
            screen(pack, data, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with monkeypatch.context() as patch:
        again = dying(patch, after=99)
        screen(pack, data, tmp_path / "out")
    done = {name for name in before if name.startswith("part-")}
    assert len(done) == min(after, 9)
    assert not done & set(again)  # nothing was done twice
    assert results(tmp_path / "out") == results(tmp_path / "whole")
    assert told(tmp_path / "out") == told(tmp_path / "whole")
    assert not NOT_ENDED(tmp_path / "out").exists()


def test_what_was_read_and_computed_over_everybody_is_not_done_again(
    tmp_path: Path, pack: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        dying(patch, after=2)
        with pytest.raises(Died):
            screen(pack, data, tmp_path / "out")

    def again(*_: object, **__: object) -> None:
        raise AssertionError("done again")

    monkeypatch.setattr(intake, "take_in", again)
    monkeypatch.setattr(judging.computed, "computed_values", again)
    monkeypatch.setattr(parts, "cut", again)
    screen(pack, data, tmp_path / "out")


def test_a_damaged_part_is_done_again(tmp_path: Path, pack: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen(pack, data, tmp_path / "whole")
    with monkeypatch.context() as patch:
        dying(patch, after=3)
        with pytest.raises(Died):
            screen(pack, data, tmp_path / "out")
    (NOT_ENDED(tmp_path / "out") / "stages/part-00001.parquet").write_bytes(b"half")
    with monkeypatch.context() as patch:
        again = dying(patch, after=99)
        screen(pack, data, tmp_path / "out")
    assert "part-00001.parquet" in again
    assert "part-00000.parquet" not in again
    assert results(tmp_path / "out") == results(tmp_path / "whole")


def test_with_other_data_another_pack_or_day_it_begins_anew(
    tmp_path: Path, pack: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        dying(patch, after=3)
        with pytest.raises(Died):
            screen(pack, data, tmp_path / "out")
    changed = f"COPY (SELECT * REPLACE (coalesce(income, 1) AS income) FROM '{data}/households.parquet') TO '{data}/new' (FORMAT parquet)"
    duckdb.sql(changed)
    (data / "new").rename(data / "households.parquet")
    screen(pack, data, tmp_path / "out")
    screen(pack, data, tmp_path / "fresh", keep_from=1 << 40)
    assert told(tmp_path / "out") == told(tmp_path / "fresh")


def test_refused_rows_are_kept_too(tmp_path: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    homes = [household(n) if n != 250 else "h0250,v5,100,much,,,,," for n in range(COUNT)]
    people = [line for n in range(COUNT) for line in persons(n)]
    people[700] = people[700].rpartition(",")[0] + ",perhaps"
    data = parquet(write_data(tmp_path / "data", homes, [*people, "q,nobody,,,"]))
    screen(pack, data, tmp_path / "whole")
    found = told(tmp_path / "whole")
    assert (found["refused_households"], found["households"]) == (2, COUNT - 2)
    with monkeypatch.context() as patch:
        dying(patch, after=4)
        with pytest.raises(Died):
            screen(pack, data, tmp_path / "out")
    screen(pack, data, tmp_path / "out")
    screen(pack, data, tmp_path / "once", keep_from=1 << 40)
    assert results(tmp_path / "out") == results(tmp_path / "whole")
    assert told(tmp_path / "out") == told(tmp_path / "once") == found
    assert results(tmp_path / "out")["refused.csv"] == results(tmp_path / "once")["refused.csv"]


def test_a_person_without_a_household_is_found_though_it_was_judged_in_parts(tmp_path: Path, pack: Path) -> None:
    homes, people = [household(n) for n in range(COUNT)], [line for n in range(COUNT) for line in persons(n)]
    data = parquet(write_data(tmp_path / "data", homes, [*people, "q,nobody,,,"]))
    screen(pack, data, tmp_path / "parts")
    screen(pack, data, tmp_path / "once", keep_from=1 << 40)
    assert told(tmp_path / "parts")["refused_persons"] == 1
    assert told(tmp_path / "parts") == told(tmp_path / "once")


@pytest.mark.parametrize("fact", ["parts", "computed", "reading"])
def test_cut_off_while_it_is_settled_it_is_all_found_out_again(
    tmp_path: Path, pack: Path, monkeypatch: pytest.MonkeyPatch, fact: str
) -> None:
    """Persons who name their household between blanks are found only when it is settled, and change the median."""
    homes, people = [household(n) for n in range(COUNT)], [line for n in range(COUNT) for line in persons(n)]
    people = [line.replace(",h", ", h", 1) if 300 <= number < 900 else line for number, line in enumerate(people)]
    data = parquet(write_data(tmp_path / "data", homes, people))
    screen(pack, data, tmp_path / "whole")
    keep_fact, kept_so_far = Stages.keep_fact, list[str]()

    def keep_or_die(stages: Stages, name: str, value: Any) -> None:
        keep_fact(stages, name, value)
        kept_so_far.append(name)
        if name == fact and kept_so_far.count(name) == 2:
            raise Died

    with monkeypatch.context() as patch:
        patch.setattr(Stages, "keep_fact", keep_or_die)
        with pytest.raises(Died):
            screen(pack, data, tmp_path / "out")
    screen(pack, data, tmp_path / "out")
    assert told(tmp_path / "out") == told(tmp_path / "whole")


@pytest.mark.parametrize("order", ["backwards", "mixed"])
def test_files_in_another_order_are_judged_at_once_and_rightly(tmp_path: Path, pack: Path, order: str) -> None:
    homes, people = [household(n) for n in range(COUNT)], [line for n in range(COUNT) for line in persons(n)]
    people = people[::-1] if order == "backwards" else sorted(people, key=lambda line: hash(line[::-1]))
    data = parquet(write_data(tmp_path / "data", homes, people))
    screen(pack, data, tmp_path / "parts")
    screen(pack, data, tmp_path / "once", keep_from=1 << 40)
    assert told(tmp_path / "parts") == told(tmp_path / "once")
    first, second = (f"FROM '{tmp_path}/{name}/outcomes.parquet'" for name in ("parts", "once"))
    assert duckdb.sql(f"{first} EXCEPT ALL {second}").fetchall() == []


def test_one_household_out_of_order_is_noticed(tmp_path: Path, pack: Path) -> None:
    homes, people = [household(n) for n in range(COUNT)], [line for n in range(COUNT) for line in persons(n)]
    away = [line for line in people if ",h0123," in line]
    assert away
    data = parquet(write_data(tmp_path / "data", homes, [line for line in people if line not in away] + away))
    screen(pack, data, tmp_path / "parts")
    screen(pack, data, tmp_path / "once", keep_from=1 << 40)
    first, second = (f"FROM '{tmp_path}/{name}/outcomes.parquet'" for name in ("parts", "once"))
    assert duckdb.sql(f"{first} EXCEPT ALL {second}").fetchall() == []


def test_csv_goes_on_by_stages(tmp_path: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_data(
        tmp_path / "data", [household(n) for n in range(30)], [line for n in range(30) for line in persons(n)]
    )
    screen(pack, data, tmp_path / "whole")
    with monkeypatch.context() as patch:
        assert dying(patch, after=1) == []
        with pytest.raises(Died):
            screen(pack, data, tmp_path / "out")
    with monkeypatch.context() as patch:
        again = dying(patch, after=99)
        screen(pack, data, tmp_path / "out")
    assert "whole.parquet" not in again
    assert_same_values(tmp_path / "out", tmp_path / "whole")


def test_stopped_or_on_a_full_disk_what_is_done_stays_for_the_next_run(
    tmp_path: Path, pack: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Stopped):
        screen(pack, data, tmp_path / "out", progress=StoppedAt("writing"))
    kept_parts = sorted(path.name for path in (NOT_ENDED(tmp_path / "out") / "stages").glob("part-*"))
    assert len(kept_parts) == 9
    assert sorted(path.name for path in NOT_ENDED(tmp_path / "out").iterdir()) == ["lock", "stages"]

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(OnDuckDB, "write", full)
        with pytest.raises(Exhausted):
            screen(pack, data, tmp_path / "out")
    with monkeypatch.context() as patch:
        again = dying(patch, after=99)
        screen(pack, data, tmp_path / "out")
    assert not set(kept_parts) & set(again)


@pytest.mark.parametrize("keep_from", [0, 10**9], ids=["large data", "small data"])
def test_data_that_change_while_they_are_read_are_not_taken(
    tmp_path: Path, pack: Path, data: Path, monkeypatch: pytest.MonkeyPatch, keep_from: int
) -> None:
    write = OnDuckDB.write

    def touched(session: OnDuckDB, statement: str, file: Path) -> None:
        write(session, statement, file)
        os.utime(data / "persons.parquet")

    monkeypatch.setattr(OnDuckDB, "write", touched)
    with pytest.raises(DataRefused, match="changed while they were read"):
        screen(pack, data, tmp_path / "out", keep_from=keep_from)
    assert not (tmp_path / "out").exists()


def test_small_data_leave_nothing_behind_and_are_not_cut(tmp_path: Path, pack: Path, data: Path) -> None:
    with pytest.raises(Stopped):
        engine.screen(rules(pack), data, tmp_path / "out", engine.Options(progress=StoppedAt("writing")))
    assert not NOT_ENDED(tmp_path / "out").exists()


def test_results_made_in_parts_can_be_replayed(tmp_path: Path, pack: Path, data: Path) -> None:
    screen(pack, data, tmp_path / "out")
    assert engine.results_in(tmp_path / "out", data) is not None
    assert kept.read(tmp_path / "out").inputs == kept.inputs(data)


KILLED = """
import os, sys
from pathlib import Path
from diguan.engine.options import Options
from diguan.engine.session import OnDuckDB
Options.__init__.__defaults__ = tuple({1 << 30: 0, 1_000_000: 100}.get(given, given) for given in Options.__init__.__defaults__)
at, write = sys.argv.pop(1), OnDuckDB.write
def killed(session, statement, file):
    if file.name == at:
        file.write_bytes(b"half")
        os.kill(os.getpid(), 9)
    write(session, statement, file)
OnDuckDB.write = killed
from diguan.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize("at", ["part-00003.parquet", "outcomes.parquet"])
def test_a_program_that_was_really_killed_goes_on_with_the_same_command(
    tmp_path: Path, pack: Path, data: Path, at: str
) -> None:
    words = f"screen --pack {pack} --data {data} --as-of 2020-06-01 --out {tmp_path / 'out'}".split()
    env = {**os.environ, "DIGUAN_LANG": "en", "PYTHONPATH": str(Path(diguan.__file__).parents[1])}

    def run(at: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-c", KILLED, at, *words]
        return subprocess.run(program, env=env, capture_output=True, text=True, check=False)

    assert run(at).returncode == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    assert (NOT_ENDED(tmp_path / "out") / "stages/part-00002.parquet").exists()
    ended = run("nothing")
    assert ended.returncode == 0, ended.stderr
    screen(pack, data, tmp_path / "whole", persons_too=False, threads=0)
    assert results(tmp_path / "out") == results(tmp_path / "whole")


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_terminal_says_where_what_was_done_lies_and_how_to_go_on(
    tmp_path: Path, pack: Path, data: Path, monkeypatch: pytest.MonkeyPatch, is_kept: bool
) -> None:
    def stopped(*_: object) -> None:
        if is_kept:
            NOT_ENDED(tmp_path / "out").mkdir()
        raise Stopped

    monkeypatch.setattr(engine, "screen", stopped)
    words = ["--pack", str(pack), "--data", str(data), "--as-of", "2020-06-01", "--out", str(tmp_path / "out")]
    ended = CliRunner().invoke(screen_command, [*words, "--lang", "en"])
    assert ended.exit_code == 130
    assert ("The same command goes on from there" in ended.stderr) is is_kept
