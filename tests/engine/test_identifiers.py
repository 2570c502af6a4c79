"""ID numbers and their kin: told apart by their form, flagged and never discarded, alike in Python and in SQL."""

from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diguan import engine, rulebook
from diguan.engine.connection import connect
from diguan.rulebook import identifiers
from diguan.rulebook.identifiers import check_digit, normal

LI = "99010119500301" + "123"  # a made-up number: a man born on 1 March 1950
LI_WHOLE = LI + check_digit(LI)
WRONG_DIGIT = LI + ("0" if LI_WHOLE[-1] != "0" else "1")

FILES = {
    "pack.yaml": 'id: papers\nversion: "1"\ntitle: Papers\nin_force: {from: 2020-01-01}\n',
    "dictionary.yaml": """\
variables:
  id_number: {entity: person, type: identifier, scheme: gb11643, label: ID number}
  born_on: {entity: person, type: date, label: Born, read_from: {identifier: id_number, part: born_on}}
  sex: {entity: person, type: code, label: Sex, codes: {male: Man, female: Woman}, read_from: {identifier: id_number, part: gender}}
""",
    "derived.yaml": """\
derived:
  doubtful: {entity: household, type: integer, label: D, formula: "count_members(id_number <> 'valid')"}
  men: {entity: household, type: integer, label: M, formula: "count_members(sex = 'male')"}
  oldest: {entity: household, type: integer, label: A, formula: "max_members(age_on(born_on, :as_of))"}
""",
}


def write_pack(folder: Path, **changed: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, body in {**FILES, **{f"{key}.yaml": body for key, body in changed.items()}}.items():
        (folder / name).write_text(body, "utf-8")
    return folder


def told(number: str) -> str:
    return identifiers.SCHEMES["gb11643"].tell(normal(number)).state


def test_a_right_number_is_valid_and_tells_birth_and_sex() -> None:
    said = identifiers.SCHEMES["gb11643"].tell(LI_WHOLE)
    assert (said.state, said.parts) == ("valid", {"born_on": date(1950, 3, 1), "gender": "male"})


def test_one_wrong_digit_makes_it_doubtful_and_it_is_not_discarded() -> None:
    assert told(WRONG_DIGIT) == "suspect"


def test_a_day_that_never_was_makes_it_doubtful() -> None:
    assert told("99010119500231123" + check_digit("99010119500231123")) == "suspect"


def test_full_width_digits_blanks_and_a_small_x_are_the_same_number() -> None:
    wide = LI_WHOLE.translate(str.maketrans("0123456789X", "０１２３４５６７８９ｘ"))
    assert normal(f" {wide[:6]} {wide[6:14]}-{wide[14:]}") == LI_WHOLE


@pytest.mark.parametrize(
    ("card", "state"),
    [
        (LI_WHOLE, "valid"),
        (LI_WHOLE + "42", "valid"),
        (LI_WHOLE + "42B1", "valid"),
        (LI_WHOLE + "82", "malformed"),
        (LI_WHOLE + "4", "malformed"),
        (WRONG_DIGIT + "42", "suspect"),
    ],
)
def test_a_disability_card_is_the_id_number_with_kind_and_grade(card: str, state: str) -> None:
    assert identifiers.SCHEMES["cn_disability_card"].tell(card).state == state


_digits = st.text("0123456789Xx１x- ", min_size=15, max_size=24)
_near = st.builds(
    lambda first, last, tail: first + last + tail,
    st.from_regex(r"[1-9][0-9]{5}(19|20)[0-9]{2}(0[0-9]|1[0-3])[0-3][0-9]{4}", fullmatch=True),
    st.sampled_from("0123456789X"),
    st.sampled_from(["", "11", "43B2", "9"]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(_digits | _near | _near.map(lambda n: n[:17] + check_digit(n[:17])), min_size=1, max_size=30))
def test_python_and_sql_tell_the_same(numbers: list[str]) -> None:
    with connect() as connection:
        connection.execute("CREATE TABLE given (n VARCHAR)")
        connection.executemany("INSERT INTO given VALUES (?)", [[normal(number)] for number in numbers])
        for scheme, rules in identifiers.SCHEMES.items():
            parts = [f"identifier_part_{scheme}(n, '{part}')" for part in rules.parts]
            found = connection.execute(f"SELECT n, {', '.join([f'identifier_state_{scheme}(n)', *parts])} FROM given")
            for number, state, *values in found.fetchall():
                said = rules.tell(number)
                assert state == (said.state if number else None), (scheme, number)
                wanted = [said.parts.get(part) for part in rules.parts]
                assert values == [value.isoformat() if isinstance(value, date) else value for value in wanted], number


def test_files_with_id_numbers_are_screened_by_what_the_numbers_say(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "households.csv").write_text("household_id\nh1\nh2\n")
    rows = [f"p1,h1,{LI_WHOLE}", f"p2,h1,{WRONG_DIGIT}", "p3,h1,12", "p4,h2,"]
    (data / "persons.csv").write_text("\n".join(["person_id,household_id,id_number", *rows]) + "\n")
    rules = rulebook.at(rulebook.load(write_pack(tmp_path / "papers")), date(2020, 5, 29))
    engine.screen(rules, data, tmp_path / "out")
    found = duckdb.read_parquet(str(tmp_path / "out/derived.parquet")).order("household_id").fetchall()
    assert found == [("h1", 2, None, None), ("h2", None, None, None)]


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("scheme: gb11643", "scheme: gb11644", "“gb11644” is not possible here."),
        ("identifier: id_number, part: gender", "identifier: idnumber, part: sex", "“idnumber” is no identifier"),
        ("part: born_on", "part: birthday", "The identifier has no part “birthday”."),
        ("born_on: {entity: person, type: date", "born_on: {entity: person, type: text", "is of type date"),
    ],
)
def test_a_faulty_identifier_is_told_with_its_place(tmp_path: Path, was: str, now: str, words: str) -> None:
    folder = write_pack(tmp_path / "papers", dictionary=FILES["dictionary.yaml"].replace(was, now))
    with pytest.raises(rulebook.PackProblems) as refused:
        rulebook.load(folder)
    assert any(words in problem.message() for problem in refused.value.problems)
