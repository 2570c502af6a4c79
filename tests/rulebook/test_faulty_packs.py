"""Files of a pack that are wrong: every fault with its file, line and column, and what to write."""

from datetime import date
from pathlib import Path

import pytest
from tests.rulebook.world import FILES, faults, rules, write_pack

from diguan import rulebook

PACK, DICTIONARY, PARAMETERS = FILES["pack.yaml"], FILES["dictionary.yaml"], FILES["parameters.yaml"]
DERIVED = "derived:\n  {name}: {{entity: household, type: money, label: A, formula: {formula}}}\n"

# What is wrong → (file, its text, the faults).
FAULTY: dict[str, tuple[str, str, list[str]]] = {
    "periods overlap by one day": (
        "parameters", PARAMETERS.replace("2020-08-01", "2020-06-30"),
        ["parameters.yaml:8:9: “line” has two values on 2020-06-30. — end the earlier value with to: the day before"],
    ),
    "a period ends before it begins": (
        "parameters", PARAMETERS.replace("to: 2020-06-30", "to: 2019-06-30"),
        ["parameters.yaml:7:9: The period ends before it begins."],
    ),
    "the pack's period ends before it begins": (
        "pack", PACK.replace("2020-12-31", "2019-12-31"), ["pack.yaml:5:11: The period ends before it begins."],
    ),
    "a bad date": (
        "parameters", PARAMETERS.replace("from: 2020-08-01", "from: 01.08.2020"),
        ["parameters.yaml:8:16: “01.08.2020” is not a date. — write it as 2020-05-29"],
    ),
    "a day that does not exist": (
        "parameters", PARAMETERS.replace("from: 2020-08-01", "from: 2020-08-32"),
        ["parameters.yaml:8:16: “2020-08-32” is not a date. — write it as 2020-05-29"],
    ),
    "a bad number": (
        "parameters", PARAMETERS.replace("4500", "about"),
        ["parameters.yaml:8:35: “about” is not a number. — write digits with a point, such as 1250 or 0.6"],
    ),
    "a number that is none": (
        "parameters", PARAMETERS.replace("4500", "NaN"),
        ["parameters.yaml:8:35: “NaN” is not a number. — write digits with a point, such as 1250 or 0.6"],
    ),
    "an empty list of values": (
        "parameters", "parameters: {line: {type: money, label: L, values: []}}\n",
        ["parameters.yaml:1:52: The list is empty. — write at least one entry"],
    ),
    "a value without a source": (
        "parameters", PARAMETERS.replace("4500, verified: true, source: {document: rules}", "4500"),
        ["parameters.yaml:8:9: “source” is missing. — add source: …"],
    ),
    "an unknown document": (
        "parameters", PARAMETERS.replace("document: rules", "document: rule", 1),
        ["parameters.yaml:7:92: There is no document “rule” in pack.yaml. — did you mean: rules"],
    ),
    "a parameter both computed and given": (
        "parameters", PARAMETERS + "    computed: weighted_median(income, 1)\n",
        ["parameters.yaml:2:3: “line” is both computed and given. — keep computed: or values:"],
    ),
    "a computed parameter that rests on itself": (
        "parameters", PARAMETERS + "  m: {type: money, label: M, computed: 'weighted_median(income + :m, 1)'}\n",
        ["parameters.yaml:9:3: These depend on each other in a circle: m → m. — compute one of them from facts alone"],
    ),
    "a key twice": (
        "standards", FILES["standards.yaml"] + "  enough: {}\n",
        ["standards.yaml:4:3: “enough” stands here twice. — keep one of the two"],
    ),
    "an unknown key": (
        "standards", FILES["standards.yaml"].replace("label: School", "lable: School"),
        ["standards.yaml:3:3: “label” is missing. — add label: …", "standards.yaml:3:12: “lable” is not a field here. — did you mean: label"],
    ),
    "broken YAML": (
        "standards", "standards: {a: [}\n",
        ["standards.yaml:1:17: This is not valid YAML: expected the node content, but found '}'."],
    ),
    "a tab as indent": (
        "standards", "standards:\n\ta: b\n",
        ["standards.yaml:2:1: This is not valid YAML: found character '\\t' that cannot start any token."],
    ),
    "a control character": (
        "standards", "standards: \x01\n",
        ["standards.yaml:1:1: This is not valid YAML: unacceptable character #x0001: special characters are not allowed."],
    ),
    "YAML that holds itself": (
        "standards", "standards: &a {x: *a}\n", ["standards.yaml:1:1: This is nested too deeply, or holds itself."],
    ),
    "YAML nested three thousand deep": (
        "standards", "standards: " + "[" * 3000 + "]" * 3000 + "\n",
        ["standards.yaml:1:1: This is nested too deeply, or holds itself."],
    ),
    "an empty file": ("standards", "", ["standards.yaml:1:1: The file is empty."]),
    "nothing but a comment": ("pack", "# later\n", ["pack.yaml:1:1: The file is empty."]),
    "a circle of derived variables": (
        "derived", DERIVED.format(name="a", formula="b + 1") + DERIVED.format(name="b", formula="a + 1").removeprefix("derived:\n"),
        ["derived.yaml:2:3: These depend on each other in a circle: a → b → a. — compute one of them from facts alone"],
    ),
    "a derived variable made of itself": (
        "derived", DERIVED.format(name="a", formula="a + 1"),
        ["derived.yaml:2:3: These depend on each other in a circle: a → a. — compute one of them from facts alone"],
    ),
    "a derived variable of another type than declared": (
        "derived", DERIVED.format(name="a", formula="joined_on"),
        ["derived.yaml:2:58: This gives a value of type date, and decimal is declared."],
    ),
    "a derived variable with the name of a fact": (
        "derived", DERIVED.format(name="income", formula="1"),
        ["derived.yaml:2:3: “income” is already a variable of the dictionary. — choose another name"],
    ),
    "a reserved name": (
        "derived", DERIVED.format(name="persons", formula="1"),
        ["derived.yaml:2:3: “persons” is a name the software uses itself. — choose another name"],
    ),
    "a reserved cohort": (
        "cohorts", "cohorts: {none: {label: N, member_when: fenced, source: {document: rules}}}\n",
        ["cohorts.yaml:1:11: “none” is a name the software uses itself. — choose another name"],
    ),
    "a name with capitals": (
        "derived", DERIVED.format(name="Kept", formula="1"),
        ["derived.yaml:2:3: “Kept” cannot be a name. — use lower-case letters, digits and _, beginning with a letter"],
    ),
    "a name with two underscores": (
        "derived", DERIVED.format(name="a__b", formula="1"),
        ["derived.yaml:2:3: “a__b” has two underscores in a row. — choose another name"],
    ),
    "a type that does not exist": (
        "dictionary", DICTIONARY.replace("trees: {entity: household, type: integer", "trees: {entity: household, type: number"),
        ["dictionary.yaml:5:36: “number” is not possible here. — write one of: boolean, integer, decimal, money, date, code, text, identifier"],
    ),
    "a code list without codes": (
        "dictionary", DICTIONARY.replace("{GOOD: Good, POOR: Poor}", "{}"),
        ["dictionary.yaml:6:61: The list is empty. — write at least one entry"],
    ),
    "codes of a number": (
        "dictionary", DICTIONARY.replace("type: integer,", "type: integer, codes: {A: A},"),
        ["dictionary.yaml:5:52: Only a variable of type code has codes. — write type: code"],
    ),
    "limits the wrong way round": (
        "dictionary", DICTIONARY.replace("max: 1000000", "max: -1"),
        ["dictionary.yaml:3:3: The smallest value of “income” is greater than the largest."],
    ),
    "sources as a list": (
        "dictionary", DICTIONARY.replace("{visit: Visit}", "[visit]"),
        ["dictionary.yaml:1:10: A mapping of names to values is needed here."],
    ),
    "a source of a variable that is not declared": (
        "dictionary", DICTIONARY.replace("label: Debt", "label: Debt, sources: [vist]"),
        ["dictionary.yaml:4:3: There is no source “vist”. — did you mean: visit"],
    ),
    "a circle of packs": (
        "pack", PACK + "extends: orchard\n", ["pack.yaml:7:10: The packs extend each other in a circle: orchard."],
    ),
    "a base that is not there": (
        "pack", PACK + "extends: cn-jilin-202\n",
        ["pack.yaml:7:10: There is no pack “cn-jilin-202”. — put it beside this one, or did you mean: cn-jilin-2020, cn-2026, cn-2021"],
    ),
    "a weight that belongs to a person": (
        "pack", PACK + "weight: wage\n",
        ["pack.yaml:7:9: “wage” belongs to a person, and this is about a household. — write any_member(wage), all_members(wage), sum_members(wage) …"],
    ),
    "a file that packs do not have": (
        "standard", "a: b\n",
        ["standard.yaml:1:1: “standard.yaml” is not a file of a pack. — did you mean: standards.yaml, derived.yaml"],
    ),
    "a campaign that counts half a person": (
        "campaigns", "campaigns: {c: {label: C, deadline: 2020-12-31, baseline: {as_of: 2020-01-01, persons: {poor: 1.5}, source: {document: rules}}}}\n",
        ["campaigns.yaml:1:95: “1.5” is not a whole number."],
    ),
    "a rate over nobody": (
        "series", "series: {c: {label: C, points: [{as_of: 2020-01-01, numerator: 1, denominator: 0, source: {document: rules}}]}}\n",
        ["series.yaml:1:33: A rate cannot be computed with a denominator of 0."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTY)
def test_a_faulty_file_is_refused_with_its_line_and_column(tmp_path: Path, what: str) -> None:
    name, text, expected = FAULTY[what]
    assert faults(write_pack(tmp_path, **{name: text})) == expected


def test_the_orchard_itself_has_no_fault(tmp_path: Path) -> None:
    assert faults(write_pack(tmp_path)) == []


def test_a_folder_without_pack_yaml_is_no_pack(tmp_path: Path) -> None:
    assert faults(tmp_path) == ["pack.yaml:1:1: There is no pack.yaml here. — name the folder that holds the pack"]


def test_a_file_that_is_not_utf_8_is_refused_at_its_line(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (folder / "cohorts.yaml").write_bytes("cohorts:\n  # 贫困\n".encode("gb18030"))
    assert faults(folder) == ["cohorts.yaml:2:1: The file is not UTF-8 text. — save it as UTF-8"]


def test_aliases_that_multiply_are_read_in_no_time(tmp_path: Path) -> None:
    lines = ["a0: &a0 x"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    found = faults(write_pack(tmp_path, standards="\n".join(lines) + "\n"))
    assert len(found) == 31  # thirty fields that nobody asked for, and the cohort's standard that is missing


def test_packs_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    first = write_pack(tmp_path / "first", pack=PACK.replace("orchard", "first", 1) + "extends: second\n")
    write_pack(tmp_path / "second", pack=PACK.replace("orchard", "second", 1) + "extends: first\n")
    assert [fault.partition(": ")[2] for fault in faults(first)] == ["The packs extend each other in a circle: first."]


def test_a_fault_in_the_base_is_shown_in_the_base(tmp_path: Path) -> None:
    write_pack(tmp_path / "orchard", derived=DERIVED.format(name="a", formula="incom"))
    top = write_pack(
        tmp_path / "top", pack=PACK.replace("orchard", "top", 1) + "extends: orchard\n",
        dictionary=None, derived=None, parameters=None, standards=None, cohorts=None,
    )  # fmt: skip
    assert [fault.split(": ")[0] for fault in faults(top)] == [str(tmp_path / "orchard/derived.yaml") + ":2:58"]


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2019, 12, 31), "The pack orchard is in force from 2020-01-01 to 2020-12-31; 2019-12-31 lies outside."),
        (date(2021, 1, 1), "The pack orchard is in force from 2020-01-01 to 2020-12-31; 2021-01-01 lies outside."),
        (date(2020, 7, 1), "The parameter line of the pack orchard has no value on 2020-07-01."),
        (date(2020, 7, 31), "The parameter line of the pack orchard has no value on 2020-07-31."),
    ],
)
def test_a_date_that_no_rule_covers_is_refused(tmp_path: Path, on: date, said: str) -> None:
    with pytest.raises(rulebook.PeriodNotCovered) as refused:
        rules(write_pack(tmp_path), on)
    assert refused.value.message() == said


@pytest.mark.parametrize("on", [date(2020, 1, 1), date(2020, 6, 30), date(2020, 8, 1), date(2020, 12, 31)])
def test_the_first_and_the_last_day_of_a_period_are_covered(tmp_path: Path, on: date) -> None:
    assert rules(write_pack(tmp_path), on).value_of("line") == (4000 if on.month < 7 else 4500)


def test_a_parameter_that_no_rule_reads_needs_no_value(tmp_path: Path) -> None:
    extra = "  other:\n    type: money\n    label: O\n    values: [{from: 2020-12-01, value: 1, source: {document: rules}}]\n"
    assert rules(write_pack(tmp_path, parameters=PARAMETERS + extra)).as_of == date(2020, 6, 1)
