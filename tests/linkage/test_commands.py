"""diguan linkage search, roll and missing, as they are typed; a search that is killed leaves no half search."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests import stores
from tests.cast import LIUJIA

import diguan

pytestmark = pytest.mark.database
PACK = "cn-jilin-2020"
PEOPLE = (
    "户编号,村,姓名,性别,出生日期,身份证号",
    f"1,{LIUJIA},韩庆波,男,1983-07-30,990101198307301179",
    f"2,{LIUJIA},韩庆波,男,1983-07-30,",
    f"3,{LIUJIA},郭凯旋,男,1980-11-02,",
)
ROLL = (
    "姓名,性别,出生日期,村,身份证号",
    f"郭凯旋,男,1980-11-02,{LIUJIA},",
    f"吴三省,男,1977-02-02,{LIUJIA},",
    f",男,1977-02-02,{LIUJIA},",
)
# Dies where everything is written and nothing is on file yet.
KILLED = """
import os, signal, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "diguan.server.settings"
django.setup()
from diguan.linkage import found
found.drop_vanished = lambda search: os.kill(os.getpid(), signal.SIGKILL)
from diguan.cli import main
sys.exit(main())
"""


def run(
    data: Path, *words: str, program: str = "from diguan.cli import main; import sys; sys.exit(main())"
) -> subprocess.CompletedProcess[str]:
    source = str(Path(diguan.__file__).parents[1])
    env = {**os.environ, "DIGUAN_DATA": str(data), "DIGUAN_LANG": "en", "PYTHONPATH": source}
    return subprocess.run([sys.executable, "-c", program, *words], env=env, capture_output=True, text=True, check=False)


def counted(data: Path, table: str) -> int:
    return stores.counted(data, f"linkage_{table}")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with stores.database_for_programs() as env, pytest.MonkeyPatch.context() as patch:
        for name, value in env.items():
            patch.setenv(name, value)
        yield filled(tmp_path_factory)


def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation with three people on file, two of whom are one."""
    folder = tmp_path_factory.mktemp("linkage")
    data = folder / "data"
    tree, people = folder / "places.csv", folder / "people.csv"
    tree.write_text(f"code,name,level,parent_code\n{LIUJIA},Liujia Village,village,\n", "utf-8")
    people.write_text("\n".join(PEOPLE), "utf-8")
    (folder / "roll.csv").write_text("\n".join(ROLL), "utf-8")
    for words in (
        ("migrate",),
        ("places", "import", str(tree), "--valid-from", "2015-01-01"),
        ("registry", "import", str(people), "--pack", PACK, "--source", "visit", "--apply"),
    ):
        done = run(data, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    return data


def test_a_search_that_is_killed_leaves_nothing_and_the_next_one_finds_all(data: Path) -> None:
    killed = run(data, "linkage", "search", "--pack", PACK, program=KILLED)
    assert killed.returncode == -signal.SIGKILL
    assert (counted(data, "search"), counted(data, "match")) == (0, 0)
    assert list((data / "linkage").glob("work-*"))  # what lay about when it died …
    done = run(data, "linkage", "search", "--pack", PACK)
    assert done.returncode == 0, done.stderr
    assert "1 new in the queue, 0 no longer there." in done.stdout
    assert not list((data / "linkage").glob("work-*"))  # … is gone with the next
    assert "0 new in the queue" in run(data, "linkage", "search", "--pack", PACK).stdout
    assert (counted(data, "search"), counted(data, "match")) == (2, 2)


def test_a_list_is_taken_in_and_compared_and_the_same_again_is_unchanged(data: Path) -> None:
    words = (
        "linkage",
        "roll",
        str(data.parent / "roll.csv"),
        "--source",
        "police",
        "--date",
        "2020-06-01",
        "--pack",
        PACK,
    )
    done = run(data, *words, "--refused", str(data.parent / "refused.csv"))
    assert done.returncode == 1, done.stderr
    assert "3 rows read, 2 accepted, 1 refused" in done.stdout
    assert "The row names nobody. 1" in done.stdout
    assert "no_name" in (data.parent / "refused.csv").read_text("utf-8-sig")
    again = run(data, *words)
    assert (again.returncode, again.stdout.strip()) == (0, "This very list is on file already; nothing has changed.")
    assert counted(data, "rollentry") == 2
    missing = run(data, "linkage", "missing")
    assert missing.returncode == 0, missing.stderr
    assert "Public security department · 2020-06-01" in missing.stdout
    assert "吴三省" not in missing.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--source", "nobody", "--date", "2020-06-01"), "The dictionary knows no source nobody."),
        (("--source", "police", "--date", "2020-06-01", "--place", "77"), "No place has the code 77."),
        (("--source", "police", "--date", "2020-06-01", "--map", "X=person_name"), "No column is headed “X”."),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(data: Path, words: tuple[str, ...], said: str) -> None:
    done = run(data, "linkage", "roll", str(data.parent / "people.csv"), "--pack", PACK, *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
