"""A pack says by which variables people are compared; what cannot be is refused with its place and what to write."""

from pathlib import Path

import pytest
from tests.cast import shipped_pack
from tests.rulebook.world import FILES, faults, write_pack

from diguan import rulebook

PEOPLE = """\
  sex: {entity: person, type: code, label: Sex, codes: {F: Female, M: Male}}
  paper: {entity: person, type: identifier, scheme: gb11643, label: ID number}
  paper_born_on: {entity: person, type: date, label: Born, read_from: {identifier: paper, part: born_on}}
"""
DICTIONARY = FILES["dictionary.yaml"].rstrip() + "\n" + PEOPLE
GOOD = "identity: {numbers: [paper], birth_date: born_on, sex: {variable: sex, male: M, female: F}}\n"


def test_the_variables_that_say_who_somebody_is_are_read(tmp_path: Path) -> None:
    pack = rulebook.load(write_pack(tmp_path / "pack", pack=FILES["pack.yaml"] + GOOD, dictionary=DICTIONARY))
    assert pack.identity.variables == ("paper", "born_on", "sex")
    assert (pack.identity.male, pack.identity.female, pack.identity.relation) == ("M", "F", "")


def test_a_pack_without_the_section_compares_by_names_alone(tmp_path: Path) -> None:
    assert rulebook.load(write_pack(tmp_path / "pack")).identity.variables == ()


def test_a_pack_that_extends_another_inherits_it() -> None:
    assert shipped_pack().identity.numbers
    assert set(shipped_pack().identity.variables) <= set(shipped_pack().variables)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            "birth_date: born",
            "There is no variable “born” that could say who somebody is. — did you mean: born_on",
        ),
        ("birth_date: wage", "“wage” is not of type date, as is needed here. — did you mean: born_on"),
        (
            "birth_date: joined_on",
            "“joined_on” is a variable of households; who somebody is, a variable of a person says. — did you mean: born_on",
        ),
        (
            "birth_date: paper_born_on",
            "“paper_born_on” is read from an identifier; name a variable that somebody states. — did you mean: born_on",
        ),
        ("numbers: [born_on]", "“born_on” is not of type identifier, as is needed here. — did you mean: paper"),
        ("sex: {variable: sex, male: X, female: F}", "“sex” has no code “X”. — write one of: F, M"),
        ("sex: {variable: sex, male: M, female: M}", "Male and female cannot be the same code “M”."),
        ("sex: {variable: sex, male: M}", "“female” is missing. — add female: …"),
        ("numbers: [paper, paper]", "“paper” is named twice under identity."),
        ("birthday: born_on", "“birthday” is not a field here. — did you mean: birth_date"),
    ],
)
def test_what_cannot_say_who_somebody_is_is_refused(tmp_path: Path, wrong: str, said: str) -> None:
    text = FILES["pack.yaml"] + f"identity:\n  {wrong}\n"
    found = faults(write_pack(tmp_path / "pack", pack=text, dictionary=DICTIONARY))
    assert [each.split(": ", 1)[1] for each in found] == [said]
    assert all(each.startswith("pack.yaml:") for each in found)
