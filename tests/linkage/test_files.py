"""Files of every shape: what is refused, what is set aside, what stops a run."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from tests.linkage.conftest import CAST, Findings, Someone, others, write_csv

from diguan.cli.tour import diguan
from diguan.engine.problems import DataRefused
from diguan.linkage import matching

FAULTY = (
    Someone("a", "王伟", "男", "1979-06-03"),
    Someone("twice", "李四", "男", "1970-01-01"),
    Someone("twice", "李五", "男", "1970-01-01"),
    Someone("", "无名氏"),
    Someone("nameless", ""),
    Someone("b", "赵六", "male", "1985-13-40"),
    Someone("c", "孙七", "third", "1985"),
    Someone("d", "周八", "9", "不详"),
)


def _faults(folder: Path) -> list[tuple[str, str, str]]:
    with (folder / matching.FAULTS).open(encoding="utf-8-sig", newline="") as file:
        return [(row["row"], row["person_key"], row["reason"]) for row in csv.DictReader(file)]


def test_every_refused_row_and_unreadable_value_is_listed_with_its_reason(tmp_path: Path) -> None:
    found = matching.find(write_csv(tmp_path / "people.csv", FAULTY), tmp_path / "out")
    (file,) = found.files
    assert (file.rows, file.refused, file.set_aside) == (8, 4, 2)
    assert _faults(tmp_path / "out") == [
        ("2", "twice", "repeated"),
        ("3", "twice", "repeated"),
        ("4", "", "no_key"),
        ("5", "nameless", "no_name"),
        ("6", "b", "not_a_date"),
        ("7", "c", "not_a_sex"),
    ]


@pytest.mark.parametrize("people", [(), CAST[:1], CAST[:2]])
def test_hardly_anybody_is_no_fault(tmp_path: Path, people: tuple[Someone, ...]) -> None:
    found = matching.find(write_csv(tmp_path / "people.csv", people), tmp_path / "out")
    assert found.files[0].rows == len(people)
    assert found.clusters <= 1


def test_a_file_with_names_only_decides_nothing(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("person_key,name\na,王伟\nb,王伟\nc,李娜\n", "utf-8")
    found = matching.find(file, tmp_path / "out")
    assert (found.same, found.through) == (0, 0)
    assert found.files[0].missing == ["sex", "birth_date", "place", "household_key"]


def test_gb18030_is_read_as_utf_8_is(tmp_path: Path, findings: Findings) -> None:
    write_csv(tmp_path / "utf-8.csv", CAST)
    write_csv(tmp_path / "gb18030.csv", CAST, "gb18030")
    pairs = []
    for name in ("utf-8", "gb18030"):
        matching.find(tmp_path / f"{name}.csv", tmp_path / name)
        pairs.append(duckdb.execute(f"FROM '{tmp_path / name / matching.PAIRS}'").fetchall())
    assert pairs[0]
    assert pairs[0] == pairs[1]


WRITTEN = (
    ("男", "1957年7月7日"),
    ("m", "19570707"),
    ("１", "１９５７－０７－０７"),
    ("1", "1957.7.7"),
    ("male", "1957/07/07 00:00"),
    ("Ｍ", "１９５７年７月７日"),
)


def test_names_dates_and_sexes_are_read_however_they_are_written(tmp_path: Path) -> None:
    zhang = Someone("zhang", "張國棟", "男", "1957-07-07")
    again = [Someone(f"again-{n}", " 张·国　栋", sex, born) for n, (sex, born) in enumerate(WRITTEN)]
    in_1957 = Someone("in-1957", "张国栋", "男", "1957年")
    found = matching.find(write_csv(tmp_path / "people.csv", [zhang, *again, in_1957, *others()]), tmp_path / "out")
    findings = Findings(found, tmp_path / "out")
    assert found.files[0].set_aside == 0
    assert findings.cluster("zhang") >= {"zhang", *(person.key for person in again)}
    pair = findings.pair("zhang", "in-1957")
    assert pair
    assert pair["date"] == "partial"


def test_columns_in_another_order_with_some_missing_are_read(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("birth_date,name,person_key\n1957,张国栋,a\n1957,張國棟,b\n", "utf-8")
    found = matching.find(tmp_path / "people.csv", tmp_path / "out")
    assert found.files[0].missing == ["sex", "place", "household_key"]
    assert Findings(found, tmp_path / "out").decision("a", "b") != "same"


def test_between_two_lists_only_pairs_across_are_sought(tmp_path: Path) -> None:
    first = [person for person in CAST if "-" not in person.key]
    second = [person for person in CAST if "-" in person.key]
    register, police = write_csv(tmp_path / "register.csv", first), write_csv(tmp_path / "police.csv", second)
    found = matching.find(register, tmp_path / "out", police)
    sources = duckdb.execute(
        f"SELECT DISTINCT left_source, right_source FROM '{tmp_path / 'out' / matching.PAIRS}'"
    ).fetchall()
    assert sources == [("register", "list")]
    assert [file.file for file in found.files] == ["register.csv", "police.csv"]
    assert Findings(found, tmp_path / "out").decision("wu", "wu-plain") == "same"


def test_keys_may_stand_in_both_lists(tmp_path: Path) -> None:
    register = write_csv(tmp_path / "register.csv", CAST)
    found = matching.find(register, tmp_path / "out", write_csv(tmp_path / "list.csv", CAST))
    assert [file.refused for file in found.files] == [0, 0]
    assert Findings(found, tmp_path / "out").decision("guo", "guo") == "same"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "key,name\na,王伟\n",
            "people.csv lacks person_key; its columns are: key, name. Write person_key, name above the columns with a key of each row and "
            "with names, and, for what else is known, sex, birth_date, place, household_key, relation, id_mac.",
        ),
        ("", "people.csv is empty."),
        ("person_key,name\na\n", "people.csv, line 2: there are 1 cells, and the heading has 2."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "people.csv").write_text(text, "utf-8")
    with pytest.raises(DataRefused) as refused:
        matching.find(tmp_path / "people.csv", tmp_path / "out")
    assert refused.value.message() == words
    assert not (tmp_path / "out").exists()


def test_results_never_take_the_place_of_other_files(tmp_path: Path) -> None:
    people = write_csv(tmp_path / "people.csv", CAST[:2])
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("keep", "utf-8")
    with pytest.raises(DataRefused, match="no results of linkage"):
        matching.find(people, out)
    with pytest.raises(DataRefused, match="take the place of the data"):
        matching.find(people, tmp_path)
    assert [file.name for file in out.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize(("language", "words"), [("en", "one person"), ("zh-hans", "同一人"), ("zh-hant", "同一人")])
def test_the_terminal_says_what_was_found(tmp_path: Path, language: str, words: str) -> None:
    people = write_csv(tmp_path / "people.csv", FAULTY)
    arguments = ["linkage", "find", "--data", str(people), "--out", str(tmp_path / "out"), "--lang", language]
    result = CliRunner().invoke(diguan, arguments)
    assert result.exit_code == 0, result.output
    assert words in result.output
    assert "refused.csv" in result.output


def test_the_terminal_says_what_is_missing(tmp_path: Path) -> None:
    arguments = ["linkage", "find", "--data", str(tmp_path / "nothing.csv"), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(diguan, arguments)
    assert result.exit_code == 1
    assert "There is no file" in result.output
