"""Files in every shape they come in: encodings, separators, quotes, Parquet of any type."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from tests.engine.test_faulty_data import DERIVED, PERSON, SOUND, results
from tests.rulebook.world import HOUSEHOLDS, screen, write_data, write_pack

from diguan import engine

Screened = tuple[engine.Screened, dict[str, dict[str, object]], list[dict[str, str]]]
TEXT = f"{HOUSEHOLDS}\n{SOUND}\nh2,p,1,,,,,,山地\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack", derived=DERIVED)


@pytest.fixture
def with_households(tmp_path: Path, pack: Path) -> Callable[[bytes], Screened]:
    """Screens with the given bytes as households.csv."""

    def run(content: bytes) -> Screened:
        data = write_data(tmp_path / "data", [], [PERSON])
        (data / "households.csv").write_bytes(content)
        done = screen(pack, data, tmp_path / "out")
        return done, *results(tmp_path / "out")

    return run


READABLE = {
    "UTF-8": TEXT.encode(),
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "UTF-16, little end first": b"\xff\xfe" + TEXT.encode("utf-16-le"),
    "UTF-16, big end first": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "GB18030": TEXT.encode("gb18030"),
    "Windows line ends": TEXT.replace("\n", "\r\n").encode(),
    "old Mac line ends": TEXT.replace("\n", "\r").encode(),
    "no line end at the end": TEXT.rstrip("\n").encode(),
    "semicolons": TEXT.replace(",", ";").encode(),
    "tabs": TEXT.replace(",", "\t").encode(),
    "blank lines": ("\n\n\n\n" + TEXT.replace("\n", "\n\n")).encode(),
    "every cell in quotes": "".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in TEXT.splitlines()
    ).encode(),
    "a last column without a name": "".join(line + ",\n" for line in TEXT.splitlines()).encode(),
}


@pytest.mark.parametrize("way", READABLE)
def test_a_file_is_read_the_same_in_every_usual_shape(with_households: Callable[[bytes], Screened], way: str) -> None:
    done, outcomes, refused = with_households(READABLE[way])
    assert (done.households, refused) == (2, [])
    assert [str(outcomes["h1"][name]) for name in ("kept", "wood", "good", "safe", "since", "noted")] == [
        "4900.000000", "3.000000", "True", "True", "10.000000", "True",
    ]  # fmt: skip
    assert outcomes["h2"]["noted"] is False


def test_quotes_and_line_ends_in_a_cell_belong_to_it(with_households: Callable[[bytes], Screened]) -> None:
    content = f'{HOUSEHOLDS}\n"h,1","a ""b""\nc",1,,,,,,x\n#h2,p,1,,,,,,\'x\'\n'
    _, outcomes, _ = with_households(content.encode())
    assert {key: (row["place"], row["noted"]) for key, row in outcomes.items()} == {
        "h,1": ('a "b"\nc', True), "#h2": ("p", False),
    }  # fmt: skip


UNREADABLE = {
    "nothing": (b"", "households.csv is empty."),
    "only blank lines": (b"\r\n \n", "households.csv is empty."),
    "only a mark": (b"\xef\xbb\xbf", "households.csv is empty."),
    "no known encoding": (b"household_id\nh\x80\xff1\n", "households.csv is neither UTF-8 nor GB18030 text (at byte 14); save it as UTF-8."),
    "UTF-16 without a mark": (TEXT.encode("utf-16-le"), "households.csv is neither UTF-8 nor GB18030 text (at byte 1); save it as UTF-8."),
    "half of a UTF-16 sign": (b"\xff\xfeh\x00\x00\xd8", "households.csv is not the UTF-16 text its first bytes promise."),
    "a zero byte": (TEXT.encode().replace(b"h2", b"h\x002"), "households.csv is neither UTF-8 nor GB18030 text (at byte 106); save it as UTF-8."),
    "a line with too few cells": (f"{TEXT}h3,p,1\n".encode(), "households.csv, line 4: there are 3 cells, and the heading has 9."),
    "a line with too many cells": (f"{HOUSEHOLDS}\nh3,p,1,,,,,,x,y\n".encode(), "households.csv, line 2: there are 10 cells, and the heading has 9."),
    "a short line after many": (f"{HOUSEHOLDS}\n".encode() + b"h,p,1,,,,,,\n" * 30_001 + b"h,p\n", "households.csv, line 30003: there are 2 cells, and the heading has 9."),
    "a quotation mark left open": (f'{TEXT}h3,p,1,,,,,,"x\n'.encode(), "households.csv, line 4: a quotation mark is not closed."),
    "line ends of two kinds": (f"{TEXT}h3,p,1,,,,,,x\r\nh4,p,1,,,,,,x\n".encode(), "households.csv is not one table: its lines end in different ways, or a quotation mark is not closed."),
    "a web page": (b"<html><body>404</body></html>\n", "households.csv has no column household_id; its columns are: <html><body>404</body></html>."),
}  # fmt: skip


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_file_that_is_no_table_is_refused_in_words(with_households: Callable[[bytes], Screened], what: str) -> None:
    content, message = UNREADABLE[what]
    with pytest.raises(engine.DataRefused) as refused:
        with_households(content)
    assert refused.value.message() == message


def test_a_parquet_file_that_is_none_is_refused(tmp_path: Path, pack: Path) -> None:
    data = write_data(tmp_path / "data", [SOUND], [PERSON])
    (data / "households.csv").rename(data / "households.parquet")
    with pytest.raises(engine.DataRefused, match=r"households\.parquet cannot be read: .*No magic bytes"):
        screen(pack, data, tmp_path / "out")


def test_a_parquet_file_damaged_in_its_middle_is_refused(tmp_path: Path, pack: Path) -> None:
    data = write_data(tmp_path / "data", [], [PERSON])
    file = data / "households.parquet"
    values = "i AS debt, i AS income, 3 AS trees, 'GOOD' AS soil, TRUE AS fenced, DATE '2010-01-01' AS joined_on, 'x' AS remark"
    duckdb.execute(
        f"COPY (SELECT 'h' || i AS household_id, {values} FROM range(5000) AS t(i)) TO '{file}' (FORMAT parquet)"
    )
    content = bytearray(file.read_bytes())
    content[200:2000] = b"\xff" * 1800
    file.write_bytes(content)
    with pytest.raises(engine.DataRefused, match="cannot be read"):
        screen(pack, data, tmp_path / "out")


SOUND_SQL = {
    "household_id": "'h1'", "place": "'p'", "income": "5000", "debt": "100", "trees": "3", "soil": "'GOOD'",
    "fenced": "TRUE", "joined_on": "DATE '2010-01-01'", "remark": "'x'",
}  # fmt: skip


@pytest.fixture
def with_column(tmp_path: Path, pack: Path) -> Callable[[str, str], Screened]:
    """Screens one sound household from Parquet, one of its columns given as SQL."""

    def run(column: str, sql: str) -> Screened:
        data = write_data(tmp_path / "data", [], [PERSON])
        (data / "households.csv").unlink()
        values = ", ".join(f"{value} AS {name}" for name, value in {**SOUND_SQL, column: sql}.items())
        duckdb.execute(f"COPY (SELECT {values}) TO '{data / 'households.parquet'}' (FORMAT parquet)")
        done = screen(pack, data, tmp_path / "out")
        return done, *results(tmp_path / "out")

    return run


TAKEN = {
    ("debt", "0.1::DOUBLE"): ("kept", "4999.900000", 0),
    ("debt", "0.1::FLOAT"): ("kept", "4999.900000", 0),
    ("debt", "100.12345678::DOUBLE"): ("kept", "4899.876543", 1),
    ("debt", "1.1234567::DECIMAL(20, 7)"): ("kept", "4998.876543", 1),
    ("debt", "1.10::DECIMAL(4, 2)"): ("kept", "4998.900000", 0),
    ("debt", "7::TINYINT"): ("kept", "4993.000000", 0),
    ("debt", "999999999999::BIGINT"): ("kept", "-999999994999.000000", 0),
    ("debt", "7::HUGEINT"): ("kept", "4993.000000", 0),
    ("debt", "' 7.50 '"): ("kept", "4992.500000", 0),
    ("debt", "NULL::DOUBLE"): ("kept", "None", 0),
    ("trees", "3.0::DOUBLE"): ("wood", "3.000000", 0),
    ("fenced", "0::INTEGER"): ("safe", "False", 0),
    ("fenced", "1.0::DOUBLE"): ("safe", "True", 0),
    ("fenced", "'否'"): ("safe", "False", 0),
    ("soil", "'GOOD'::ENUM ('GOOD', 'POOR')"): ("good", "True", 0),
    ("soil", "'NA'"): ("good", "None", 0),
    ("soil", "' POOR '"): ("good", "False", 0),
    ("joined_on", "TIMESTAMP '2010-06-01 00:00:00'"): ("since", "10.000000", 0),
    ("joined_on", "'2010-06-02'"): ("since", "9.000000", 0),
    ("remark", "3"): ("noted", "False", 0),
}  # fmt: skip


@pytest.mark.parametrize(("column", "sql"), TAKEN)
def test_a_parquet_column_of_another_type_keeps_its_meaning(
    with_column: Callable[[str, str], Screened], column: str, sql: str
) -> None:
    name, value, rounded = TAKEN[column, sql]
    done, outcomes, refused = with_column(column, sql)
    assert (str(outcomes["h1"][name]), done.rounded, refused) == (value, rounded, [])


@pytest.mark.parametrize(
    ("column", "sql", "reason"),
    [
        ("debt", "TRUE", "not_a_number"),
        ("debt", "DATE '2020-01-01'", "not_a_number"),
        ("debt", "[1]", "not_a_number"),
        ("debt", "'nan'::DOUBLE", "not_a_number"),
        ("debt", "'inf'::DOUBLE", "not_a_number"),
        ("debt", "1000000000000::BIGINT", "not_a_number"),
        ("debt", "1e15::DOUBLE", "not_a_number"),
        ("trees", "-99999999999999::BIGINT", "not_a_number"),
        ("trees", "3.5::DECIMAL(4, 1)", "not_whole"),
        ("trees", "TRUE", "not_a_number"),
        ("income", "-0.01::DOUBLE", "too_small"),
        ("fenced", "2", "not_a_truth"),
        ("fenced", "DATE '2020-01-01'", "not_a_truth"),
        ("soil", "1", "not_a_code"),
        ("soil", "'BAD'::ENUM ('GOOD', 'BAD')", "not_a_code"),
        ("joined_on", "TIMESTAMP '2010-06-01 23:30:00'", "not_a_date"),
        ("joined_on", "TIMESTAMPTZ '2010-06-01 00:00:00+00'", "not_a_date"),
        ("joined_on", "20100601", "not_a_date"),
        ("joined_on", "TIME '10:00:00'", "not_a_date"),
        ("joined_on", "DATE '0000-05-01'", "not_a_date"),
        ("joined_on", "'infinity'::DATE", "not_a_date"),
        ("household_id", "NULL", "no_key"),
        ("household_id", "' '", "no_key"),
    ],
)
def test_a_parquet_value_that_would_have_to_be_guessed_is_refused(
    with_column: Callable[[str, str], Screened], column: str, sql: str, reason: str
) -> None:
    done, outcomes, refused = with_column(column, sql)
    assert (outcomes, done.refused_households, refused[0]["reason"]) == ({}, 1, reason)


def test_a_folder_of_parquet_parts_is_one_table(tmp_path: Path, pack: Path) -> None:
    data = write_data(tmp_path / "data", [], [PERSON])
    (data / "households.csv").unlink()
    (data / "households").mkdir()
    for part in ("h1", "h2"):
        values = ", ".join(f"{v} AS {n}" for n, v in {**SOUND_SQL, "household_id": f"'{part}'"}.items())
        duckdb.execute(f"COPY (SELECT {values}) TO '{data / 'households' / part}.parquet' (FORMAT parquet)")
    assert screen(pack, data, tmp_path / "out").households == 2
