"""What the demo province must be: exact, repeatable, believable, and never outside the dictionary."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from tests.demo.conftest import SCALE, Province

from diguan.demo import Made, census, policy, stories
from diguan.rulebook import Pack


def test_the_rules_derive_the_published_counts_at_any_scale(province: Province) -> None:
    numbers = policy.read(province.pack)
    wanted, _ = census.targets(numbers, SCALE)
    derived = dict(province.ask("SELECT cohort, sum(persons)::BIGINT FROM outcomes GROUP BY ALL"))
    assert {cohort: derived[cohort] for cohort in wanted} == wanted
    assert census.targets(numbers, 1)[0] == dict(numbers.baseline)


def test_every_household_lands_where_it_was_meant_to(province: Province) -> None:
    derived = dict(province.ask("SELECT cohort, count(*) FROM outcomes GROUP BY ALL"))
    meant = dict(province.made.households_by_group)
    assert derived.pop("none") == meant.pop("stable") + meant.pop("ordinary")
    assert derived.pop("unknown") == meant.pop("to_check")
    assert derived == meant


def test_the_counts_in_the_report_are_those_in_the_files(province: Province) -> None:
    made = province.made
    (counted,) = province.ask(
        "SELECT (SELECT count(*) FROM households), (SELECT count(*) FROM persons), (SELECT count(*) FROM said)"
    )
    assert counted == (made.households, made.persons, made.observations)


def test_the_same_seed_gives_the_same_bytes(province: Province, make: Callable[..., Made]) -> None:
    again = make()
    assert again.digest == province.made.digest
    for name in ("households", "persons", "observations"):
        file = f"{name}.parquet"
        assert (again.folder / file).read_bytes() == (province.made.folder / file).read_bytes()


def test_another_seed_gives_another_province_with_the_same_stories(
    province: Province, make: Callable[..., Made]
) -> None:
    other = make(seed=7)
    assert other.digest != province.made.digest
    told = [(story.household, story.place, story.name) for story in stories.all_stories()]
    question = f"SELECT * FROM read_parquet('{{}}/households.parquet') LIMIT {len(told)}"
    assert province.ask(question.format(other.folder)) == told == province.ask(question.format(province.made.folder))


def test_a_province_smaller_than_its_stories_is_refused(make: Callable[..., Made]) -> None:
    with pytest.raises(census.ScaleTooSmall, match="stories"):
        make(scale=0.0001)


def test_every_statement_is_in_the_dictionary(province: Province) -> None:
    for source, reporter, body in province.ask("SELECT source, reporter, body FROM said"):
        assert source in province.pack.sources
        assert reporter
        said = json.loads(body)
        for entity, known in [
            ("household", said["household"]),
            *(("person", facts) for facts in said["persons"].values()),
        ]:
            for name, value in known.items():
                assert province.pack.variables[name].entity == entity
                assert _fits(province.pack, name, value), (name, value)


def _fits(pack: Pack, name: str, value: object) -> bool:
    variable = pack.variables[name]
    if variable.type == "boolean":
        return isinstance(value, bool)
    if variable.type == "integer":
        return type(value) is int and _within(pack, name, Decimal(value))
    assert isinstance(value, str)
    if variable.type == "code":
        return value in variable.codes
    if variable.type == "date":
        return date.fromisoformat(value) <= policy.read(pack).as_of
    if variable.type in ("money", "decimal"):
        return _within(pack, name, Decimal(value))
    return bool(value)


def _within(pack: Pack, name: str, value: Decimal) -> bool:
    low, high = pack.variables[name].min, pack.variables[name].max
    return (low is None or value >= low) and (high is None or value <= high)


def test_nobody_speaks_after_the_day_of_the_demo(province: Province) -> None:
    ((last,),) = province.ask("SELECT max(observed_on) FROM said")
    assert last <= policy.read(province.pack).as_of


def test_everybody_has_a_head_and_ages_that_fit(province: Province) -> None:
    assert (
        province.ask("SELECT household_id FROM p GROUP BY 1 HAVING count(*) FILTER (relation_to_head = 'head') <> 1")
        == []
    )
    younger = """SELECT c.person_id FROM p c JOIN p h USING (household_id)
        WHERE h.relation_to_head = 'head' AND c.relation_to_head IN ('child', 'grandchild')
          AND c.birth_date < h.birth_date + INTERVAL 16 YEAR"""
    assert province.ask(younger) == []


def test_cohorts_are_small_and_old_as_published(province: Province) -> None:
    ((size, old),) = province.ask("""
        SELECT sum(persons) / count(*), count(*) FILTER (has_old) / count(*) FROM outcomes
        JOIN (SELECT household_id, bool_or(birth_date < DATE '1960-05-29') AS has_old FROM p GROUP BY 1) USING (household_id)
        WHERE cohort NOT IN ('none', 'unknown')""")
    assert 1.6 < size < 2.0
    assert old > 0.6


def test_incomes_do_not_heap_above_the_line(province: Province) -> None:
    """As many in the band above the line as below it, give or take chance and the slope."""
    line = policy.read(province.pack).line / 100
    ((below, above),) = province.ask(f"""
        SELECT count(*) FILTER (net_income_per_capita BETWEEN {line - 400} AND {line - 0.01}),
               count(*) FILTER (net_income_per_capita BETWEEN {line} AND {line + 399.99})
        FROM derived JOIN outcomes USING (household_id) WHERE cohort = 'remaining_poor'""")
    assert 0.5 < above / below < 2


def test_medical_spending_has_a_heavy_tail(province: Province) -> None:
    ((middle, top),) = province.ask(
        "SELECT quantile_cont(medical_self_paid, 0.5), quantile_cont(medical_self_paid, 0.99) FROM h"
    )
    assert top > 12 * middle


def test_income_was_above_that_years_line_when_a_household_exited(province: Province) -> None:
    lines = policy.read(province.pack).lines
    values = ", ".join(f"({year}, {line / 100})" for year, line in lines.items())
    rows = province.ask(f"""
        WITH updates AS (
          SELECT household_id, year(observed_on) AS year, body::JSON AS body FROM said WHERE source = 'registry'),
        incomes AS (
          SELECT household_id, year, list_sum(list_transform(map_entries((body->'household')::MAP(VARCHAR, VARCHAR)),
                   lambda e: CASE WHEN NOT regexp_full_match(e.value, '[0-9]+[.]00') THEN 0
                                  WHEN e.key = 'operating_costs' THEN -e.value::DOUBLE ELSE e.value::DOUBLE END))
                 + coalesce(list_sum(list_transform(map_values((body->'persons')::MAP(VARCHAR, MAP(VARCHAR, VARCHAR))),
                   lambda m: coalesce(m['wage_income'], '0')::DOUBLE + coalesce(m['public_post_income'], '0')::DOUBLE)), 0) AS total
          FROM updates WHERE (body->'$.household.planting_receipts') IS NOT NULL),
        exits AS (SELECT household_id, year(exited_on) AS year, persons FROM h JOIN outcomes USING (household_id)
                  WHERE exited_on IS NOT NULL AND exited_on < DATE '2019-10-01' AND cohort <> 'unknown')
        SELECT household_id, total / persons, line FROM exits JOIN incomes USING (household_id, year)
        JOIN (VALUES {values}) AS l(year, line) USING (year) WHERE total / persons < line - 1""")
    assert rows == []


def test_houses_were_mended_and_appraised_again(province: Province) -> None:
    ((mended,),) = province.ask("""
        SELECT count(DISTINCT first.household_id) FROM said first JOIN said later USING (household_id)
        WHERE (first.body->>'$.household.housing_grade') IN ('C', 'D') AND later.source = 'housing'
          AND later.observed_on > first.observed_on AND (later.body->>'$.household.housing_grade') IN ('A', 'B')""")
    assert mended > 10


def test_every_standard_is_somewhere_met_not_met_and_unknown(province: Province) -> None:
    for standard in province.pack.standards:
        outcomes = {outcome for (outcome,) in province.ask(f"SELECT DISTINCT {standard} FROM outcomes")}
        assert (
            outcomes >= {"met", "not_met"}
            if standard in ("clothing", "education")
            else outcomes == {"met", "not_met", "unknown"}
        )


def test_some_records_contradict_themselves_and_most_do_not(province: Province) -> None:
    ((at_fault, grave),) = province.ask("""
        SELECT count(DISTINCT household_id) / (SELECT count(*) FROM outcomes),
               count(DISTINCT household_id) FILTER ("check" IN ('not_one_head', 'two_spouses', 'born_later'))
        FROM faults""")
    assert 0.03 < at_fault < 0.2
    assert grave == 0
    kinds = {name for (name,) in province.ask('SELECT DISTINCT "check" FROM faults')}
    assert len(kinds) > 12
    assert kinds >= {"post_at_high_age", "id_number_in_doubt", "pupil_with_job", "no_medical_cover"}


def test_nobody_lives_in_a_placeholder_and_few_in_the_city(province: Province) -> None:
    ((urban, everybody),) = province.ask("SELECT count(*) FILTER (place[10:12] < '200'), count(*) FROM households")
    assert urban < everybody * 0.05
