"""Expressions outside the language: each is refused where it stands, with what is wrong and what to write."""

from pathlib import Path

import pytest
from tests.rulebook.world import faults, standard, write_pack

# Expression → column of the fault within it (from 1), message.
REFUSED = {
    "incom > 3": (1, "There is no variable “incom”. — declare it in dictionary.yaml or derived.yaml, or did you mean: income"),
    "debt > 1 AND Income > 3": (14, "There is no variable “Income”. — declare it in dictionary.yaml or derived.yaml, or did you mean: income"),
    "income > :line AND income > :lin": (29, "There is no parameter “:lin”. — declare it in parameters.yaml, or did you mean: line"),
    "met(teste)": (1, "There is no standard “teste”. — did you mean: tested"),
    "debt > 1 AND absx(income) > 1": (14, "There is no function “absx”. — did you mean: abs"),
    "abs(debt) > 1 AND abss(income) > 1": (19, "There is no function “abss”. — did you mean: abs"),
    "income = 'A'": (1, "A value of type decimal is compared with one of type text. — compare values of one type"),
    "joined_on > 2020": (1, "A value of type date is compared with one of type integer. — compare values of one type"),
    "soil = 'BAD'": (8, "“BAD” is not in the code list. — write one of: GOOD, POOR"),
    "soil IN ('GOOD', 'BAD')": (18, "“BAD” is not in the code list. — write one of: GOOD, POOR"),
    "soil > 'GOOD'": (1, "Values of type code have no order. — use = or <>"),
    "income": (1, "This gives a value of type decimal, and boolean is declared."),
    "NOT income": (5, "A boolean is needed here, and this is of type decimal."),
    "income / 2 > 1": (1, "“income / 2” cannot be used in a rule. — write safe_div(a, b), which is unknown when b is 0"),
    "1 < COALESCE(income, 0)": (5, "“COALESCE(income, 0)” cannot be used in a rule. — missing data is never a value: write CASE WHEN x IS NULL THEN … ELSE x END, so that the choice shows"),
    "fenced OR remark LIKE 'a%'": (11, "“remark LIKE 'a%'” cannot be used in a rule. — compare codes with = or IN (…)"),
    "remark ILIKE 'a%'": (1, "“remark ILIKE 'a%'” cannot be used in a rule. — compare codes with = or IN (…)"),
    "CAST(income AS INT) > 1": (1, "“CAST(income AS INT)” cannot be used in a rule. — there are no casts; give the variable its type in dictionary.yaml"),
    "income::int > 1": (1, "“CAST(income AS INT)” cannot be used in a rule. — there are no casts; give the variable its type in dictionary.yaml"),
    "income > (SELECT 1)": (18, "“(SELECT 1)” cannot be used in a rule. — people are reached only through any_member(…), all_members(…), count_members(…) and the like"),
    "income IN (SELECT 1)": (1, "IN needs a list of values. — write x IN ('A', 'B')"),
    "income > 1; income > 2": (1, "There is more than one expression here. — write one expression, without a semicolon"),
    "wage > 1": (1, "“wage” belongs to a person, and this is about a household. — write any_member(wage), all_members(wage), sum_members(wage) …"),
    "any_member(count_members() > 1)": (12, "Members can be reached only from a household expression."),
    "any_member(any_member(in_school))": (12, "Members can be reached only from a household expression."),
    "any_member(met(tested))": (12, "met() is about a household, not about one person."),
    "income > weighted_median(income, 1)": (10, "A quantile over all households can stand only in a computed parameter. — declare it in parameters.yaml with computed:"),
    "fenced = NULL": (10, "“NULL” cannot be used in a rule. — write x IS NULL or x IS NOT NULL to ask whether a value is unknown"),
    "joined_on > CURRENT_DATE": (13, "“CURRENT_DATE” cannot be used in a rule. — write :as_of, the date of the screening"),
    "joined_on = DATE '2020-02-30'": (18, "“2020-02-30” is not a date. — write DATE 'YYYY-MM-DD'"),
    "joined_on = DATE '20200201'": (18, "“20200201” is not a date. — write DATE 'YYYY-MM-DD'"),
    "income BETWEEN SYMMETRIC 5 AND 1": (1, "“(income BETWEEN 5 AND 1 OR income BETWEEN 1 AND 5)” cannot be used in a rule."),
    "income > @line": (10, "“@line” cannot be used in a rule. — write :name for a parameter"),
    "income > 12345678901234": (10, "Numbers have at most 12 digits before and 6 after the point."),
    "income > 1.1234567": (10, "Numbers have at most 12 digits before and 6 after the point."),
    "CASE WHEN fenced THEN 1 END > 0": (1, "CASE has no ELSE. — say what holds otherwise: ELSE value"),
    "round(income, 7) > 1": (15, "round() takes a whole number of places, 0 to 6."),
    "safe_div(income) > 1": (1, "safe_div() takes 2 arguments, not 1."),
    "income >": (8, "This is not an expression: something is missing after this point."),
    "(income > 3": (11, "This is not an expression: Expecting )."),
    "remark = 'x": (10, "A quotation mark is not closed."),
    "SHOW income": (6, "“SHOW income” cannot be used in a rule."),
    "previous(incom, 12) > 1": (1, "There is no variable “incom”. — declare it in dictionary.yaml or derived.yaml, or did you mean: income"),
    "debt > 1 AND previous(wage, 12) > 1": (14, "“wage” belongs to a person, and this is about a household. — write any_member(wage), all_members(wage), sum_members(wage) …"),
    "previous(income) > 1": (1, "previous() takes 2 arguments, not 1."),
    "previous(income - debt, 12) > 1": (10, "previous() takes the name of a variable. — make a derived variable of it, and name that"),
    "previous(previous(income, 1), 12) > 1": (10, "previous() takes the name of a variable. — make a derived variable of it, and name that"),
    "previous(:line, 12) > 1": (10, "previous() takes the name of a variable. — make a derived variable of it, and name that"),
    "previous(income, 0) > 1": (18, "previous() takes a whole number of months, 1 to 600. — write previous(x, 12)"),
    "previous(income, 1.5) > 1": (18, "previous() takes a whole number of months, 1 to 600. — write previous(x, 12)"),
    "previous(income, trees) > 1": (18, "previous() takes a whole number of months, 1 to 600. — write previous(x, 12)"),
    "previous(soil, 12) = 'BAD'": (22, "“BAD” is not in the code list. — write one of: GOOD, POOR"),
    "previous(fenced, 12) AND previous(income, 12)": (26, "A boolean is needed here, and this is of type decimal."),
    "previus(income, 12) > 1": (1, "There is no function “previus”. — did you mean: previous"),
    "x.income > 3": (1, "“x.income” has a dot in it. — names are single words"),
}  # fmt: skip


def refused(folder: Path, expression: str) -> list[str]:
    return faults(write_pack(folder, standards=standard(expression), cohorts=None))


@pytest.mark.parametrize(("expression", "expected"), REFUSED.items(), ids=list(REFUSED))
def test_an_expression_outside_the_language_is_refused_where_it_stands(
    tmp_path: Path, expression: str, expected: tuple[int, str]
) -> None:
    column, message = expected
    quoted = '"' + expression + '"'
    assert refused(tmp_path, quoted) == [f"standards.yaml:5:{15 + column}: {message}"]


WORD = "There is no variable “incom”. — declare it in dictionary.yaml or derived.yaml, or did you mean: income"
WRITTEN = {
    "plain, one line": ("fenced AND incom > 3", 5, 26),
    "plain, with an apostrophe'd text": ("soil = 'GOOD' AND incom > 3", 5, 33),
    "double quotes": ('"fenced AND incom > 3"', 5, 27),
    "single quotes with doubled ones inside": ("'soil = ''GOOD'' AND incom > 3'", 5, 36),
    "double quotes with escapes": ('"soil = \\u0027GOOD\\u0027 AND\\tincom > 3"', 5, 45),
    "folded": (">-\n      fenced\n      AND debt > 1\n      AND incom > 3", 8, 11),
    "folded, more indented and with an empty line": (
        ">\n      fenced\n\n        AND debt > 1\n      AND incom > 3",
        9,
        11,
    ),
    "literal": ("|\n      fenced\n      AND debt > 1\n      AND incom > 3", 8, 11),
    "literal with a given indent": ("|2-\n        fenced\n      AND incom > 3", 7, 11),
    "plain over lines": ("fenced\n      AND debt > 1\n      AND incom > 3", 7, 11),
    "double quotes over lines": ('"fenced\n      AND debt > 1\n\n      AND incom > 3"', 8, 11),
    "double quotes over an escaped line end": ('"fenced AND \\\n      incom > 3"', 6, 7),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_the_fault_is_shown_at_the_word_however_the_expression_is_written(tmp_path: Path, way: str) -> None:
    written, line, column = WRITTEN[way]
    assert refused(tmp_path, written) == [f"standards.yaml:{line}:{column}: {WORD}"]


def test_the_fault_is_shown_at_the_word_in_a_file_with_windows_line_ends(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, cohorts=None)
    text = standard(">-\n      fenced\n      AND incom > 3").replace("\n", "\r\n")
    (folder / "standards.yaml").write_bytes(text.encode())
    assert faults(folder) == [f"standards.yaml:7:11: {WORD}"]


@pytest.mark.parametrize("opening", ["(", "abs(", "NOT ("])
@pytest.mark.parametrize("depth", [21, 500, 5000])
def test_an_expression_nested_too_deeply_is_refused_in_words(tmp_path: Path, opening: str, depth: int) -> None:
    expression = opening * depth + "income > 1" + ")" * depth
    message = "too long" if len(expression) > 20_000 else "nested too deeply"
    assert refused(tmp_path, expression) == [
        f"standards.yaml:5:15: The expression is {message}. — split it into derived variables"
    ]


def test_a_chain_of_additions_is_refused_when_it_is_too_long_for_every_evaluator(tmp_path: Path) -> None:
    assert refused(tmp_path, "income + " * 90 + "1 > 1") == []
    assert refused(tmp_path, "income + " * 1000 + "1 > 1") == [
        "standards.yaml:5:15: The expression is nested too deeply. — split it into derived variables"
    ]


def test_parentheses_in_a_text_do_not_count_as_nesting(tmp_path: Path) -> None:
    assert refused(tmp_path, f"remark = '{'(' * 50}'") == []


def test_a_list_of_ten_thousand_values_is_refused_and_one_of_three_thousand_is_not(tmp_path: Path) -> None:
    assert refused(tmp_path, f"income IN ({', '.join(map(str, range(10_000)))})") == [
        "standards.yaml:5:15: The expression is too long. — split it into derived variables"
    ]
    assert refused(tmp_path, f"income IN ({','.join(map(str, range(3_000)))})") == []


def test_a_standard_with_more_tests_than_bits_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, " AND ".join(["fenced"] * 63)) == [
        "standards.yaml:2:3: This standard has 63 single tests; at most 62 are possible. — put some of them into a derived variable"
    ]


def test_every_faulty_expression_of_a_pack_is_reported_at_once(tmp_path: Path) -> None:
    folder = write_pack(
        tmp_path, standards=standard("incom > 3"), derived=None, cohorts="cohorts: {a: {label: A, member_when: incme > 3, source: {document: rules}}}\n"
    )  # fmt: skip
    assert [fault.split(": ")[0] for fault in faults(folder)] == ["cohorts.yaml:1:38", "standards.yaml:5:15"]
