"""A pack of another world, written from the format alone: a proxy-means test, end to end by both evaluators."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from diguan import engine, rulebook
from diguan.engine.cases import by_engine

FILES = {
    "pack.yaml": """\
id: proxy-means
version: "0.3.0"
title: {en: Proxy-means test}
authority: Ministry of a made-up country
status: draft
in_force: {from: 2023-01-01}
documents:
  decree-7: {title: Decree 7, issuer: Ministry of a made-up country, date: 2022-12-01}
weight: sampling_weight
""",
    "dictionary.yaml": """\
sources: {enumerator: Enumerator, self: Self-declared}
variables:
  roof: {entity: household, type: code, label: Roof, codes: {THATCH: Thatch, IRON: Iron, TILE: Tile}}
  rooms: {entity: household, type: integer, label: Rooms, min: 1, max: 20}
  land_ha: {entity: household, type: decimal, unit: ha, label: Land, min: 0}
  has_radio: {entity: household, type: boolean, label: Radio}
  sampling_weight: {entity: household, type: decimal, label: Weight, min: 0}
  birth: {entity: person, type: date, label: Born}
  sex: {entity: person, type: code, label: Sex, codes: {F: Female, M: Male}}
  schooling: {entity: person, type: integer, unit: years, label: Schooling, min: 0, max: 25}
""",
    "parameters.yaml": """\
parameters:
  cut_off:
    type: decimal
    label: Cut-off of the score
    values:
      - {from: 2023-01-01, to: 2023-12-31, value: 3.5, verified: true, source: {document: decree-7, clause: "4"}}
      - {from: 2024-01-01, value: 4, verified: true, source: {document: decree-7, clause: "5"}}
  adult: {type: integer, label: Adult age, values: [{from: 2023-01-01, value: 18, verified: true, source: {document: decree-7}}]}
  middle_land: {type: decimal, label: Middle holding, computed: "weighted_median(land_ha, sampling_weight)", source: {document: decree-7}}
""",
    "derived.yaml": """\
derived:
  is_adult: {entity: person, type: boolean, label: Adult, formula: "age_on(birth, :as_of) >= :adult"}
  adults: {entity: household, type: integer, label: Adults, formula: count_members(is_adult)}
  dependency: {entity: household, type: decimal, label: Dependents per adult, formula: "safe_div(count_members() - adults, adults)"}
  best_schooling: {entity: household, type: integer, label: Best schooling, formula: "max_members(schooling, is_adult)"}
  roof_points:
    entity: household
    type: decimal
    label: Points of the roof
    formula: |
      CASE WHEN roof = 'TILE' THEN 2
           WHEN roof = 'IRON' THEN 1
           ELSE 0 END
  land_points:
    entity: household
    type: decimal
    label: Points of land
    formula: CASE WHEN land_ha > :middle_land THEN 1.5 ELSE 0 END
  score:
    entity: household
    type: decimal
    label: Score
    formula: >-
      roof_points + land_points
      + 0.1 * best_schooling - 0.25 * dependency
""",
    "standards.yaml": """\
standards:
  means: {label: Means, text: The score reaches the cut-off, met_when: "score >= :cut_off", source: {document: decree-7, clause: "4"}}
  space: {label: Space, met_when: "safe_div(count_members(), rooms) <= 3", source: {document: decree-7, clause: "6"}}
  girls:
    label: Girls at school
    applies_when: any_member(sex = 'F' AND NOT is_adult)
    met_when: all_members(schooling >= 1, sex = 'F' AND NOT is_adult)
    source: {document: decree-7, clause: "7"}
""",
    "cohorts.yaml": """\
cohorts:
  first: {label: First in line, member_when: NOT met(means) AND NOT met(space), source: {document: decree-7}}
  eligible: {label: Eligible, member_when: NOT met(means), source: {document: decree-7}}
""",
    "cases/edges.yaml": """\
cases:
  - name: a score exactly at the cut-off is enough
    as_of: 2023-06-01
    household: {roof: TILE, land_ha: 1, rooms: 1}
    computed: {middle_land: 2}
    members: [{birth: 1980-01-01, sex: M, schooling: 15}]
    expect: {standards: {means: met, space: met, girls: met}, cohort: none, derived: {score: 3.5, dependency: 0}}
  - name: the same household is too poor for the cut-off of the next year
    as_of: 2024-01-01
    household: {roof: TILE, land_ha: 1, rooms: 1}
    computed: {middle_land: 2}
    members: [{birth: 1980-01-01, sex: M, schooling: 15}]
    expect: {standards: {means: not_met}, cohort: eligible}
  - name: without the roof known nothing is decided
    as_of: 2023-06-01
    household: {roof: unknown, land_ha: 1, rooms: 1}
    computed: {middle_land: 2}
    members: [{birth: 1980-01-01, sex: M, schooling: 15}]
    expect: {standards: {means: unknown, space: met}, cohort: unknown, derived: {score: unknown}}
  - name: children alone have no dependency to count
    as_of: 2023-06-01
    household: {roof: THATCH, land_ha: 0, rooms: 1}
    computed: {middle_land: 2}
    members: [{birth: 2015-06-02, sex: F, schooling: 1}]
    expect: {standards: {means: unknown, girls: met}, derived: {adults: 0, dependency: unknown}}
""",
}

HOUSEHOLDS = """\
household_id,place,roof,rooms,land_ha,has_radio,sampling_weight
a,North,TILE,2,3,true,10
b,North,THATCH,1,0.5,false,20
c,South,IRON,1,,true,30.5
d,South,STRAW,1,1,true,5
e,South,IRON,4,1,,15
"""
PERSONS = """\
person_id,household_id,birth,sex,schooling
a1,a,1980-01-01,M,12
a2,a,2012-01-01,F,4
b1,b,1990-05-01,F,2
b2,b,2015-01-01,F,0
b3,b,2016-01-01,M,0
b4,b,2018-01-01,M,0
c1,c,1970-01-01,F,6
d1,d,1970-01-01,F,6
e1,e,2005-06-02,M,8
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("proxy")
    for name, text in {**FILES, "data/households.csv": HOUSEHOLDS, "data/persons.csv": PERSONS}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")
    return root


def test_its_cases_come_true_on_both_evaluators(folder: Path) -> None:
    pack = rulebook.load(folder)
    cases = rulebook.cases.load_cases(pack)
    assert len(cases) == 4
    assert [miss for case in cases for miss in rulebook.cases.by_reference(pack, case)] == []
    assert list(by_engine(pack, cases)) == []


def test_it_screens_files_as_computed_by_hand(folder: Path, tmp_path: Path) -> None:
    pack = rulebook.load(folder)
    done = engine.screen(rulebook.at(pack, date(2023, 6, 1)), folder / "data", tmp_path / "out")
    # Weighted median of land: 0.5 (20), 1 (15), 3 (10); 22.5 of 45 is reached at 1.
    assert done.computed == {"middle_land": "1.000000"}
    assert done.known == {"middle_land": 3}
    assert (done.refused_households, done.refused_persons) == (1, 1)
    outcomes = duckdb.read_parquet(str(tmp_path / "out/outcomes.parquet"))
    rows = outcomes.select("household_id", "means", "space", "girls", "girls__applies", "cohort").fetchall()
    assert sorted(rows) == [
        ("a", "met", "met", "met", True, "none"),  # 2 + 1.5 + 1.2 - 0.25 = 4.45
        ("b", "not_met", "not_met", "not_met", True, "first"),  # 0 + 0 + 0.2 - 0.75, four in one room
        ("c", "unknown", "met", "met", False, "unknown"),  # land not known
        ("e", "unknown", "met", "met", False, "unknown"),  # 17 years old: no adult at all
    ]
    derived = dict(
        duckdb.read_parquet(str(tmp_path / "out/derived.parquet")).select("household_id", "score").fetchall()
    )
    assert derived == {"a": Decimal("4.45"), "b": Decimal("-0.55"), "c": None, "e": None}


def test_it_explains_a_household_with_the_computed_middle(folder: Path) -> None:
    rules = rulebook.at(rulebook.load(folder), date(2023, 6, 1))
    facts = engine.one_household(rules, folder / "data", "a")
    household = rulebook.Household(rules, facts.household, facts.members, facts.computed)
    found = rulebook.reasons.standard(household, "means")
    assert (found.outcome, found.reason.gap) == ("met", Decimal("0.95"))
    leaves = {figure.name: figure.value for figure in found.reason.figures for figure in figure.facts()}
    assert leaves["roof"] == "TILE"
    assert leaves["land_ha"] == 3
