"""Two screenings compared: who entered and left, for which reason and in what it lies, and what it comes to at each place."""

from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from click.testing import CliRunner, Result
from tests.rulebook.world import write_data, write_pack

from diguan.cli.tour import diguan

DERIVED = "derived:\n  kept: {entity: household, type: money, label: Kept, formula: income - debt}\n"
STANDARDS = """
standards:
  enough: {label: Enough, met_when: "kept >= :line AND fenced", source: {document: rules}}
  school: {label: School, met_when: "all_members(in_school, age_on(born_on, :as_of) < 16)", source: {document: rules}}
"""
COHORTS = """
cohorts:
  poor: {label: Poor, member_when: NOT met(enough), source: {document: rules}}
  untaught: {label: Untaught, member_when: NOT met(school), source: {document: rules}}
"""
PARAMETERS = """
parameters:
  line: {type: money, unit: yuan, label: Line, values: [{from: 2020-01-01, value: 4000, source: {document: rules}}]}
"""
V1, V2 = "010101001001", "010101001002"  # of one township
W1 = "010102001001"  # of another county
# household: place, income, debt, fenced; its members: born on, in school. What happens to each stands beside it.
BEFORE = {
    "fell": (V1, "5000,0,true", ["2000-01-01,true"]),  # its income falls below the line
    "rose": (V1, "3000,0,true", ["2000-01-01,true"]),  # its debt is paid and its income grows
    "hidden": (V1, "5000,0,true", ["2000-01-01,true"]),  # nobody knows its income any more
    "found": (V2, ",0,true", ["2000-01-01,true"]),  # its income becomes known, and is enough
    "grew": (V2, "5000,0,true", ["2004-06-02,false"]),  # its child out of school becomes 16
    "birth": (V2, "5000,0,true", ["2000-01-01,true"]),  # a child out of school joins it
    "edge": (V2, "4200,0,true", ["2000-01-01,true"]),  # stands between the old line and the new one
    "both": (W1, "4300,0,true", ["2000-01-01,true"]),  # is still above the old line, and with less under the new one
    "gone": (W1, "3000,0,true", ["2000-01-01,true"]),  # leaves the registry
    "moved": (V1, "3000,0,true", ["2000-01-01,true"]),  # poor, goes to another county
    "same": (W1, "3000,0,true", ["2000-01-01,true"]),
}
AFTER = {
    "fell": (V1, "3500,0,true", ["2000-01-01,true"]),
    "rose": (V1, "9000,100,true", ["2000-01-01,true"]),
    "hidden": (V1, ",0,true", ["2000-01-01,true"]),
    "found": (V2, "6000,0,true", ["2000-01-01,true"]),
    "grew": (V2, "5000,0,true", ["2004-06-02,false"]),
    "birth": (V2, "5000,0,true", ["2000-01-01,true", "2013-01-01,false"]),
    "edge": (V2, "4200,0,true", ["2000-01-01,true"]),
    "both": (W1, "4250,0,true", ["2000-01-01,true"]),
    "moved": (W1, "3000,0,true", ["2000-01-01,true"]),
    "same": (W1, "3000,0,true", ["2000-01-01,true"]),
    "new": (W1, "1000,0,true", ["2000-01-01,true"]),  # newly registered
}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(diguan, [*map(str, arguments), "--lang", "en"])


def write(folder: Path, homes: dict[str, tuple[str, str, list[str]]]) -> Path:
    households = ["household_id,place,income,debt,fenced"] + [
        f"{key},{place},{facts}" for key, (place, facts, _) in homes.items()
    ]
    persons = ["person_id,household_id,born_on,in_school"]
    persons += [f"{key}.{n},{key},{each}" for key, (_, _, people) in homes.items() for n, each in enumerate(people)]
    return write_data(folder, households, persons)


def screened(folder: Path, name: str, pack: Path, data: Path, on: str) -> Path:
    done = run("screen", "--pack", pack, "--data", data, "--as-of", on, "--out", folder / name)
    assert done.exit_code == 0, done.output
    return folder / name


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack", derived=DERIVED, standards=STANDARDS, cohorts=COHORTS, parameters=PARAMETERS)


@pytest.fixture
def out(tmp_path: Path, pack: Path) -> Path:
    """Compared: 1 June 2020 under a line of 4,000 with 1 July under one of 4,250.01, and the facts as they changed."""
    first = screened(tmp_path, "first", pack, write(tmp_path / "a", BEFORE), "2020-06-01")
    raised = write_pack(
        tmp_path / "later",
        derived=DERIVED,
        standards=STANDARDS,
        cohorts=COHORTS,
        parameters=PARAMETERS.replace("4000", "4250.01"),
    )
    second = screened(tmp_path, "second", raised, write(tmp_path / "b", AFTER), "2020-07-01")
    done = run("compare", first, second, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    return tmp_path / "out"


class Change(NamedTuple):
    before: str
    after: str
    reason: str
    causes: list[str]


def changes(out: Path, kind: str, name: str) -> dict[str, Change]:
    found = duckdb.sql(
        f"SELECT household_id, before, after, reason, causes FROM '{out}/changes.parquet' WHERE kind = '{kind}' AND name = '{name}'"
    )
    return {row[0]: Change(*row[1:]) for row in found.fetchall()}


def test_every_entry_and_exit_of_a_cohort_has_its_reason_and_what_it_lies_in(out: Path) -> None:
    assert changes(out, "cohort", "cohort") == {
        "fell": ("none", "poor", "fact", ["income"]),
        "rose": ("poor", "none", "fact", ["debt", "income"]),
        "hidden": ("none", "unknown", "became_unknown", ["income"]),
        "found": ("unknown", "none", "became_known", ["income"]),
        "grew": ("untaught", "none", "time", []),
        "birth": ("none", "untaught", "fact", ["*members"]),
        "edge": ("none", "poor", "policy", [":line"]),
        "both": ("none", "poor", "policy", [":line"]),
        "gone": ("poor", "absent", "left", []),
        "new": ("absent", "poor", "registered", []),
        "moved": ("poor", "poor", "moved", []),
    }


def test_the_standards_that_moved_say_the_same_of_themselves(out: Path) -> None:
    assert changes(out, "standard", "school") == {
        "grew": ("not_met", "met", "time", []),
        "birth": ("met", "not_met", "fact", ["*members"]),
    }
    assert changes(out, "standard", "enough")["gone"] == ("not_met", "absent", "left", [])


def flows(out: Path, level: int, place: str) -> dict[tuple[str, str, str], int]:
    found = duckdb.sql(
        f"SELECT before, after, reason, households FROM '{out}/flows.parquet' WHERE kind = 'cohort' AND level = {level} AND place = '{place}'"
    )
    return {row[:3]: row[3] for row in found.fetchall()}


def test_the_flows_of_the_whole_count_everybody_once_with_those_who_stay(out: Path) -> None:
    assert flows(out, 0, "") == {
        ("none", "poor", "fact"): 1, ("none", "poor", "policy"): 2, ("none", "unknown", "became_unknown"): 1,
        ("none", "untaught", "fact"): 1, ("poor", "none", "fact"): 1, ("unknown", "none", "became_known"): 1,
        ("untaught", "none", "time"): 1, ("poor", "absent", "left"): 1, ("absent", "poor", "registered"): 1,
        ("poor", "poor", ""): 2,
    }  # fmt: skip


def test_who_moved_stays_in_the_place_above_and_goes_elsewhere_below(out: Path) -> None:
    assert flows(out, 2, "0101")[("poor", "poor", "")] == 2
    assert flows(out, 3, "010101")[("poor", "elsewhere", "moved")] == 1
    assert flows(out, 3, "010102")[("elsewhere", "poor", "moved")] == 1
    assert flows(out, 3, "010102")[("poor", "poor", "")] == 1
    assert flows(out, 5, V1)[("poor", "elsewhere", "moved")] == 1
    assert ("poor", "elsewhere", "moved") not in flows(out, 1, "01")


def test_before_and_after_of_the_flows_are_the_totals_of_both_screenings_at_every_place(
    out: Path, tmp_path: Path
) -> None:
    for when, folder in (("before", "first"), ("after", "second")):
        totals = f"SELECT level, place, id, households, persons FROM '{tmp_path}/{folder}/totals.parquet' WHERE kind = 'cohort' AND outcome = 'member'"
        added = f"SELECT level, place, {when}, sum(households)::BIGINT, sum(persons_{when})::BIGINT FROM '{out}/flows.parquet' WHERE kind = 'cohort' AND {when} IN ('poor', 'untaught') GROUP BY ALL"
        assert sorted(duckdb.sql(totals).fetchall()) == sorted(duckdb.sql(added).fetchall())
        standards = f"SELECT level, place, id, outcome, households, persons FROM '{tmp_path}/{folder}/totals.parquet' WHERE kind = 'standard'"
        added = f"SELECT level, place, name, {when}, sum(households)::BIGINT, sum(persons_{when})::BIGINT FROM '{out}/flows.parquet' WHERE kind = 'standard' AND {when} NOT IN ('absent', 'elsewhere') GROUP BY ALL"
        assert sorted(duckdb.sql(standards).fetchall()) == sorted(duckdb.sql(added).fetchall())


def test_the_terminal_tells_cohorts_reasons_and_places(tmp_path: Path, out: Path) -> None:
    said = run("compare", tmp_path / "first", tmp_path / "second").output
    assert (
        "orchard of 2020-06-01 against orchard of 2020-07-01: 11 households before, 11 now; 8 have another cohort or outcome, 1 are newly registered, 1 left."
        in said
    )
    assert "none → Poor  the policy changed: Line" in said
    assert "none → Untaught  a fact changed: members" in said
    assert "none → cohort unknown  became unknown: Income" in said
    poor = next(line.split() for line in said.splitlines() if line.startswith("Poor"))
    assert poor == ["Poor", "4", "2", "2", "4", "6"]
    assert any(line.startswith("010102 ") for line in said.splitlines())


def test_a_screening_compared_with_itself_has_nobody_who_came_or_went(tmp_path: Path, pack: Path) -> None:
    first = screened(tmp_path, "first", pack, write(tmp_path / "a", BEFORE), "2020-06-01")
    assert run("compare", first, first, "--out", tmp_path / "out").exit_code == 0
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/out/changes.parquet'").fetchall() == [(0,)]
    assert {reason for _, _, reason in flows(tmp_path / "out", 0, "")} == {""}


def test_a_line_that_moves_with_everybodys_income_is_no_change_of_policy(tmp_path: Path) -> None:
    middle = PARAMETERS + "  middle: {type: money, label: Middle, computed: 'weighted_median(income, 1)'}\n"
    cohorts = "cohorts:\n  low: {label: Low, member_when: 'income < :middle', source: {document: rules}}\n"
    pack = write_pack(tmp_path / "pack", derived=DERIVED, standards=STANDARDS, cohorts=cohorts, parameters=middle)
    homes = {f"h{i}": (V1, f"{income},0,true", ["2000-01-01,true"]) for i, income in enumerate((1000, 2000, 3000))}
    first = screened(tmp_path, "first", pack, write(tmp_path / "a", homes), "2020-06-01")
    richer = homes | {"h0": (V1, "9000,0,true", ["2000-01-01,true"])}
    second = screened(tmp_path, "second", pack, write(tmp_path / "b", richer), "2020-06-01")
    run("compare", first, second, "--out", tmp_path / "out")
    assert changes(tmp_path / "out", "cohort", "cohort") == {
        "h0": ("low", "none", "fact", ["income"]),
        "h1": ("none", "low", "line", [":middle"]),
    }


def test_another_rule_and_a_standard_that_is_new_are_changes_of_policy_named_by_what_changed(
    tmp_path: Path, pack: Path
) -> None:
    first = screened(tmp_path, "first", pack, write(tmp_path / "a", BEFORE), "2020-06-01")
    other = write_pack(
        tmp_path / "other", derived=DERIVED.replace("income - debt", "income - 2 * debt - 1001"), cohorts=COHORTS, parameters=PARAMETERS,
        standards=STANDARDS + '  spare: {label: Spare, met_when: "income >= 9000", source: {document: rules}}\n',
    )  # fmt: skip
    second = screened(tmp_path, "second", other, write(tmp_path / "b", BEFORE), "2020-06-01")
    run("compare", first, second, "--out", tmp_path / "out")
    assert changes(tmp_path / "out", "cohort", "cohort")["fell"] == ("none", "poor", "policy", ["kept"])
    assert changes(tmp_path / "out", "standard", "spare")["fell"] == ("not_asked", "not_met", "policy", ["spare"])


def test_data_that_are_gone_are_named_with_the_screening_they_belong_to(tmp_path: Path, pack: Path, out: Path) -> None:
    (tmp_path / "b").rename(tmp_path / "elsewhere")
    gone = run("compare", tmp_path / "first", tmp_path / "second")
    assert gone.exit_code == 1
    assert f"The data of the screening of 2020-07-01 are not in {tmp_path}/b any more." in gone.output
    moved = run("compare", tmp_path / "first", tmp_path / "second", "--data-after", tmp_path / "elsewhere")
    assert moved.exit_code == 0, moved.output
