"""A pack just large enough for the tests of registry and screening, written and loaded as any other."""

from pathlib import Path

import pytest

from diguan import rulebook

_FILES = {
    "pack.yaml": """
id: small
version: "1.0.0"
title: Small pack
authority: The tests
status: in_force
in_force: {from: 2020-01-01, to: 2020-12-31}
documents: {rules: {title: Rules of the tests, issuer: The tests}}
""",
    "dictionary.yaml": """
sources: {census: Census, visit: Visit, education: Education, import: Import}
variables:
  house_grade: {entity: household, type: code, label: Grade of the house, codes: {A: Safe, D: Dangerous}}
  income: {entity: household, type: money, unit: yuan, label: Income, min: 0}
  rooms: {entity: household, type: integer, label: Rooms, min: 1, max: 30}
  has_water: {entity: household, type: boolean, label: Has water}
  exited_on: {entity: household, type: date, label: Exited on}
  remark: {entity: household, type: text, label: Remark}
  in_school: {entity: person, type: boolean, label: In school, sources: [education, visit]}
  born_on: {entity: person, type: date, label: Born on}
""",
    "parameters.yaml": """
parameters:
  line:
    type: money
    unit: yuan
    label: Line
    values: [{from: 2020-01-01, value: 4000, verified: true, source: {document: rules, clause: "1"}}]
""",
    "standards.yaml": """
standards:
  enough: {label: Income, text: Income reaches the line, met_when: "income >= :line", source: {document: rules, clause: "2"}}
  water: {label: Water, text: There is water, met_when: "has_water", source: {document: rules, clause: "3"}}
  school:
    label: School
    text: Whoever should be in school is
    applies_when: "count_members() > 1"
    met_when: "all_members(in_school)"
    source: {document: rules, clause: "4"}
""",
    "cohorts.yaml": """
cohorts:
  poor: {label: Poor, text: Below the line, member_when: "NOT met(enough)", source: {document: rules, clause: "5"}}
""",
}


def written(folder: Path) -> rulebook.Pack:
    folder.mkdir(exist_ok=True)
    for name, text in _FILES.items():
        (folder / name).write_text(text.lstrip(), "utf-8")
    return rulebook.load(folder)


@pytest.fixture(scope="session")
def small_pack(tmp_path_factory: pytest.TempPathFactory) -> rulebook.Pack:
    return written(tmp_path_factory.mktemp("packs") / "small")
