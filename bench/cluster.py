"""python -m bench.cluster [--households N]: a Spark master with two workers here, one of them killed in mid-run.

Screens random households under cn-jilin-2020 with DuckDB, then on the cluster undisturbed, then once more while one worker
and what it runs is killed with -9 half-way through the screening; compares every file of results row for row.
Everything listens on loopback, and every process is ended by its own number.
"""

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.spark.same import assert_alike

from bench import population
from diguan import rulebook

PACK, AS_OF = "cn-jilin-2020", "2020-05-29"
SETTINGS = """\
spark.executor.memory 1g
spark.executor.cores 1
spark.driver.memory 1g
spark.sql.shuffle.partitions 16
"""
PATIENCE = 900  # seconds for one run


@dataclass
class Run:
    """How long a run took, when its screening began and ended, and what it said of lost executors."""

    seconds: float
    began: float
    ended: float
    lost: int


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("--households", type=int, default=300_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="diguan-cluster-") as name:
        folder = Path(name)
        pack = rulebook.load(rulebook.shipped() / PACK)
        households, persons = population.write(pack, folder / "data", asked.households)
        print(f"{households:,} households, {persons:,} persons, {PACK}")
        alone = _screen(folder, "duckdb", [])
        print(f"DuckDB: {alone.seconds:.1f} s")
        with _cluster(folder) as (master, workers):
            on_master = ["--engine", "spark", "--master", master]
            calm = _screen(folder, "calm", on_master)
            print(
                f"Spark, master and two workers: {calm.seconds:.1f} s, of them screening {calm.ended - calm.began:.1f} s"
            )
            half = (calm.ended - calm.began) / 2
            killed = _screen(folder, "killed", on_master, victim=workers[0], after=half)
        print(f"Spark, one worker killed {half:.1f} s into the screening: {killed.seconds:.1f} s")
        print(f"executors lost: undisturbed {calm.lost}, killed {killed.lost}")
        if not killed.lost:
            raise SystemExit("The worker was killed too late: nothing was lost.")
        for name in ("calm", "killed"):
            assert_alike(folder / "duckdb", folder / name)
        print("All files of results are the same, row for row.")
    return 0


def _screen(
    folder: Path, name: str, words: list[str], victim: subprocess.Popen[bytes] | None = None, after: float = 0
) -> Run:
    command = [sys.executable, "-m", "diguan.cli", "screen", "--pack", PACK, "--as-of", AS_OF, "--lang", "en"]
    command += ["--data", str(folder / "data"), "--out", str(folder / name), *words]
    started = time.monotonic()
    steps: dict[str, float] = {}
    lost = 0
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=_env(folder)
    ) as done:
        assert done.stderr is not None
        try:
            for line in done.stderr:
                lost += "Lost executor" in line
                if line.startswith("… "):
                    steps[line.strip("… \n")] = time.monotonic()
                    if victim is not None and "screening" in steps and "writing results" not in steps:
                        time.sleep(after)
                        os.killpg(victim.pid, signal.SIGKILL)
                        victim.wait()
            code = done.wait(PATIENCE)
        finally:
            done.kill()
    if code != 0:
        raise SystemExit(f"{name}: ended with {code}")
    return Run(time.monotonic() - started, steps["screening"], steps["writing results"], lost)


@contextlib.contextmanager
def _cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    import pyspark

    spark_class = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    port = _free_port()
    master = f"spark://127.0.0.1:{port}"
    deploy = "org.apache.spark.deploy"
    commands = [[f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0"]]
    for number in (1, 2):
        sizes = [
            "--cores",
            "1",
            "--memory",
            "1536m",
            "--webui-port",
            "0",
            "--work-dir",
            str(folder / f"worker{number}"),
        ]
        commands.append([f"{deploy}.worker.Worker", master, "--host", "127.0.0.1", *sizes])
    started: list[subprocess.Popen[bytes]] = []
    log = folder / "cluster.log"
    try:
        for command in commands:
            with log.open("ab") as said:
                # A session each: a worker and the executors that it starts are one group, and go together.
                each = subprocess.Popen(
                    [spark_class, *command], stdout=said, stderr=said, env=_env(folder), start_new_session=True
                )
            started.append(each)
            _wait_for(
                log,
                b"I have been elected leader" if len(started) == 1 else b"Successfully registered with master",
                max(1, len(started) - 1),
            )
        yield master, started[1:]
    finally:
        for each in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


def _wait_for(log: Path, words: bytes, times: int) -> None:
    until = time.monotonic() + 120
    while log.read_bytes().count(words) < times:
        if time.monotonic() > until:
            raise SystemExit(f"The cluster did not start:\n{log.read_text()[-2000:]}")
        time.sleep(0.5)


def _env(folder: Path) -> dict[str, str]:
    (folder / "conf").mkdir(exist_ok=True)
    (folder / "conf/spark-defaults.conf").write_text(SETTINGS, "utf-8")
    return {
        **os.environ,
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "TMPDIR": str(folder),
    }


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


if __name__ == "__main__":
    raise SystemExit(main())
