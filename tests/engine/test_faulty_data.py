"""Data that is wrong: refused with its reason and counted, or stopped in words; never guessed, never lost."""

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from tests.rulebook.world import screen, write_data, write_pack

from diguan import engine

# Rules that read every variable, so that every column is looked at.
DERIVED = """\
derived:
  kept: {entity: household, type: money, label: K, formula: income - debt}
  wood: {entity: household, type: integer, label: W, formula: trees}
  good: {entity: household, type: boolean, label: G, formula: soil = 'GOOD'}
  safe: {entity: household, type: boolean, label: S, formula: fenced}
  since: {entity: household, type: integer, label: J, formula: "age_on(joined_on, :as_of)"}
  noted: {entity: household, type: boolean, label: N, formula: remark = 'x'}
  wages: {entity: household, type: money, label: W, formula: sum_members(wage)}
  old: {entity: household, type: boolean, label: O, formula: "any_member(age_on(born_on, :as_of) >= 60)"}
"""
SOUND, PERSON = "h1,p,5000,100,3,GOOD,true,2010-01-01,x", "a,h1,1950-01-01,100,true"

Result = tuple[engine.Screened, dict[str, dict[str, object]], list[dict[str, str]]]
Screen = Callable[[list[str], list[str] | None], Result]


def results(out: Path) -> tuple[dict[str, dict[str, object]], list[dict[str, str]]]:
    """Outcomes with derived values by household, and the refused rows."""
    found: dict[str, dict[str, object]] = {}
    for name in ("outcomes", "derived"):
        table = duckdb.read_parquet(str(out / f"{name}.parquet"))
        for row in table.fetchall():
            found.setdefault(str(row[0]), {}).update(zip(table.columns, row, strict=True))
    with (out / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
        return found, list(csv.DictReader(file))


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack", derived=DERIVED)


@pytest.fixture
def screened(tmp_path: Path, pack: Path) -> Screen:
    def run(households: list[str], persons: list[str] | None) -> Result:
        data = write_data(tmp_path / "data", households, persons)
        done = screen(pack, data, tmp_path / "out")
        return done, *results(tmp_path / "out")

    return run


# Cells of income … remark that refuse the household, with column, reason and message.
BAD_CELLS = {
    "-1,,,,,,": ("income", "too_small", "income: -1 is below the smallest possible value."),
    "1000000.01,,,,,,": ("income", "too_large", "income: 1000000.01 is above the largest possible value."),
    "abc,,,,,,": ("income", "not_a_number", "income: “abc” is not a number."),
    '"1,000",,,,,,': ("income", "not_a_number", "income: “1,000” is not a number."),
    "１２,,,,,,": ("income", "not_a_number", "income: “１２” is not a number."),
    "NaN,,,,,,": ("income", "not_a_number", "income: “NaN” is not a number."),
    "null,,,,,,": ("income", "not_a_number", "income: “null” is not a number."),
    "0x10,,,,,,": ("income", "not_a_number", "income: “0x10” is not a number."),
    ",1000000000000,,,,,": ("debt", "not_a_number", "debt: “1000000000000” is not a number."),
    ",1e20,,,,,": ("debt", "not_a_number", "debt: “1e20” is not a number."),
    ",,2.5,,,,": ("trees", "not_whole", "trees: “2.5” is not a whole number."),
    ",,,BAD,,,": ("soil", "not_a_code", "soil: “BAD” is not in the code list."),
    ",,,good,,,": ("soil", "not_a_code", "soil: “good” is not in the code list."),
    ",,,,maybe,,": ("fenced", "not_a_truth", "fenced: “maybe” is neither true nor false."),
    ",,,,2,,": ("fenced", "not_a_truth", "fenced: “2” is neither true nor false."),
    ",,,,,2020-02-30,": ("joined_on", "not_a_date", "joined_on: “2020-02-30” is not a date; write 2020-05-29."),
    ",,,,,01/02/2020,": ("joined_on", "not_a_date", "joined_on: “01/02/2020” is not a date; write 2020-05-29."),
    ",,,,,0000-01-01,": ("joined_on", "not_a_date", "joined_on: “0000-01-01” is not a date; write 2020-05-29."),
}


@pytest.mark.parametrize("cells", BAD_CELLS)
def test_a_bad_cell_refuses_its_household_and_nobody_else(screened: Screen, cells: str) -> None:
    column, reason, message = BAD_CELLS[cells]
    done, outcomes, refused = screened([f"bad,p,{cells}", SOUND], [PERSON, "b,bad,,,"])
    assert [(row["file"], row["row"], row["household_id"], row["reason"]) for row in refused] == [
        ("households.csv", "1", "bad", reason),
        ("persons.csv", "2", "bad", "of_refused_household"),
    ]
    assert (refused[0]["column"], refused[0]["message"]) == (column, message)
    assert list(outcomes) == ["h1"]
    assert (done.households, done.persons, done.refused_households, done.refused_persons) == (1, 1, 1, 1)


@pytest.mark.parametrize("empty", [",,,,,,", "NA,NA,NA,NA,NA,NA,NA", " , , , , , , "])
def test_an_empty_cell_is_unknown_and_never_zero(screened: Screen, empty: str) -> None:
    _, outcomes, refused = screened([f"h,p,{empty}"], ["a,h,NA,NA,NA"])
    unknown = {name: outcomes["h"][name] for name in ("kept", "wood", "good", "safe", "since", "noted", "wages", "old")}
    assert set(unknown.values()) == {None}
    assert (outcomes["h"]["enough"], outcomes["h"]["school"], outcomes["h"]["cohort"]) == ("unknown",) * 3
    assert refused == []


def test_a_bad_cell_of_a_person_refuses_the_whole_household(screened: Screen) -> None:
    done, outcomes, refused = screened([SOUND, "h2,p,1,,,,,,"], [PERSON, "b,h2,1950-13-01,,", "c,h2,,,"])
    assert list(outcomes) == ["h1"]
    assert [(row["file"], row["row"], row["reason"]) for row in refused] == [
        ("households.csv", "2", "of_refused_household"),
        ("persons.csv", "2", "not_a_date"),
        ("persons.csv", "3", "of_refused_household"),
    ]
    assert (done.refused_households, done.refused_persons) == (1, 2)


def test_every_fault_of_a_row_is_listed_and_the_row_counted_once(screened: Screen) -> None:
    done, _, refused = screened(["h2,p,-1,x,,,,,", SOUND], [PERSON])
    assert [row["reason"] for row in refused] == ["not_a_number", "too_small"]
    assert (done.refused_households, done.refused_rows) == (1, 2)


def test_persons_without_household_and_rows_without_key_are_refused(screened: Screen) -> None:
    _, outcomes, refused = screened([SOUND, ",p,1,,,,,,", "h2,p,1,,,,,,"], [PERSON, "b,h9,,,", "c,,,,", ",h2,,,"])
    assert [(row["file"], row["row"], row["reason"], row["message"]) for row in refused] == [
        ("households.csv", "2", "no_key", "The row has no household_id."),
        ("households.csv", "3", "of_refused_household", "Another row of household h2 was refused."),
        ("persons.csv", "2", "no_household", "There is no household h9."),
        ("persons.csv", "3", "no_key", "The row has no household_id."),
        ("persons.csv", "4", "no_key", "The row has no person_id."),
    ]
    assert list(outcomes) == ["h1"]


def test_a_key_that_stands_twice_refuses_all_its_rows(screened: Screen) -> None:
    _, outcomes, refused = screened(
        [SOUND, " h2 ,p,1,,,,,,", "h2,p,9,,,,,,", "h3,p,1,,,,,,", "h4,p,1,,,,,,"],
        [PERSON, "b,h3,,,", "b,h4,,,", "c,h2,,,"],
    )
    assert list(outcomes) == ["h1"]
    assert [row["reason"] for row in refused] == [
        "repeated", "repeated", "of_refused_household", "of_refused_household",
        "repeated", "repeated", "of_refused_household",
    ]  # fmt: skip


def test_what_was_read_is_what_was_accepted_and_refused(screened: Screen) -> None:
    households = [f"h{i},p,{'-1' if i % 7 == 0 else i},,,,{'?' if i % 11 == 0 else ''},," for i in range(200)]
    persons = [f"p{i},h{i // 2},,{'x' if i % 13 == 0 else 1}," for i in range(420)]
    done, outcomes, refused = screened([*households, *households[:5]], [*persons, *persons[:3]])
    assert done.households + done.refused_households == 205
    assert done.persons + done.refused_persons == 423
    assert len(outcomes) == done.households
    assert len({(row["file"], row["row"]) for row in refused}) == done.refused_households + done.refused_persons
    assert done.refused_rows == len(refused)
    assert not {row["household_id"] for row in refused} & set(outcomes)


def test_a_household_with_nobody_on_file_is_counted_and_unknown(screened: Screen) -> None:
    done, outcomes, _ = screened([SOUND, "h2,p,9000,,,,,,"], [PERSON])
    assert done.without_members == 1
    assert {name: outcomes["h2"][name] for name in ("persons", "enough", "school", "wages", "old")} == {
        "persons": 0, "enough": "met", "school": "unknown", "wages": None, "old": None,
    }  # fmt: skip


def test_nothing_but_a_heading_is_no_household_and_no_failure(screened: Screen) -> None:
    done, outcomes, _ = screened([], [])
    assert (done.households, done.persons, outcomes) == (0, 0, {})


def test_persons_without_any_household_are_all_refused(screened: Screen) -> None:
    done, _, refused = screened([], [PERSON])
    assert (done.refused_persons, refused[0]["reason"]) == (1, "no_household")


@pytest.mark.parametrize(
    ("cells", "rounded"),
    [
        ("1.1234567,,", 1), ("1.1234560,,", 0), ("1.10000000,2,", 0), ("0.00000001,0.00000001,", 2),
        ("1e-7,,", 1), ("1.5e3,,", 0), ("1.23456789e4,,", 0), ("1.234567891e2,,", 1),
    ],
)  # fmt: skip
def test_numbers_with_more_than_six_places_are_counted(screened: Screen, cells: str, rounded: int) -> None:
    done, _, _ = screened([f"h,p,{cells},,,,"], [])
    assert done.rounded == rounded


def test_extra_columns_are_named_whatever_they_are_called(screened: Screen) -> None:
    extra = "row,key,household,file,reason,value,persons,truth"
    done, outcomes, refused = screened(
        ["household_id,place,income,debt,trees,soil,fenced,joined_on,remark," + extra, SOUND + ",1,2,3,4,5,6,7,8", "h2,p,-1,,,,,,,a,b,c,d,e,f,g,h"],
        ["person_id,household_id,born_on,wage,in_school,place,row,household", PERSON + ",q,1,h2", "b,h9,,,,q,2,h1"],
    )  # fmt: skip
    names = [*(f"households.csv: {name}" for name in extra.split(",")), "persons.csv: place", "persons.csv: row", "persons.csv: household"]  # fmt: skip
    assert done.ignored_columns == names
    assert list(outcomes) == ["h1"]
    assert [(row["row"], row["household_id"], row["reason"]) for row in refused] == [
        ("2", "h2", "too_small"), ("2", "h9", "no_household"),
    ]  # fmt: skip


def test_a_refused_value_that_a_spreadsheet_would_run_is_disarmed(screened: Screen) -> None:
    _, _, refused = screened(["h,p,=1+1,,,,,,"], [])
    assert refused[0]["value"] == "'=1+1"


STOPPED = {
    "missing column": (["household_id,income", "h,1"], [], "households.csv lacks columns that the rules read: debt, fenced, joined_on, remark, soil, trees. Add them (empty cells are unknown), or say --missing-as-unknown."),
    "missing key": ([SOUND], ["person_id,household_ids,born_on", "a,h,"], "persons.csv has no column household_id; its columns are: person_id, household_ids, born_on."),
    "column twice": (["household_id,income,Income", "h,1,2"], [], "households.csv has more than one column income."),
}  # fmt: skip


@pytest.mark.parametrize("what", STOPPED)
def test_a_file_without_what_the_rules_read_stops_the_screening(screened: Screen, what: str) -> None:
    households, persons, message = STOPPED[what]
    with pytest.raises(engine.DataRefused) as refused:
        screened(households, persons)
    assert refused.value.message() == message


def test_a_missing_file_stops_the_screening(screened: Screen, tmp_path: Path, pack: Path) -> None:
    with pytest.raises(
        engine.DataRefused, match=r"There is no persons.csv or persons.parquet in .*, and the rules read"
    ):
        screened([SOUND], None)
    with pytest.raises(engine.DataRefused, match=r"There is no households.csv or households.parquet in "):
        screen(pack, write_pack(tmp_path / "nothing"), tmp_path / "out")
    with pytest.raises(engine.DataRefused, match="There is no folder "):
        screen(pack, tmp_path / "nowhere", tmp_path / "out")


def test_rules_that_only_count_members_need_the_file_too(tmp_path: Path) -> None:
    counting = write_pack(
        tmp_path / "counting", cohorts=None,
        standards="standards: {many: {label: M, met_when: count_members() > 1, source: {document: rules}}}\n",
    )  # fmt: skip
    with pytest.raises(engine.DataRefused, match="the rules count the members of a household"):
        screen(counting, write_data(tmp_path / "data", [SOUND], None), tmp_path / "out")


def test_columns_that_are_missing_are_unknown_when_that_is_asked_for(tmp_path: Path, pack: Path) -> None:
    data = write_data(tmp_path / "data", ["household_id,debt", "h,0"], ["person_id,household_id", "a,h"])
    screen(pack, data, tmp_path / "out", checks=engine.Checks(missing_as_unknown=True))
    outcomes, _ = results(tmp_path / "out")
    assert {outcomes["h"][name] for name in ("enough", "school", "cohort")} == {"unknown"}
