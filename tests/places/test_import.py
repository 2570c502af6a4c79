"""Importing a tree of places: any country's, in any order, twice, and with faults in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests import cast as of

from diguan.journal.models import Entry
from diguan.places import actions, queries
from diguan.places.models import Place, PlaceCode
from diguan.places.refusals import FileRefused, Report

pytestmark = pytest.mark.django_db
JILIN = Path(actions.__file__).parent / "data" / "places-jilin.csv"
HEADING = "code,name,level,parent_code\n"


def import_text(folder: Path, text: str | bytes, name: str = "places.csv") -> Report:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return actions.import_places(file=file, valid_from=of.CODES_SINCE, by=None, at=of.NOW)


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.read, report.accepted, report.refused, report.unchanged


def standing() -> Mapping[str, tuple[int, int]]:
    return {place.code: place.range for place in Place.objects.all()}


@pytest.fixture
def jilin() -> Report:
    return actions.import_places(file=JILIN, valid_from=of.CODES_SINCE, by=None, at=of.NOW)


def test_the_province_of_jilin_is_imported_whole(jilin: Report) -> None:
    assert counts(jilin) == (13014, 13014, 0, 0)
    per_level = {level: Place.objects.filter(level=level).count() for level in queries.levels()}
    assert per_level == {"province": 1, "prefecture": 9, "county": 69, "township": 1075, "village": 11860}
    wangqing = queries.by_code("222424")
    assert (wangqing.name, wangqing.range) == ("汪清县", (222424_000000, 222425_000000))
    assert PlaceCode.objects.filter(valid_from=of.CODES_SINCE, valid_to=None).count() == 13014


def test_importing_the_same_again_changes_nothing(jilin: Report) -> None:
    before = standing()
    again = actions.import_places(file=JILIN, valid_from=of.CODES_SINCE, by=None, at=of.NOW)
    assert counts(again) == (13014, 0, 0, 13014)
    assert standing() == before
    assert PlaceCode.objects.count() == 13014


def test_an_import_is_one_journal_entry_with_its_counts(tmp_path: Path) -> None:
    import_text(tmp_path, HEADING + "22,Jilin,province,\n")
    entry = Entry.objects.get()
    assert (entry.verb, entry.subject_key) == ("places.imported", "places.csv")
    assert entry.detail == {"read": 1, "accepted": 1, "refused": 0, "unchanged": 0}


def test_children_may_stand_before_their_parents_and_columns_in_any_order(tmp_path: Path) -> None:
    report = import_text(tmp_path, "parent_code,level,Name ,code\nUK,nation,Wales,W\n,country,United Kingdom,UK\n")
    assert report.accepted == 2
    assert queries.by_code("W").parent == queries.by_code("UK")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_file_is_read_in_the_encodings_offices_use(tmp_path: Path, encoding: str) -> None:
    import_text(tmp_path, (HEADING + "22,吉林省䶮,province,\n").encode(encoding))
    assert queries.by_code("22").name == "吉林省䶮"


def test_a_new_name_is_taken_over_and_the_number_kept(tmp_path: Path) -> None:
    import_text(tmp_path, HEADING + "UK,United Kingdom,country,\nW,Wales,nation,UK\n")
    before = standing()
    report = import_text(tmp_path, HEADING + "UK,United Kingdom,country,\nW,Cymru,nation,UK\n")
    assert counts(report) == (2, 1, 0, 1)
    assert queries.by_code("W").name == "Cymru"
    assert standing() == before


@pytest.mark.parametrize(
    ("lines", "refused", "said"),
    [
        ("A,Alpha,state,\nB,Beta,county,ZZ\n", [3], "No place has the code ZZ."),
        ("A,Alpha,state,\nB,Beta,county,ZZ\nC,Gamma,town,B\n", [3, 4], "The line above it, B, hangs on ZZ"),
        ("A,Alpha,state,\nB,Beta,county,C\nC,Gamma,town,B\n", [3, 4], "The parents run in a circle: B → C → B"),
        ("A,Alpha,state,\nB,Beta,county,B\n", [3], "The parents run in a circle: B → B"),
        ("A,Alpha,state,\nB,Beta,county,A\nB,Beta,county,A\n", [4], "Remove the repeated line."),
        ("A,Alpha,state,\nB,Beta,county,A\nB,Bravo,county,A\n", [3, 4], "The lines differ"),
        ("A,Alpha,state,\nB,,county,A\n", [3], "The name is empty."),
        ("A,Alpha,state,\n,Beta,county,A\n", [3], "The code is empty."),
        ("A,Alpha,state,\nB,Beta,county\n", [], ""),
        ("A,Alpha,state,\nB,Beta, of the north,county,A\n", [3], "more cells than the heading"),
        (f"A,Alpha,state,\nB,{'x' * 201},county,A\n", [3], "The name has 201 characters."),
    ],
)
def test_a_faulty_line_is_refused_by_number_and_the_rest_imported(
    tmp_path: Path, lines: str, refused: list[int], said: str
) -> None:
    report = import_text(tmp_path, HEADING + lines)
    assert [problem.line for problem in report.problems_by_line] == refused
    assert any(said in str(problem) for problem in report.problems) or not refused
    assert report.read == report.accepted + report.refused + report.unchanged
    assert queries.by_code("A").name == "Alpha"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "The file holds no places."),
        (HEADING, "The file holds no places."),
        ("\n\n", "The file holds no places."),
        ("code,name\n22,Jilin\n", "These columns are missing: level, parent_code."),
        (b"code,name,level,parent_code\n22,\xff\xff\x81,province,\n", "neither UTF-8 nor GB18030"),
        (HEADING + '22,"Jilin,province,\n', "not CSV"),
        (HEADING + "A,Alpha,state,B\nB,Beta,county,A\n", "run in a circle"),
        (HEADING + "A,Alpha,state,ZZ\n", "No place has the code ZZ."),
        (
            HEADING + "A,Alpha,state,\nB,Beta,county,A\nC,Gamma,county,\nD,Delta,state,C\n",
            "The level",
        ),
        (HEADING + "A,Alpha,state,\nB,Beta,state,A\n", "stands below itself"),
    ],
)
def test_a_file_that_is_no_tree_is_refused_whole(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        import_text(tmp_path, content)
    assert not Place.objects.exists()
    assert not Entry.objects.exists()


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="can't be read"):
        actions.import_places(file=tmp_path / "none.csv", valid_from=of.CODES_SINCE, by=None, at=of.NOW)


def test_a_refusal_names_file_line_column_and_what_to_write(tmp_path: Path) -> None:
    report = import_text(tmp_path, HEADING + "A,Alpha,state,\nB,Beta,county,ZZ\n")
    assert str(report.problems[0]) == (
        "places.csv:3:parent_code: No place has the code ZZ. "
        "Correct the parent's code, add the parent, or leave it empty for a root."
    )


def test_a_place_is_not_moved_by_an_import(tmp_path: Path) -> None:
    import_text(tmp_path, HEADING + "A,Alpha,state,\nB,Beta,state,\nC,Gamma,county,A\n")
    report = import_text(tmp_path, HEADING + "A,Alpha,state,\nB,Beta,state,\nC,Gamma,county,B\n")
    assert [problem.line for problem in report.problems] == [4]
    assert "stands under another parent" in report.problems[0].what
    assert queries.by_code("C").parent == queries.by_code("A")


def test_a_later_file_may_hang_on_what_is_on_file(tree: object, tmp_path: Path) -> None:
    report = import_text(tmp_path, HEADING + "990101001203,Zhujia Village,village,990101001\n")
    assert counts(report) == (1, 1, 0, 0)
    village = queries.by_code("990101001203")
    assert (village.number, village.depth, village.parent) == (990101001203, 4, queries.by_code(of.DONGSHAN))


def test_a_place_is_merged_into_another_on_a_day(tree: dict[str, Place]) -> None:
    day = dt.date(2021, 1, 1)
    actions.record_successor(old=tree[of.XISHAN], new=tree[of.DONGSHAN], on=day, by=None, at=of.NOW)
    assert queries.by_code(of.XISHAN, on=dt.date(2020, 12, 31)) == tree[of.XISHAN]
    with pytest.raises(queries.PlaceUnknown):
        queries.by_code(of.XISHAN, on=day)
    with pytest.raises(queries.PlaceUnknown):
        queries.by_code(of.XISHAN, on=dt.date(2009, 12, 31))
    assert tree[of.XISHAN].succession.successor == tree[of.DONGSHAN]
    assert Entry.objects.latest("id").verb == "place.succeeded"


def test_a_merger_is_recorded_once_and_never_in_a_circle(tree: dict[str, Place]) -> None:
    def merge(old: str, new: str) -> None:
        actions.record_successor(old=tree[old], new=tree[new], on=dt.date(2021, 1, 1), by=None, at=of.NOW)

    merge(of.XISHAN, of.DONGSHAN)
    for old, new in ((of.XISHAN, of.NANWAN), (of.DONGSHAN, of.XISHAN), (of.NANWAN, of.NANWAN)):
        with pytest.raises(actions.SuccessionRefused):
            merge(old, new)
