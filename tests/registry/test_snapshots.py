"""Snapshots: typed, without names, the same when written twice."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests import cast as of
from tests.registry import family
from tests.registry.family import EVERYWHERE, HUA, LI, MING, Office

from diguan.access.scope import Scope
from diguan.registry import snapshots
from diguan.registry.batch import Batch, HouseholdRow
from diguan.rulebook.texts import Text

MAY = dt.date(2020, 5, 31)


def _rows(snapshot: snapshots.Snapshot, name: str) -> list[dict[str, Any]]:
    found = duckdb.execute(f"FROM read_parquet('{snapshot.folder / name}.parquet')")
    columns = [column[0] for column in found.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _write(office: Office, folder: Path, as_of: dt.date = MAY, scope: Scope = EVERYWHERE) -> snapshots.Snapshot:
    return snapshots.write(pack=office.pack, as_of=as_of, folder=folder, scope=scope)


def test_values_are_typed_as_the_dictionary_says_and_what_is_missing_is_null(office: Office, tmp_path: Path) -> None:
    office.visit(
        {"income": "4000.10", "rooms": 3, "has_water": False, "exited_on": "2020-01-31", "house_grade": "A"},
        {str(HUA): {"in_school": True, "born_on": "2010-02-28"}},
    )
    snapshot = _write(office, tmp_path)
    assert (snapshot.households, snapshot.persons) == (1, 2)
    [row] = _rows(snapshot, "households")
    assert row == {
        "household_id": str(LI),
        "place": of.LIUJIA,
        "place_number": int(of.LIUJIA),
        "house_grade": "A",
        "income": Decimal("4000.1"),
        "rooms": 3,
        "has_water": False,
        "exited_on": dt.date(2020, 1, 31),
        "remark": None,
    }
    people = {person["person_id"]: person for person in _rows(snapshot, "persons")}
    nobody_knows = {"in_school": None, "born_on": None}
    assert people[str(MING)] == {"person_id": str(MING), "household_id": str(LI), **nobody_knows}
    assert people[str(HUA)]["born_on"] == dt.date(2010, 2, 28)


def test_a_snapshot_carries_no_names(office: Office, tmp_path: Path) -> None:
    snapshot = _write(office, tmp_path)
    assert not {"name", "head"} & set(_rows(snapshot, "households")[0])
    for file in snapshot.folder.iterdir():
        assert b"Li Ming" not in file.read_bytes()
        assert b"Li Hua" not in file.read_bytes()


def test_written_twice_it_is_the_same_snapshot(office: Office, tmp_path: Path) -> None:
    office.visit({"rooms": 3})
    first = _write(office, tmp_path / "one")
    again = _write(office, tmp_path / "one")
    elsewhere = _write(office, tmp_path / "two")
    assert first == again
    assert first.id == elsewhere.id == first.folder.name
    for name in ("households.parquet", "persons.parquet", "snapshot.json"):
        assert (first.folder / name).read_bytes() == (elsewhere.folder / name).read_bytes()
    assert [path.name for path in (tmp_path / "one").iterdir()] == [first.id]


def test_sweeping_leaves_a_snapshot_alone_that_is_being_written(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".snapshot-cut").mkdir()
    write_file = snapshots._write_file

    def sweep_and_write(*given: Any) -> int:
        snapshots.sweep(tmp_path)
        return write_file(*given)

    monkeypatch.setattr(snapshots, "_write_file", sweep_and_write)
    written = _write(office, tmp_path)
    assert list(tmp_path.iterdir()) == [written.folder]


def test_other_content_is_another_snapshot(office: Office, tmp_path: Path) -> None:
    before = _write(office, tmp_path)
    office.visit({"rooms": 3})
    after = _write(office, tmp_path)
    assert before.id != after.id
    assert _rows(before, "households")[0]["rooms"] is None


def test_a_snapshot_of_a_past_date_knows_what_was_observed_by_then(office: Office, tmp_path: Path) -> None:
    office.visit({"rooms": 2}, {str(HUA): {"in_school": True}}, on="2020-01-01")
    office.visit({"rooms": 3, "has_water": True}, {str(MING): {"in_school": False}}, on="2020-03-01")
    then = _write(office, tmp_path, dt.date(2020, 2, 1))
    [row] = _rows(then, "households")
    assert (row["rooms"], row["has_water"]) == (2, None)
    assert [person["in_school"] for person in _rows(then, "persons")] == [None, True]
    before_all = _write(office, tmp_path, dt.date(2019, 1, 1))
    assert _rows(before_all, "households")[0]["rooms"] is None


def test_rows_stand_in_the_order_of_their_places(office: Office, tmp_path: Path) -> None:
    places = (of.SUNJIA, of.CHENJIA, of.LIUJIA, of.WANGJIA)
    office.record(batch=Batch(households=[HouseholdRow(family.uuid4(), place) for place in places]))
    found = [row["place_number"] for row in _rows(_write(office, tmp_path), "households")]
    assert found == sorted(found)
    assert len(found) == 5


def test_a_snapshot_holds_only_its_scope(office: Office, tmp_path: Path) -> None:
    beihu = Scope(((990102000000, 990103000000),))
    snapshot = _write(office, tmp_path, scope=beihu)
    assert (snapshot.households, snapshot.persons) == (0, 0)


def test_values_another_dictionary_put_on_file_are_unknown_and_counted(office: Office, tmp_path: Path) -> None:
    office.visit({"house_grade": "D", "rooms": 3})
    narrower = office.pack.variables | {
        "house_grade": replace(office.pack.variables["house_grade"], codes={"A": Text()})
    }
    snapshot = snapshots.write(pack=_Pack(narrower), as_of=MAY, folder=tmp_path, scope=EVERYWHERE)
    assert _rows(snapshot, "households")[0]["house_grade"] is None
    assert snapshot.unreadable == {"house_grade": 1}


class _Pack:
    def __init__(self, variables: dict[str, Any]) -> None:
        self.variables = variables
