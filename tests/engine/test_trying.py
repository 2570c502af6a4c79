"""What if: other numbers and other packs over the same households, by command; who would change, who is near, what is lacking."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from tests.rulebook.world import write_data, write_pack

from diguan import engine, rulebook
from diguan.cli.tour import diguan

PACK_YAML = """\
id: orchard
version: "1.0.0"
title: Orchard aid
in_force: {from: 2020-01-01, to: 2020-12-31}
documents: {rules: {title: Rules of the orchard, issuer: The tests}}
income: {components: [kept], costs: [], per_person: kept, line: line}
"""
PARAMETERS = """\
parameters:
  line:
    type: money
    unit: yuan
    label: Line
    min: 0
    values: [{from: 2020-01-01, value: 4000, verified: true, source: {document: rules, clause: "1"}}]
  old: {type: integer, unit: years, label: Old, values: [{from: 2020-01-01, value: 60, source: {document: rules}}]}
  shown: {type: integer, label: Only shown, values: [{from: 2020-01-01, value: 3, source: {document: rules}}]}
"""
COHORTS = """\
cohorts:
  poor: {label: Poor, member_when: NOT met(enough), source: {document: rules}}
  aged: {label: Aged, member_when: "any_member(age_on(born_on, :as_of) >= :old)", source: {document: rules}}
"""
V1, V2 = "010101001001", "010102001001"  # of two counties
HOMES = [
    f"poorest,{V1},3000,0,1,GOOD,true,,",
    f"atline,{V1},4000,0,1,GOOD,true,,",
    f"between,{V1},4400,0,1,POOR,true,,",
    f"edge,{V2},4600,0,1,POOR,true,,",
    f"rich,{V2},9000,0,1,,true,,",
    f"silent,{V2},,0,1,GOOD,true,,",
]
KEYS = [line.split(",")[0] for line in HOMES]
PEOPLE = [f"{key}.1,{key},1980-01-01,0,true" for key in KEYS] + ["between.2,between,1960-07-01,0,true"]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(diguan, [*map(str, arguments), "--lang", "en"])


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack", pack=PACK_YAML, parameters=PARAMETERS, cohorts=COHORTS)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_data(tmp_path / "data", HOMES, PEOPLE)


def tried(pack: Path, data: Path, out: Path, *more: object) -> Result:
    return run("whatif", pack, "--data", data, "--as-of", "2020-06-01", "--out", out, *more)


def moved(out: Path, kind: str, name: str) -> dict[str, tuple[str, ...]]:
    found = duckdb.sql(
        f"SELECT household_id, before, after, reason, causes[1] FROM '{out}/comparison/changes.parquet' WHERE kind = '{kind}' AND name = '{name}'"
    )
    return {row[0]: row[1:] for row in found.fetchall()}


def test_another_line_changes_just_the_households_between_the_two_and_names_the_line_as_the_reason(
    tmp_path: Path, pack: Path, data: Path
) -> None:
    done = tried(pack, data, tmp_path / "out", "--set", "line=4500")
    assert done.exit_code == 0, done.output
    way = ("met", "not_met", "policy", ":line")
    assert moved(tmp_path / "out", "standard", "enough") == {"atline": way, "between": way}
    assert set(moved(tmp_path / "out", "cohort", "cohort")) == {"atline", "between"}
    assert "Line: 4,500 yuan instead of 4,000 yuan (Rules of the orchard, 1)" in done.output
    assert "2 of 6 households would have another cohort or outcome. Nothing was changed." in done.output


def test_the_pack_that_was_tried_is_kept_as_a_pack_in_force_nowhere_and_explains_a_household_like_any(
    tmp_path: Path, pack: Path, data: Path
) -> None:
    tried(pack, data, tmp_path / "out", "--set", "line=4500")
    kept = rulebook.load(tmp_path / "out" / "trial" / "pack" / "orchard-what-if")
    assert (kept.status, kept.extends) == ("trial", ("orchard",))
    value = kept.parameters["line"].values[0]
    assert (value.value, value.instead_of, str(value.source.clause)) == (Decimal(4500), Decimal(4000), "1")
    assert kept.digest != rulebook.load(pack).digest
    said = run("explain", "--screening", tmp_path / "out" / "trial", "--data", data, "--household", "between").output
    assert "under orchard-what-if as of 2020-06-01" in said
    assert "▲ Enough: not met" in said
    shown = run("pack", "show", tmp_path / "out" / "trial" / "pack" / "orchard-what-if").output
    assert "4,500 (tried instead of 4,000)" in shown
    again = run("replay", tmp_path / "out" / "trial")
    assert again.exit_code == 0, again.output


def test_the_reference_evaluator_says_the_same_of_every_household_under_the_numbers_that_are_tried(
    tmp_path: Path, pack: Path, data: Path
) -> None:
    tried(pack, data, tmp_path / "out", "--set", "line=4500", "--set", "old=59")
    rules = rulebook.at(rulebook.load(tmp_path / "out" / "trial" / "pack" / "orchard-what-if"), date(2020, 6, 1))
    outcomes = duckdb.sql(f"SELECT household_id, enough, cohort FROM '{tmp_path}/out/trial/outcomes.parquet'")
    for key, enough, cohort in outcomes.fetchall():
        facts = engine.one_household(rules, data, key)
        judged = rulebook.Household(rules, facts.household, facts.members, facts.computed, facts.past)
        assert (judged.outcomes()["enough"], judged.cohort()) == (enough, cohort), key


def test_who_stands_near_the_edge_is_who_would_change_if_the_number_moved_a_little_further(
    tmp_path: Path, pack: Path, data: Path
) -> None:
    tried(pack, data, tmp_path / "out", "--set", "line=4500", "--near", "3")
    near = duckdb.sql(
        f"SELECT household_id, value, before, after FROM '{tmp_path}/out/near.parquet' WHERE kind = 'standard' ORDER BY 1"
    ).fetchall()
    assert near == [("between", "4365.00", "not_met", "met"), ("edge", "4635.00", "met", "not_met")]
    tried(pack, data, tmp_path / "out", "--set", "line=4500", "--near", "0")
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path}/out/near.parquet'").fetchall() == [(0,)]


def test_a_whole_number_moves_by_one_at_least_and_never_out_of_its_bounds(
    tmp_path: Path, pack: Path, data: Path
) -> None:
    tried(pack, data, tmp_path / "out", "--set", "old=60", "--set", "line=0")
    found = duckdb.sql(f"SELECT DISTINCT parameter, value FROM '{tmp_path}/out/edges.parquet' ORDER BY ALL").fetchall()
    assert ("old", "59") not in found  # it is moved by 5 %, which is three years
    assert ("old", "57") in found
    assert not [value for name, value in found if name == "line" and value.startswith("-")]


def test_groups_count_who_is_in_them_and_who_would_come_and_go(tmp_path: Path, pack: Path, data: Path) -> None:
    done = tried(pack, data, tmp_path / "out", "--set", "line=4500", "--group", "soil")
    counts = f"FROM '{tmp_path}/out/counts.parquet' WHERE level = 0 AND grouping = 'soil'"
    there = duckdb.sql(f"SELECT value, households {counts} AND kind = 'all' ORDER BY 1").fetchall()
    assert there == [("GOOD", 3), ("POOR", 2), (None, 1)]
    short = duckdb.sql(f"SELECT value, households, persons {counts} AND kind = 'standard' AND name = '*' ORDER BY 1")
    assert short.fetchall() == [("GOOD", 1, 1), ("POOR", 1, 2)]
    assert "Soil: Poor" in done.output
    assert "persons in the household: 2" in done.output


def test_the_money_lacking_to_the_line_is_counted_for_all_members_before_and_after(
    tmp_path: Path, pack: Path, data: Path
) -> None:
    done = tried(pack, data, tmp_path / "out", "--set", "line=4500")
    names = "households_before, money_before, households_after, persons_after, money_after, unknown_after"
    row = duckdb.sql(f"SELECT {names} FROM '{tmp_path}/out/lacking.parquet' WHERE level = 0").fetchall()
    assert row == [(1, Decimal(1000), 3, 4, Decimal(1500 + 500 + 2 * 100), 1)]
    assert "not the cost of any measure" in done.output


def test_counties_count_their_own(tmp_path: Path, pack: Path, data: Path) -> None:
    tried(pack, data, tmp_path / "out", "--set", "line=4500")
    found = duckdb.sql(
        f"SELECT place, sum(households)::INT FROM '{tmp_path}/out/counts.parquet' WHERE level = 3 AND grouping = '' AND kind = 'standard' AND name = 'enough' GROUP BY 1"
    )
    assert found.fetchall() == [("010101", 2)]


def test_another_pack_is_tried_in_its_place_with_the_numbers_of_a_day_on_which_it_is_in_force(
    tmp_path: Path, pack: Path, data: Path
) -> None:
    head = PACK_YAML.replace("orchard\n", "meadow\n").replace("2020-", "2021-")
    later = write_pack(
        tmp_path / "meadow", pack=head, parameters=PARAMETERS.replace("2020-", "2021-").replace("4000", "3500"), cohorts=COHORTS,
        dictionary=None, derived=None, standards=None,
    )  # fmt: skip
    for name in ("dictionary.yaml", "derived.yaml", "standards.yaml"):
        (later / name).write_text((pack / name).read_text("utf-8"), "utf-8")
    refused = tried(pack, data, tmp_path / "out", "--instead", later)
    assert refused.exit_code == 1
    assert "The pack meadow is in force from 2021-01-01 to 2021-12-31; 2020-06-01 lies outside." in refused.output
    assert "--numbers-of" in refused.output
    assert not (tmp_path / "out").exists()
    done = tried(pack, data, tmp_path / "out", "--instead", later, "--numbers-of", "2021-03-01", "--set", "line=3600")
    assert done.exit_code == 0, done.output
    assert "meadow instead of orchard" in done.output
    assert "Line: 3,600 yuan instead of 3,500 yuan" in done.output
    done = tried(pack, data, tmp_path / "out", "--instead", later, "--numbers-of", "2021-03-01")
    assert done.exit_code == 0, done.output
    assert moved(tmp_path / "out", "standard", "enough") == {}


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("lien=4500", "--set lien: The pack has no parameter “lien”. — did you mean: line"),
        ("line=lots", "--set line: “lots” is not a number. — write digits with a point, such as 1250 or 0.6"),
        ("line=-1", "--set line: “line” is at least 0; -1 is less."),
        ("old=59.5", "--set old: “59.5” is not a whole number."),
        ("shown=4", "--set shown: “shown” decides no standard and no cohort: whatever it is, nobody's outcome is another."),
        ("line", "line: write NAME=VALUE."),
    ],
)  # fmt: skip
def test_what_cannot_be_tried_is_refused_in_words_and_leaves_nothing(
    tmp_path: Path, pack: Path, data: Path, setting: str, said: str
) -> None:
    done = tried(pack, data, tmp_path / "out", "--set", setting)
    assert done.exit_code != 0
    assert said in done.output
    assert not (tmp_path / "out").exists()


def test_nothing_set_or_an_unknown_group_is_refused(tmp_path: Path, pack: Path, data: Path) -> None:
    done = tried(pack, data, tmp_path / "out")
    assert (done.exit_code, "Nothing would be otherwise" in done.output) == (1, True)
    done = tried(pack, data, tmp_path / "out", "--set", "line=1", "--group", "income")
    assert (done.exit_code, "Households cannot be grouped by “income”" in done.output) == (1, True)


def test_a_finished_screening_is_tried_upon_without_touching_it(tmp_path: Path, pack: Path, data: Path) -> None:
    assert run("screen", "--pack", pack, "--data", data, "--as-of", "2020-06-01", "--out", tmp_path / "as-it-is").exit_code == 0  # fmt: skip
    files = {file: file.read_bytes() for file in (tmp_path / "as-it-is").rglob("*") if file.is_file()}
    done = run("whatif", "--screening", tmp_path / "as-it-is", "--set", "line=4500", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert {file: file.read_bytes() for file in (tmp_path / "as-it-is").rglob("*") if file.is_file()} == files


def test_a_number_beyond_what_a_pack_allows_is_a_fault_of_the_pack(tmp_path: Path) -> None:
    wrong = write_pack(
        tmp_path / "wrong", pack=PACK_YAML, parameters=PARAMETERS.replace("4000", "-4000"), cohorts=COHORTS
    )
    said = run("pack", "check", wrong)
    assert said.exit_code == 1
    assert "“line” is at least 0; -4000 is less." in said.output
