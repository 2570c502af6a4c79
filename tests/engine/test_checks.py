"""checks.parquet and the counts of checks: whom, how often, and what could not be checked."""

from pathlib import Path

import duckdb
import pytest
from tests.rulebook.world import FILES, rules, write_data, write_pack

from diguan import engine, rulebook

PACK = FILES["pack.yaml"] + "roles: {keeper: Keeper}\n"
CHECKS = """checks:
  in_debt: {entity: household, label: A, text: B, severity: warning, mended_by: keeper, fault_when: debt > income, source: {document: rules}}
  paid: {entity: person, label: A, text: B, severity: error, mended_by: keeper, fault_when: wage > 100, source: {document: rules}}
"""
HOUSEHOLDS = [
    "h1,p,100,200,1,GOOD,true,2020-01-01,x",
    "h2,p,100,50,1,GOOD,true,2020-01-01,x",
    "h3,p,100,,1,GOOD,true,2020-01-01,x",
]
PERSONS = [
    "p1,h1,1980-01-01,500,true",
    "p2,h1,1990-01-01,900,true",
    "p3,h2,1990-01-01,,true",
    "p4,h3,1990-01-01,7,true",
]


@pytest.fixture
def orchard(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "orchard", pack=PACK, checks=CHECKS)


def _ask(out: Path, question: str) -> list[tuple[object, ...]]:
    return duckdb.sql(question.format(checks=f"'{out}/checks.parquet'", totals=f"'{out}/totals.parquet'")).fetchall()


def test_each_fault_is_a_row_with_the_person_it_concerns(orchard: Path, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data", HOUSEHOLDS, PERSONS)
    engine.screen(rules(orchard), data, tmp_path / "out")
    found = _ask(tmp_path / "out", 'SELECT household_id, person_id, "check" FROM {checks} ORDER BY ALL')
    assert found == [("h1", "p1", "paid"), ("h1", "p2", "paid"), ("h1", None, "in_debt")]


def test_a_household_counts_once_for_a_check_and_what_is_unknown_is_counted_apart(
    orchard: Path, tmp_path: Path
) -> None:
    data = write_data(tmp_path / "data", HOUSEHOLDS, PERSONS)
    engine.screen(rules(orchard), data, tmp_path / "out")
    counted = (
        "SELECT kind, id, outcome, households, persons FROM {totals} WHERE level = 0 AND kind IN ('check', 'severity')"
    )
    assert set(_ask(tmp_path / "out", counted)) == {
        ("check", "in_debt", "raised", 1, 2),
        ("check", "in_debt", "unknown", 1, 1),
        ("check", "paid", "raised", 1, 2),
        ("check", "paid", "unknown", 1, 1),
        ("check", "all", "raised", 1, 2),
        ("severity", "error", "raised", 1, 2),
        ("severity", "warning", "raised", 1, 2),
    }


def test_a_column_that_only_checks_read_may_be_absent_and_is_named(orchard: Path, tmp_path: Path) -> None:
    columns = "person_id,household_id,in_school"
    data = write_data(tmp_path / "data", HOUSEHOLDS, [columns, "p1,h1,true", "p2,h2,true", "p3,h3,true"])
    done = engine.screen(rules(orchard), data, tmp_path / "out")
    assert done.absent_columns == ["persons.csv: wage"]
    assert _ask(
        tmp_path / "out", "SELECT households FROM {totals} WHERE id = 'paid' AND outcome = 'unknown' AND level = 0"
    ) == [(3,)]


def test_a_column_that_outcomes_need_is_still_asked_for(orchard: Path, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data", HOUSEHOLDS, ["person_id,household_id,wage", "p1,h1,1"])
    with pytest.raises(engine.DataRefused, match="in_school"):
        engine.screen(rules(orchard), data, tmp_path / "out")


def test_without_persons_checks_of_persons_are_unknown_and_others_are_made(tmp_path: Path) -> None:
    alone = "standards:\n  enough: {label: A, met_when: income > 0, source: {document: rules}}\n"
    more = CHECKS + (
        "  aged: {entity: household, label: A, text: B, severity: notice, mended_by: keeper, source: {document: rules},"
        " fault_when: \"min_members(born_on) < DATE '1900-01-01' OR count_members() > 3 OR any_member(wage > 1)\"}\n"
    )
    pack = write_pack(tmp_path / "orchard", pack=PACK, checks=more, standards=alone)
    data = write_data(tmp_path / "data", HOUSEHOLDS)
    (data / "persons.csv").unlink(missing_ok=True)
    engine.screen(rules(pack), data, tmp_path / "out")
    assert _ask(tmp_path / "out", 'SELECT household_id, person_id, "check" FROM {checks}') == [("h1", None, "in_debt")]
    unknown = "SELECT id, households FROM {totals} WHERE level = 0 AND outcome = 'unknown' AND kind = 'check'"
    assert set(_ask(tmp_path / "out", unknown)) == {("paid", 3), ("aged", 3), ("in_debt", 1)}


def test_without_checks_outcomes_are_the_same_and_nothing_is_said_of_faults(orchard: Path, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data", HOUSEHOLDS, PERSONS)
    engine.screen(rules(orchard), data, tmp_path / "with")
    engine.screen(rules(orchard).without_checks(), data, tmp_path / "without")
    outcomes = [
        duckdb.sql(f"FROM '{tmp_path}/{name}/outcomes.parquet' ORDER BY household_id").fetchall()
        for name in ("with", "without")
    ]
    assert outcomes[0] == outcomes[1]
    assert not (tmp_path / "without/checks.parquet").exists()
    assert _ask(tmp_path / "without", "SELECT * FROM {totals} WHERE kind IN ('check', 'severity')") == []


def test_the_terminal_prints_faults_and_what_could_not_be_checked(
    orchard: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from diguan.cli import tables

    data = write_data(tmp_path / "data", HOUSEHOLDS, PERSONS)
    these: rulebook.Rules = rules(orchard)
    tables.print_screening(these, engine.screen(these, data, tmp_path / "out"), tmp_path / "out", "en")
    said = capsys.readouterr().out
    assert "A (warning)" in said
    assert "not checkable" in said
    assert "any of these" in said
