"""A small pack of its own world for the tests of bad days, and folders of data for it, written as a user would."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from diguan import engine, rulebook

AS_OF = date(2020, 6, 1)

FILES: Mapping[str, str] = {
    "pack.yaml": """\
id: orchard
version: "1.0.0"
title: Orchard aid
authority: The tests
in_force: {from: 2020-01-01, to: 2020-12-31}
documents: {rules: {title: Rules of the orchard, issuer: The tests}}
""",
    "dictionary.yaml": """\
sources: {visit: Visit}
variables:
  income: {entity: household, type: money, unit: yuan, label: Income, min: 0, max: 1000000}
  debt: {entity: household, type: money, unit: yuan, label: Debt}
  trees: {entity: household, type: integer, label: Trees}
  soil: {entity: household, type: code, label: Soil, codes: {GOOD: Good, POOR: Poor}}
  fenced: {entity: household, type: boolean, label: Fenced}
  joined_on: {entity: household, type: date, label: Joined on}
  remark: {entity: household, type: text, label: Remark}
  born_on: {entity: person, type: date, label: Born on}
  wage: {entity: person, type: money, unit: yuan, label: Wage}
  in_school: {entity: person, type: boolean, label: In school}
""",
    "parameters.yaml": """\
parameters:
  line:
    type: money
    unit: yuan
    label: Line
    values:
      - {from: 2020-01-01, to: 2020-06-30, value: 4000, verified: true, source: {document: rules}}
      - {from: 2020-08-01, value: 4500, verified: true, source: {document: rules}}
""",
    "derived.yaml": """\
derived:
  kept: {entity: household, type: money, label: Kept, formula: income - debt}
""",
    "standards.yaml": """\
standards:
  enough: {label: Enough, met_when: "income >= :line", source: {document: rules}}
  school: {label: School, met_when: all_members(in_school), source: {document: rules}}
""",
    "cohorts.yaml": """\
cohorts:
  poor: {label: Poor, member_when: NOT met(enough), source: {document: rules}}
""",
}


def write_pack(folder: Path, **changed: str | None) -> Path:
    """The orchard's files in `folder`; `standards="…"` writes another standards.yaml, None leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {**FILES, **{f"{name}.yaml": text for name, text in changed.items()}}
    for name, text in files.items():
        if text is not None:
            (folder / name).write_text(text, "utf-8")
    return folder


def standard(expression: str, **more: str) -> str:
    """standards.yaml with one standard, its expression on one plain or quoted line as given."""
    fields = "".join(f"    {name}: {value}\n" for name, value in more.items())
    return f"standards:\n  tested:\n    label: Tested\n    source: {{document: rules}}\n{fields}    met_when: {expression}\n"


def faults(folder: Path) -> list[str]:
    """Every fault of a pack as `file:line:column: message`, without the folder; none when it is sound."""
    try:
        rulebook.load(folder)
    except rulebook.PackProblems as problems:
        return [str(problem).replace(f"{folder}/", "") for problem in problems.problems]
    return []


def rules(folder: Path, on: date = AS_OF) -> rulebook.Rules:
    return rulebook.at(rulebook.load(folder), on)


HOUSEHOLDS = "household_id,place,income,debt,trees,soil,fenced,joined_on,remark"
PERSONS = "person_id,household_id,born_on,wage,in_school"


def write_data(folder: Path, households: list[str], persons: list[str] | None = None) -> Path:
    """households.csv and persons.csv with the orchard's columns, unless the first line is a heading of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, heading, lines in (("households", HOUSEHOLDS, households), ("persons", PERSONS, persons)):
        if lines is not None:
            own = bool(lines) and "household_id" in lines[0]
            text = "\n".join([*([] if own else [heading]), *lines]) + "\n"
            (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def screen(pack: Path, data: Path, out: Path, **options: object) -> engine.Screened:
    return engine.screen(rules(pack), data, out, engine.Options(threads=1, **options))  # type: ignore[arg-type]
