"""A file of households and people imported from the terminal, end to end, and hostile files that must do no harm."""

import csv
import datetime as dt
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.intake import hostile

from bench.figures import Figure
from diguan import rulebook
from diguan.intake import reading
from diguan.intake.parsing.limits import FileRefused
from diguan.rulebook.pack import Variable

HOUSEHOLDS = 30_000
PACK = "cn-jilin-2020"
EVERY = 3  # of the dictionary's variables, each third is a column


def figures(households: int = HOUSEHOLDS) -> list[Figure]:
    """Households a minute of `diguan registry import --apply`; hostile files dealt with wrongly, and what they cost."""
    folder = Path(tempfile.mkdtemp(prefix="diguan-bench-intake-"))
    try:
        return [*_imported(folder, households), *_hostile(folder / "hostile")]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _hostile(folder: Path) -> list[Figure]:
    """Every file of the tests' corpus read: wrong is whatever is neither a table nor a refusal in words."""
    wrong, count, memory, slowest = 0, 0, 0.0, 0.0
    for name, _sent, content in hostile.files():
        count += 1
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "file").write_bytes(content)
        started = time.monotonic()
        try:
            reading.parse(folder / "file", folder / "read")
        except FileRefused as refused:
            wrong += not refused.message().endswith(".")
        except Exception as error:  # noqa: BLE001 - this is what is counted
            wrong += 1
            print(f"{name}: {error!r}")
        slowest = max(slowest, time.monotonic() - started)
        told = folder / "read" / "memory"
        memory = max(memory, int(told.read_text()) / 1024 if told.exists() else 0)
    print(f"read {count} hostile files")
    return [
        Figure("2.hostile_files", wrong, "dealt with wrongly", 0),
        Figure("2.hostile_files_memory", memory, "MB of the process that reads, most", 256),
        Figure("2.hostile_files_seconds", slowest, "s for one file, most"),
    ]


def _imported(folder: Path, households: int) -> list[Figure]:
    environment = {**os.environ, "DIGUAN_DATA": str(folder / "data"), "DIGUAN_LANG": "en"}
    places = Path(sys.modules["diguan"].__file__ or "").parent / "places/data/places-jilin.csv"
    _run(environment, "migrate")
    _run(environment, "places", "import", str(places), "--valid-from", "2020-01-01")
    file = folder / "people.csv"
    people = write(file, places, households)
    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    said = _run(environment, "registry", "import", str(file), "--pack", PACK, "--source", "visit", "--apply")
    minutes = (time.monotonic() - started) / 60
    assert f"{households:,} households new" in said, said
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"imported {households:,} households with {people:,} persons in {minutes * 60:.1f} s")
    return [
        Figure(
            "2.import_csv_households_per_minute", households / minutes, "households with their persons, at least 30,000"
        ),
        # On a machine that does other things as well, this says more than the clock.
        Figure("2.import_csv_cpu", processor / households * 30_000, "s of CPU for 30,000 households"),
        Figure("2.import_csv_memory", after.ru_maxrss / 1024, "MB of the program, most"),
    ]


def _run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "diguan.cli", *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def write(file: Path, places: Path, households: int) -> int:
    """Write one row per person, as offices do, headings in Chinese; return the number of persons."""
    draw = random.Random(20)
    pack = rulebook.load(rulebook.shipped() / PACK)
    stated = [v for v in pack.variables.values() if v.read_from is None and v.type not in ("identifier", "text")][
        ::EVERY
    ]
    with places.open(encoding="utf-8") as rows:
        villages = [row["code"] for row in csv.DictReader(rows) if row["level"] == "village"]
    own = [v for v in stated if v.entity == "household"]
    of_person = [v for v in stated if v.entity == "person"]
    people = 0
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        write_row = csv.writer(out).writerow
        write_row(
            [
                "户编号",
                "村",
                "户主姓名",
                "姓名",
                "身份证号",
                *(v.label.in_language("zh-hans") for v in (*own, *of_person)),
            ]
        )
        for number in range(households):
            village = draw.choice(villages)
            said = [_value(v, draw) for v in own]
            for member in range(draw.choice((1, 2, 2, 3, 3, 4, 4, 4, 5, 5))):
                people += 1
                identity = [
                    f"H{number:07}",
                    village,
                    f"户主{number}",
                    f"成员{number}-{member}",
                    _id_number(people, draw),
                ]
                write_row([*identity, *said, *(_value(v, draw) for v in of_person)])
    return people


def _id_number(number: int, draw: random.Random) -> str:
    from diguan.rulebook.identifiers import check_digit

    born = dt.date(1935, 1, 1) + dt.timedelta(days=draw.randrange(30_000))
    first = f"{220102 + number // 1000:06}{born:%Y%m%d}{number % 1000:03}"
    return first + check_digit(first)


def _value(variable: Variable, draw: random.Random) -> str:
    if draw.random() < 0.02:
        return ""
    if variable.type == "boolean":
        return draw.choice("是否")
    if variable.type == "code":
        return draw.choice(list(variable.codes.values())).in_language("zh-hans")
    if variable.type == "date":
        return f"{dt.date(1950, 1, 1) + dt.timedelta(days=draw.randrange(25_000)):%Y.%m.%d}"
    low, high = int(variable.min or 0), int(variable.max or 6000)
    number = draw.randint(low, min(high, low + 6000))
    return str(number) if variable.type == "integer" else f"{number:,}"
