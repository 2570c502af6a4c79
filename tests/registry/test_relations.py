"""Rows go to DuckDB and come back as they were, whatever signs they hold."""

import datetime as dt
import json
from uuid import UUID

import pytest

from diguan.registry import relations

COLUMNS = {
    "id": "BIGINT", "key": "UUID", "name": "VARCHAR", "on_day": "DATE", "is_so": "BOOLEAN", "body": "JSON",
}  # fmt: skip
KEY = "d1a60000-0000-4000-8000-000000000100"


def _row(number: int, name: str | None) -> tuple[object, ...]:
    return number, KEY, name, dt.date(2020, 5, 29), number % 2 == 0, json.dumps({"name": name}, ensure_ascii=False)


@pytest.mark.parametrize(
    "names",
    [
        ["王贵芝", "", None, "O'Brien", 'a "b"', "tab\there", "line\nbreak", "\\N", "NULL", " "],
        ["a unit separator\x1finside", None, "b"],
        ["a record separator\x1einside", None],
        ["\x1e", None, "\x1e"],
        [None, None],
        ["\x1f"],
        ["long " * 100, None, "short", ""],
    ],
)
def test_rows_arrive_as_they_are(names: list[str | None]) -> None:
    rows = [_row(number, name) for number, name in enumerate(names)]
    with relations.workbench() as bench:
        relations.fill(bench, "given", COLUMNS, rows)
        arrived = bench.execute("SELECT * FROM given ORDER BY id").fetchall()
    assert arrived == [(number, UUID(KEY), *row) for number, _, *row in rows]


def test_a_moment_arrives_as_the_same_moment() -> None:
    moments = [dt.datetime(2020, 5, 29, 23, 30, 0, 5, tzinfo=dt.UTC), None, dt.datetime(1999, 1, 1, tzinfo=dt.UTC)]
    with relations.workbench() as bench:
        relations.fill(bench, "given", {"n": "INTEGER", "moment": "TIMESTAMPTZ"}, list(enumerate(moments)))
        arrived = bench.execute("SELECT epoch_us(moment) FROM given ORDER BY n").fetchall()
    assert [us for (us,) in arrived] == [
        None if moment is None else round(moment.timestamp() * 1_000_000) for moment in moments
    ]


def test_types_that_are_not_read_from_their_text_arrive_too() -> None:
    with relations.workbench() as bench:
        relations.fill(bench, "given", {"id": "BIGINT", "others": "BIGINT[]"}, [(1, [2, 3]), (2, None)])
        assert bench.execute("FROM given ORDER BY id").fetchall() == [(1, [2, 3]), (2, None)]
