"""Nothing is lost and nothing counts twice when the power goes: a program is killed while it writes, and goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests import stores
from tests.cast import LIUJIA

import diguan

HOUSEHOLDS = 600


def _program(data: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", _SMALL_SLICES, *words]


# Slices of fifty households, so that there are many moments to be killed at.
_SMALL_SLICES = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "diguan.server.settings"
django.setup()
import diguan.intake.ready as ready
ready.SLICE = 50
from diguan.cli import main
sys.exit(main())
"""


def _environment(data: Path) -> dict[str, str]:
    source = str(Path(diguan.__file__).parents[1])
    return {**os.environ, "DIGUAN_DATA": str(data), "DIGUAN_LANG": "en", "PYTHONPATH": source}


def _run(data: Path, *words: str) -> str:
    done = subprocess.run(_program(data, *words), env=_environment(data), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _households(data: Path) -> tuple[int, int]:
    """Households and observations on file, counted in the database itself."""
    household, observation = (stores.counted(data, f"registry_{name}") for name in ("household", "observation"))
    return household, observation


@pytest.mark.parametrize("at_slices", [1, 5])
def test_an_application_killed_while_it_writes_is_finished_by_the_next_and_counts_once(
    tmp_path: Path, at_slices: int, database_of_programs: None
) -> None:
    data = tmp_path / "data"
    _run(data, "migrate")
    tree = tmp_path / "places.csv"
    tree.write_text(f"code,name,level,parent_code\n{LIUJIA},Liujia Village,village,\n", "utf-8")
    _run(data, "places", "import", str(tree), "--valid-from", "2015-01-01")
    file = tmp_path / "people.csv"
    rows = [f"{n},{LIUJIA},户{n},人{n},是" for n in range(HOUSEHOLDS)]
    file.write_text("\n".join(["户编号,村,户主,姓名,主食够吃", *rows]), "utf-8")
    words = ("registry", "import", str(file), "--pack", "cn-jilin-2020", "--source", "visit", "--apply")

    process = subprocess.Popen(_program(data, *words), env=_environment(data), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while _households(data)[0] < 50 * at_slices:
        assert process.poll() is None, "finished before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    households, observations = _households(data)
    assert households == observations  # every household whole
    assert households % 50 == 0
    assert 0 < households < HOUSEHOLDS

    said = _run(data, *words)
    assert "An import that was cut off is finished first." in said
    assert f"{HOUSEHOLDS} households new" in said
    assert f"{HOUSEHOLDS} households unchanged, on file already" in said
    assert _households(data) == (HOUSEHOLDS, HOUSEHOLDS)
