"""Rules that look back: what was known some months before, out of snapshots of those days; by hand, on both evaluators."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from tests.rulebook.world import FILES, faults, rules, screen, standard, write_data, write_pack

from diguan import engine, rulebook
from diguan.cli.tour import diguan
from diguan.engine.cases import by_engine
from diguan.rulebook.cases import by_reference, load_cases

DERIVED = """
derived:
  kept: {entity: household, type: money, label: Kept, formula: income - debt}
  earned: {entity: household, type: money, label: Earned, formula: sum_members(wage)}
  grown: {entity: person, type: boolean, label: Grown up, formula: "age_on(born_on, :as_of) >= 18"}
"""
# Whether the household kept at least half of what it kept a year before.
FALL = "kept >= safe_div(previous(kept, 12), 2)"
HOMES = ["H1,V1,4000,0,1,GOOD,true,,", "H2,V1,2000,0,1,GOOD,true,,", "H3,V2,5000,0,1,GOOD,true,,"]
PEOPLE = ["P1,H1,2002-03-01,500,true", "P2,H2,1980-01-01,700,true", "P3,H3,1981-01-01,,true"]
# A year before: H2 kept 4,000.01, H3 was not there, and P2 lived with P1 in H1.
HOMES_THEN = ["H1,V1,3000,0,1,GOOD,true,,", "H2,V1,4000.01,0,1,POOR,false,,"]
PEOPLE_THEN = ["P1,H1,2002-03-01,400,true", "P2,H1,1980-01-01,900,false"]


def pack(folder: Path, expression: str = FALL, **more: str) -> Path:
    return write_pack(folder / "pack", derived=DERIVED, standards=standard(f'"{expression}"'), cohorts=None, **more)


def world(folder: Path, day: str = "2019-06-01") -> tuple[Path, Path]:
    """The folder of the data, and that of the snapshots with one of the day."""
    write_data(folder / "past" / day, HOMES_THEN, PEOPLE_THEN)
    return write_data(folder / "data", HOMES, PEOPLE), folder / "past"


def answers(folder: Path, expression: str, **more: object) -> list[str]:
    """The outcome for H1, H2 and H3, once the reference evaluator has given the same."""
    found = rules(pack(folder, expression))
    data, past = world(folder)
    history = engine.history.find(past, found)
    engine.screen(found, data, folder / "out", engine.Options(threads=1, history=history))
    outcomes = dict(duckdb.sql(f"SELECT household_id, tested FROM '{folder}/out/outcomes.parquet'").fetchall())
    for key, outcome in outcomes.items():
        one = engine.one_household(found, data, key, beside=engine.Beside(history=history))
        home = rulebook.Household(found, one.household, one.members, one.computed, one.past)
        assert (key, home.outcomes()) == (key, {"tested": outcome})
    return [outcomes[key] for key in ("H1", "H2", "H3")]


MET, NOT, UNKNOWN = "met", "not_met", "unknown"
ANSWERS = {
    FALL: (MET, NOT, UNKNOWN),  # H2 kept half of 4,000.01 but for half a fen
    "previous(income, 12) IS NULL": (NOT, NOT, MET),
    "previous(soil, 12) = 'POOR'": (NOT, MET, UNKNOWN),
    "fenced = previous(fenced, 12)": (MET, NOT, UNKNOWN),
    # Persons: P2 is followed to where she lived; P3 was nowhere.
    "sum_members(previous(wage, 12)) >= 900": (NOT, MET, UNKNOWN),
    "any_member(in_school AND NOT previous(in_school, 12))": (NOT, MET, UNKNOWN),
    # Of the household: its members of that time. H2 stood empty, which is unknown.
    "previous(earned, 12) = 1300": (MET, UNKNOWN, UNKNOWN),
    # Ages are those of that day: P1 was 17, and is 18 now.
    "any_member(grown AND NOT previous(grown, 12))": (MET, NOT, UNKNOWN),
    "any_member(wage > previous(income, 12))": (NOT, NOT, UNKNOWN),
}


@pytest.mark.parametrize("expression", ANSWERS)
def test_the_past_is_what_was_known_then_on_both_evaluators(tmp_path: Path, expression: str) -> None:
    assert answers(tmp_path, expression) == list(ANSWERS[expression])


def test_a_snapshot_serves_as_long_as_it_lies_full_months_back_and_no_longer(tmp_path: Path) -> None:
    found = rules(pack(tmp_path))
    for day in ("2019-05-01", "2019-05-02", "2019-06-01", "2019-06-02", "notes"):
        write_data(tmp_path / "past" / day, HOMES_THEN, PEOPLE_THEN)
    assert engine.history.find(tmp_path / "past", found)[12].on == date(2019, 6, 1)
    (tmp_path / "past/2019-06-01").rename(tmp_path / "past/2019-07-01")
    assert engine.history.find(tmp_path / "past", found)[12].on == date(2019, 5, 2)
    (tmp_path / "past/2019-05-02").rename(tmp_path / "past/2019-08-02")
    with pytest.raises(
        engine.DataRefused,
        match=r"The rules look back 12 months before 2020-06-01, and .* has no snapshot of 2019-06-01 or the month before",
    ):
        engine.history.find(tmp_path / "past", found)


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ("2020-02-29", 12, "2019-02-28"),
        ("2020-03-31", 1, "2020-02-29"),
        ("2020-01-15", 1, "2019-12-15"),
        ("2020-12-31", 24, "2018-12-31"),
    ],
)
def test_the_day_some_months_before_is_the_last_one_from_which_they_are_full(
    day: str, months: int, before: str
) -> None:
    found = rulebook.numbers.months_before(date.fromisoformat(day), months)
    assert found.isoformat() == before
    assert rulebook.numbers.months_between(found, date.fromisoformat(day)) == months


def run(*arguments: object) -> Result:
    return CliRunner().invoke(diguan, [*map(str, arguments), "--lang", "en"])


def asked(folder: Path, *more: object) -> tuple[object, ...]:
    data, _ = world(folder)
    return ("--pack", folder / "pack", "--data", data, "--as-of", "2020-06-01", *more)


def test_the_terminal_says_what_history_is_missing_and_screens_with_it(tmp_path: Path) -> None:
    pack(tmp_path)
    without = run("screen", *asked(tmp_path, "--out", tmp_path / "out"))
    assert without.exit_code == 1
    assert "The rules look back 12 months: name the folder of earlier snapshots with --history" in without.output
    assert not (tmp_path / "out").exists()
    done = run("screen", *asked(tmp_path, "--out", tmp_path / "out", "--history", tmp_path / "past"))
    assert done.exit_code == 0, done.output
    unknown = run("screen", *asked(tmp_path, "--out", tmp_path / "out", "--missing-as-unknown"))
    assert unknown.exit_code == 0, unknown.output
    assert duckdb.sql(f"SELECT DISTINCT tested FROM '{tmp_path}/out/outcomes.parquet'").fetchall() == [("unknown",)]


def test_an_explanation_shows_the_present_and_the_former_value_with_its_day(tmp_path: Path) -> None:
    pack(tmp_path)
    shown = run("explain", "--household", "H2", *asked(tmp_path, "--history", tmp_path / "past")).output
    assert "Kept is at least Kept 12 months before ÷ 2" in shown
    assert "· Kept: 2,000" in shown
    assert "· Kept (2019-06-01): 4,000.01" in shown
    assert "· Income (2019-06-01): 4,000.01" in shown


def test_a_faulty_snapshot_of_the_past_is_named_and_a_faulty_row_in_it_leaves_its_household_unknown(
    tmp_path: Path,
) -> None:
    found = rules(pack(tmp_path))
    data, past = world(tmp_path)
    history = engine.history.find(past, found)
    (past / "2019-06-01/households.csv").write_text("household_id,income,debt\nH1,much,0\nH2,9000,0\n")
    done = engine.screen(found, data, tmp_path / "out", engine.Options(threads=1, history=history))
    assert done.history["12"]["refused_households"] == 1
    outcomes = dict(duckdb.sql(f"SELECT household_id, tested FROM '{tmp_path}/out/outcomes.parquet'").fetchall())
    assert outcomes == {"H1": "unknown", "H2": "not_met", "H3": "unknown"}
    (past / "2019-06-01/households.csv").write_text("household_id,income\nH1,1\n")
    with pytest.raises(engine.DataRefused, match=r"2019-06-01/households.csv lacks columns that the rules read: debt"):
        engine.screen(found, data, tmp_path / "out", engine.Options(threads=1, history=history))


def test_a_check_that_looks_back_without_history_is_unknown_and_stops_nothing(tmp_path: Path) -> None:
    fault = "income > 10 * previous(income, 12)"
    checks = f'checks:\n  leap: {{entity: household, label: L, text: L, fault_when: "{fault}", severity: error, mended_by: desk, source: {{}}}}\n'
    head = FILES["pack.yaml"] + "roles: {desk: Desk}\n"
    written = write_pack(tmp_path / "pack", pack=head, checks=checks)
    data, _ = world(tmp_path)
    done = screen(written, data, tmp_path / "out")
    assert done.absent_columns == ["income 12 months before"]
    counted = (
        "SELECT outcome, households FROM '{}/out/totals.parquet' WHERE level = 0 AND kind = 'check' AND id = 'leap'"
    )
    assert duckdb.sql(counted.format(tmp_path)).fetchall() == [("unknown", 3)]


CIRCLE = "  a: {entity: household, type: money, label: A, formula: 'income + previous(b, 12)'}\n  b: {entity: household, type: money, label: B, formula: a - 1}\n"
TWICE = "  a: {entity: household, type: money, label: A, formula: 'previous(income, 1)'}\n  b: {entity: household, type: money, label: B, formula: 'previous(a, 12)'}\n"
SELF = "  a: {entity: household, type: money, label: A, formula: 'income + previous(a, 12)'}\n"
COMPUTED = "  middle: {type: money, label: M, computed: 'weighted_median(income, 1)'}\n"


def test_a_value_that_rests_on_its_own_past_is_refused_as_a_circle(tmp_path: Path) -> None:
    for number, text in enumerate((CIRCLE, SELF)):
        [fault] = faults(write_pack(tmp_path / str(number), derived="derived:\n" + text))
        assert fault.startswith("derived.yaml:2:3: These depend on each other in a circle: ")


def test_a_rule_looks_back_only_once_and_never_at_what_all_households_make_together(tmp_path: Path) -> None:
    assert faults(write_pack(tmp_path / "a", derived="derived:\n" + TWICE)) == [
        "derived.yaml:3:59: “a” rests on a value of the past itself (a), and a rule looks back only once. — name what it is computed from"
    ]
    low = "  low: {entity: household, type: boolean, label: L, formula: 'income < :middle'}\n"
    text = low + "  was: {entity: household, type: boolean, label: W, formula: 'previous(low, 12)'}\n"
    assert faults(
        write_pack(tmp_path / "b", derived="derived:\n" + text, parameters=FILES["parameters.yaml"] + COMPUTED)
    ) == [
        "derived.yaml:3:63: “low” rests on :middle, which is computed over all households and has no former value. — name what it is computed from"
    ]


CASES = """
cases:
  - name: A household that lost its work within a year is found
    as_of: 2020-06-01
    household: {income: 2000, debt: 0}
    members: [{wage: 100}]
    before: {12: {household: {income: 4000.01, debt: 0}, members: [{wage: 900}, {wage: 5}]}}
    expect: {standards: {tested: not_met}, derived: {lost: 800}}
  - name: A household that nobody knew a year before is unknown
    as_of: 2020-06-01
    household: {income: 2000, debt: 0}
    members: [{wage: 100}]
    expect: {standards: {tested: unknown}, derived: {lost: unknown}}
"""


def test_worked_cases_say_what_was_known_before_and_hold_on_both_evaluators(tmp_path: Path) -> None:
    lost = "  lost: {entity: household, type: money, label: Lost, formula: 'sum_members(previous(wage, 12)) - sum_members(wage)'}\n"
    folder = pack(tmp_path)
    (folder / "derived.yaml").write_text(DERIVED + lost)
    (folder / "cases").mkdir()
    (folder / "cases/past.yaml").write_text(CASES)
    found = rulebook.load(folder)
    cases = load_cases(found)
    assert [miss for case in cases for miss in by_reference(found, case)] == []
    assert list(by_engine(found, cases)) == []
    (folder / "cases/past.yaml").write_text(CASES.replace("{12:", "{11:"))
    with pytest.raises(
        rulebook.PackProblems, match=r"cases/past.yaml:7:14: No rule looks back “11” months. — write one of: 12"
    ):
        load_cases(found)


def test_a_median_of_former_values_is_taken_over_those_who_were_there(tmp_path: Path) -> None:
    parameters = FILES["parameters.yaml"] + COMPUTED.replace("(income, 1)", "(previous(income, 12), 1)")
    found = rules(pack(tmp_path, "income >= :middle", parameters=parameters))
    data, past = world(tmp_path)
    done = engine.screen(
        found, data, tmp_path / "out", engine.Options(threads=1, history=engine.history.find(past, found))
    )
    assert (Decimal(str(done.computed["middle"])), done.known) == (Decimal("3500.005"), {"middle": 2})
