"""What expressions mean at their edges, with answers written by hand: the reference evaluator and DuckDB give both."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.rulebook.world import rules, write_data, write_pack

from diguan import engine, rulebook

# One household per letter: income, debt, fenced, soil, joined_on; then its members' wages and in_school.
HOMES = {
    "line": ("4000,0.000001,true,GOOD,2010-06-01", ["100,true"]),
    "below": ("3999.999999,2.5,false,POOR,2010-06-02", ["100,true", ",true"]),
    "unknown": (",,,,", [","]),
    "nobody": ("0,-2.5,true,GOOD,2004-02-29", []),
    "large": ("1000000,999999999999,,,2019-06-30", ["0.5,false", "-0.5,", "7,true"]),
}
T, F, U = True, False, None
# Expression, its type, and the answers for line, below, unknown, nobody, large.
BOOLEANS: dict[str, tuple[bool | None, ...]] = {
    "income >= :line": (T, F, U, F, T),
    "income > :line": (F, F, U, F, T),
    "income <= :line": (T, T, U, T, F),
    "income = 4000.0": (T, F, U, F, F),
    "income <> :line": (F, T, U, T, T),
    "income BETWEEN 0 AND 4000": (T, T, U, T, F),
    "income BETWEEN 4000 AND 1000000": (T, F, U, F, T),
    "income BETWEEN 1000000 AND 0": (F, F, U, F, F),
    "soil = 'GOOD'": (T, F, U, T, U),
    "soil <> 'GOOD'": (F, T, U, F, U),
    "soil IN ('GOOD')": (T, F, U, T, U),
    "soil NOT IN ('GOOD', 'POOR')": (F, F, U, F, U),
    "income IN (4000, 0)": (T, F, U, T, F),
    "income IS NULL": (F, F, T, F, F),
    "fenced IS NOT NULL": (T, T, F, T, F),
    "soil IS NULL AND fenced IS NULL": (F, F, T, F, T),
    # Kleene: fenced is T F U T U; the line is T F U F T.
    "fenced AND income >= :line": (T, F, U, F, U),
    "fenced OR income >= :line": (T, F, U, T, T),
    "NOT fenced": (F, T, U, F, U),
    "fenced AND FALSE": (F, F, F, F, F),
    "fenced AND TRUE": (T, F, U, T, U),
    "fenced OR TRUE": (T, T, T, T, T),
    "fenced OR FALSE": (T, F, U, T, U),
    "fenced = fenced": (T, T, U, T, U),
    "NOT (fenced AND NOT fenced)": (T, T, U, T, U),
    # Members: wages 100 | 100, unknown | unknown | nobody | 0.5, -0.5, 7; in school T | T, T | U | nobody | F, U, T.
    "any_member(in_school)": (T, T, U, U, T),
    "all_members(in_school)": (T, T, U, U, F),
    "any_member(NOT in_school)": (F, F, U, U, T),
    "any_member(wage > 50)": (T, T, U, U, F),
    "all_members(wage > 50)": (T, U, U, U, F),
    "any_member(wage > 50, in_school)": (T, T, U, U, F),
    "any_member(wage < 0, NOT in_school)": (F, F, U, U, U),
    "all_members(wage > 50, NOT in_school)": (T, T, U, U, F),
    "any_member(wage IS NULL)": (F, T, T, U, F),
    "any_member(TRUE)": (T, T, T, U, T),
    "all_members(FALSE, wage > 1000)": (T, U, U, U, T),
    "any_member(income >= :line)": (T, F, U, U, T),
    "CASE WHEN fenced THEN TRUE ELSE FALSE END": (T, F, U, T, U),
    "CASE WHEN income > 1 THEN TRUE WHEN fenced THEN FALSE ELSE TRUE END": (T, T, U, F, T),
    "CASE WHEN income >= 0 THEN TRUE ELSE fenced END": (T, T, U, T, T),
    "CASE WHEN fenced IS NULL THEN TRUE ELSE fenced END": (T, F, T, T, T),
}  # fmt: skip
NUMBERS: dict[str, tuple[str | None, ...]] = {
    "income - debt": ("3999.999999", "3997.499999", U, "2.5", "-999998999999"),
    "debt * 2": ("0.000002", "5", U, "-5", U),
    "debt * 0.5": ("0.000001", "1.25", U, "-1.25", "499999999999.5"),
    "debt + debt": ("0.000002", "5", U, "-5", U),
    "debt + debt - debt": ("0.000001", "2.5", U, "-2.5", "999999999999"),
    "-debt": ("-0.000001", "-2.5", U, "2.5", "-999999999999"),
    "safe_div(income, debt)": ("4000000000", "1600", U, "0", "0.000001"),
    "safe_div(income, income)": ("1", "1", U, U, "1"),
    "safe_div(income, 0)": (U, U, U, U, U),
    "safe_div(1, 3)": ("0.333333",) * 5,
    "safe_div(-2, 3)": ("-0.666667",) * 5,
    "safe_div(-1, -6)": ("0.166667",) * 5,
    "safe_div(debt, 2)": ("0.000001", "1.25", U, "-1.25", "499999999999.5"),
    "safe_div(debt, 0.000001)": ("1", "2500000", U, "-2500000", U),
    "round(debt)": ("0", "3", U, "-3", "999999999999"),
    "round(debt, 5)": ("0", "2.5", U, "-2.5", "999999999999"),
    "floor(debt)": ("0", "2", U, "-3", "999999999999"),
    "abs(debt)": ("0.000001", "2.5", U, "2.5", "999999999999"),
    "least(income, debt)": ("0.000001", "2.5", U, "-2.5", "1000000"),
    "greatest(income, debt, 3)": ("4000", "3999.999999", U, "3", "999999999999"),
    "age_on(joined_on, :as_of)": ("10", "9", U, "16", "0"),
    "age_on(joined_on, DATE '2005-02-28')": (U, U, U, "0", U),
    "age_on(joined_on, DATE '2005-03-01')": (U, U, U, "1", U),
    "years_between(joined_on, DATE '2004-02-28')": ("-6", "-6", U, "0", "-15"),
    "months_between(joined_on, :as_of)": ("120", "119", U, "195", "11"),
    "days_between(joined_on, :as_of)": ("3653", "3652", U, "5937", "337"),
    "count_members()": ("1", "2", "1", U, "3"),
    "count_members(in_school)": ("1", "2", U, U, U),
    "count_members(wage > 50)": ("1", U, U, U, "0"),
    "sum_members(wage)": ("100", U, U, U, "7"),
    "sum_members(wage, in_school)": ("100", U, U, U, U),
    "sum_members(wage, wage > 1)": ("100", U, U, U, "7"),
    "sum_members(wage, FALSE)": ("0", "0", "0", U, "0"),
    "min_members(wage)": ("100", U, U, U, "-0.5"),
    "max_members(wage)": ("100", U, U, U, "7"),
    "max_members(wage, FALSE)": (U, U, U, U, U),
    "min_members(wage, wage IS NOT NULL)": ("100", "100", U, U, "-0.5"),
    "CASE WHEN fenced THEN 1 ELSE 2 END": ("1", "2", U, "1", U),
    "CASE WHEN debt > 1 THEN debt WHEN fenced THEN 0 ELSE income END": ("0", "2.5", U, "0", "999999999999"),
}  # fmt: skip
EXPRESSIONS = [*(("boolean", text) for text in BOOLEANS), *(("decimal", text) for text in NUMBERS)]


def orchard_at_its_borders(folder: Path) -> tuple[rulebook.Rules, Path]:
    """Rules with a derived variable for each expression, and the folder with the households."""
    derived = "".join(
        f'  value_{i}: {{entity: household, type: {kind}, label: V, formula: "{text}"}}\n'
        for i, (kind, text) in enumerate(EXPRESSIONS)
    )
    orchard = rules(write_pack(folder / "pack", derived="derived:\n" + derived))
    homes = [f"{key},{values}" for key, (values, _) in HOMES.items()]
    people = [f"{key}{i},{key},{values}" for key, (_, members) in HOMES.items() for i, values in enumerate(members)]
    return orchard, write_data(
        folder / "data",
        ["household_id,income,debt,fenced,soil,joined_on", *homes],
        ["person_id,household_id,wage,in_school", *people],
    )


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, tuple[list[object], list[object]]]:
    """Expression → what the reference says for each household, what DuckDB says."""
    folder = tmp_path_factory.mktemp("conformance")
    orchard, data = orchard_at_its_borders(folder)
    engine.screen(orchard, data, folder / "out", engine.Options(threads=1))
    table = duckdb.read_parquet(str(folder / "out/derived.parquet"))
    rows = {str(row[0]): dict(zip(table.columns, row, strict=True)) for row in table.fetchall()}
    facts = {key: engine.one_household(orchard, data, key) for key in HOMES}
    by_reference = {key: rulebook.Household(orchard, one.household, one.members) for key, one in facts.items()}
    return {
        text: ([by_reference[key].value(f"value_{i}") for key in HOMES], [rows[key][f"value_{i}"] for key in HOMES])
        for i, (_, text) in enumerate(EXPRESSIONS)
    }


@pytest.mark.parametrize("text", BOOLEANS)
def test_a_condition_has_the_answer_written_here(
    answers: Mapping[str, tuple[list[object], list[object]]], text: str
) -> None:
    reference, duck = answers[text]
    assert dict(zip(HOMES, reference, strict=True)) == dict(zip(HOMES, BOOLEANS[text], strict=True))
    assert duck == reference


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_has_the_answer_written_here(
    answers: Mapping[str, tuple[list[object], list[object]]], text: str
) -> None:
    expected = [None if answer is None else Decimal(answer) for answer in NUMBERS[text]]
    reference, duck = answers[text]
    assert dict(zip(HOMES, reference, strict=True)) == dict(zip(HOMES, expected, strict=True))
    assert duck == reference


TRUTHS = {"TRUE": True, "FALSE": False, "fenced": None}


@pytest.mark.parametrize("left", TRUTHS)
@pytest.mark.parametrize("right", TRUTHS)
def test_and_or_and_not_follow_kleene(tmp_path: Path, left: str, right: str) -> None:
    a, b = TRUTHS[left], TRUTHS[right]
    both = False if False in (a, b) else None if None in (a, b) else True
    either = True if True in (a, b) else None if None in (a, b) else False
    formulas = {"both": f"{left} AND {right}", "either": f"{left} OR {right}", "neither": f"NOT ({left} OR {right})"}
    derived = "".join(
        f"  {n}: {{entity: household, type: boolean, label: V, formula: {f}}}\n" for n, f in formulas.items()
    )
    pack = rules(write_pack(tmp_path / "pack", derived="derived:\n" + derived, standards=None, cohorts=None))
    data = write_data(tmp_path / "data", ["household_id,fenced", "h,"], None)
    engine.screen(pack, data, tmp_path / "out", engine.Options(threads=1))
    expected = {"both": both, "either": either, "neither": None if either is None else not either}
    found = duckdb.read_parquet(str(tmp_path / "out/derived.parquet")).fetchall()
    assert found == [("h", *expected.values())]
    household = rulebook.Household(pack, {"fenced": None}, [])
    assert {name: household.value(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2014, 6, 1), date(2020, 6, 1), 6),
        (date(2014, 6, 2), date(2020, 6, 1), 5),
        (date(2004, 2, 29), date(2020, 2, 28), 15),
        (date(2004, 2, 29), date(2020, 2, 29), 16),
        (date(2004, 2, 29), date(2021, 2, 28), 16),
        (date(2004, 2, 29), date(2021, 3, 1), 17),
        (date(2020, 6, 1), date(2020, 6, 1), 0),
        (date(2020, 6, 2), date(2020, 6, 1), None),
    ],
)
def test_an_age_changes_on_the_birthday_and_is_unknown_before_birth(born: date, on: date, age: int | None) -> None:
    assert rulebook.numbers.age_on(born, on) == age
