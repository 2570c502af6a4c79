"""One household of a finished screening explained from its files, hardly any other row of which is read.

python -m bench.explaining HOUSEHOLDS [PACK] measures other sizes.
"""

import datetime as dt
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import population
from bench.figures import Figure
from diguan import engine, rulebook
from diguan.engine.files import KEYED

PACK, AS_OF = "cn-jilin-2020", dt.date(2020, 5, 29)
ROWS = 122_880  # of a row group
ASKED = 7


def figures(households: int = 300_000, pack_name: str = PACK) -> list[Figure]:
    """The slowest of several households spread over the files, each asked for once."""
    folder = Path(tempfile.mkdtemp(prefix="diguan-bench-"))
    try:
        return _measured(folder, households, rulebook.load(rulebook.shipped() / pack_name))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measured(folder: Path, households: int, pack: rulebook.Pack) -> list[Figure]:
    rules = rulebook.at(pack, AS_OF)
    layout = f", {KEYED.format(rows=ROWS)}"
    _, tenth = population.write(pack, folder / "tenth", households // 10, layout=layout, scattered=True)
    _, persons = population.write(pack, folder / "whole", households, layout=layout, scattered=True)
    engine.screen(rules, folder / "tenth", folder / "out", engine.Options(memory="6GB"))
    # Keys are as exact in the whole as in its tenth, which comes from the same hand; nothing else of it is used.
    screening = engine.finished(folder / "out")

    def explain(data: str, number: int, known: engine.Finished | None = screening) -> object:
        return engine.one_household(rules, folder / data, f"h{number:09d}", beside=engine.Beside(known))

    spread = [households * part // ASKED for part in range(ASKED)]
    at_once = [_timed(lambda number=number: explain("whole", number)) for number in spread]
    of_tenth = [_timed(lambda number=number: explain("tenth", number // 10)) for number in spread]
    started = time.process_time()
    explain("whole", spread[1])
    work = time.process_time() - started
    keys_only = min(_timed(lambda number=number: explain("whole", number, None)) for number in spread[:2])
    words = [sys.executable, "-m", "diguan.cli", "explain", "--household", f"h{spread[3]:09d}"]
    words += ["--data", str(folder / "whole"), "--screening", str(folder / "out")]
    command = min(_timed(lambda: subprocess.run(words, stdout=subprocess.DEVNULL, check=True)) for _ in range(3))
    size = f"{persons:,} persons, {pack.id}"
    return [
        Figure("3.explain_household", max(at_once), f"s, {size}, with its screening, slowest of {ASKED}", 1.0),
        Figure("3.explain_median", sorted(at_once)[ASKED // 2], f"s, {size}, median of {ASKED}"),
        Figure("3.explain_cpu", work, f"s of CPU, {size}"),
        Figure("3.explain_growth", min(at_once) / min(of_tenth), f"times the time among {tenth:,} persons"),
        Figure("3.explain_without_screening", keys_only, f"s, {size}, columns of keys read in full"),
        Figure("3.explain_command", command, f"s, {size}, diguan explain from start to end"),
    ]


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    from bench import figures as shown

    shown.show(figures(int(sys.argv[1]), *sys.argv[2:]))
