"""SQL that reads one cell as its variable's type says: the value as JSON text, or the reason why it is none.

A cell is read strictly once its signs are half-width: nothing is guessed, and what says nothing is unknown, never zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from diguan.engine.sql import text
from diguan.intake import vocabulary
from diguan.intake.columns import Column
from diguan.intake.vocabulary import NARROW_SQL, compared
from diguan.rulebook import identifiers
from diguan.rulebook.pack import Variable
from diguan.rulebook.texts import LANGUAGES

_WIDE, _NARROW = (text(signs) for signs in NARROW_SQL)
_PLAIN = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?"
_THOUSANDS = r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"
_DAY = r"^([0-9]{4}) ?[-./年] ?([0-9]{1,2}) ?[-./月] ?([0-9]{1,2}) ?[日号號]?([ T]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.0+)?)?)?$"
_LOST = r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+"  # a long number that a spreadsheet kept only the beginning of
_ERROR = r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA)"
_LEAST_SERIAL, _MOST_SERIAL = 10_000, 73_050  # days counted from 1900: 1927 to 2099; shorter numbers may be years
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Reading:
    """SQL in three steps, each over the columns of the step before: what a cell says (`said`), what it is parsed to
    (`parsed`), and then the `value` as JSON text (NULL says nothing) and the `reason` (NULL where nothing is wrong)."""

    said: str
    parsed: str
    value: str
    reason: str


def tidy(cell: str) -> str:
    """SQL of a cell with half-width signs and no blanks around it; NULL where it is empty."""
    return f"nullif(trim(translate({cell}, {_WIDE}, {_NARROW}), ' \t\r\n'), '')"


def reading(variable: Variable, column: Column, cell: str, said: str, parsed: str) -> Reading:
    """How a cell is read: `cell` is SQL of the raw text, `said` and `parsed` the names that the first steps' columns get."""
    makers = {"boolean": _boolean, "date": _date, "identifier": _identifier, "code": _code, "text": _text}
    made, value, wrong = makers.get(variable.type, _number)(variable, column, said, parsed)
    reason = (
        f"CASE WHEN {said} IS NULL THEN NULL WHEN regexp_full_match({said}, {text(_ERROR)}) THEN 'error_cell' "
        f"WHEN ({value}) IS NULL AND starts_with({said}, '=') THEN 'formula_without_value' ELSE {wrong} END"
    )
    trimmed = f"nullif(trim({cell}, ' \t\r\n'), '')" if variable.type == "text" else tidy(cell)
    return Reading(_said(variable, column, trimmed), made, f"CASE WHEN ({wrong}) IS NULL THEN {value} END", reason)


def day(cell: str) -> str:
    """SQL of the day that a tidied cell names, as DATE; NULL where it names none."""
    parts = f"regexp_extract({cell}, {text(_DAY)}, ['y', 'm', 'd'])"
    spelled = f"TRY_CAST(concat({parts}.y, '-', lpad({parts}.m, 2, '0'), '-', lpad({parts}.d, 2, '0')) AS DATE)"
    run = f"TRY_CAST(concat(left({cell}, 4), '-', substr({cell}, 5, 2), '-', right({cell}, 2)) AS DATE)"
    serial = f"(DATE '1899-12-30' + CAST({cell} AS INTEGER))"
    found = (
        f"CASE WHEN regexp_full_match({cell}, '[0-9]{{8}}') THEN {run} "
        f"WHEN regexp_full_match({cell}, '[0-9]{{5}}') AND CAST({cell} AS INTEGER) BETWEEN {_LEAST_SERIAL} AND {_MOST_SERIAL} "
        f"THEN {serial} WHEN regexp_matches({cell}, {text(_DAY)}) THEN {spelled} END"
    )
    return f"CASE WHEN ({found}) BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN ({found}) END"


def number(cell: str) -> str:
    """SQL of the number that a tidied cell holds, as DECIMAL(38, 10), multiplied as written (1.2万); NULL if none."""
    words = vocabulary.words()
    signs = "|".join(words.money_signs)
    low = f"replace(lower({cell}), ' ', '')"
    bare = f"regexp_replace(regexp_replace({low}, '^[¥￥]', ''), '(.)({signs})$', '\\1')"
    several = "|".join(sorted(words.multiples, key=len, reverse=True))
    digits = f"regexp_replace({bare}, '({several})$', '')"
    times = " ".join(
        f"WHEN suffix({bare}, {text(word)}) THEN {words.multiples[word]}"
        for word in sorted(words.multiples, key=len, reverse=True)
    )
    slow = (
        f"CASE WHEN regexp_full_match({digits}, {text(_PLAIN)}) THEN {_decimal(digits)} "
        f"WHEN regexp_full_match({digits}, {text(_THOUSANDS)}) THEN {_decimal(f'replace({digits}, {text(",")}, {text("")})')} END "
        f"* CAST(CASE {times} ELSE 1 END AS DECIMAL(10, 0))"
    )
    return f"CASE WHEN regexp_full_match({cell}, {text(_PLAIN)}) THEN CAST({_decimal(cell)} AS DECIMAL(38, 10)) ELSE {slow} END"


def _decimal(digits: str) -> str:
    return f"TRY_CAST({digits} AS DECIMAL(28, 10))"


def _said(variable: Variable, column: Column, cell: str) -> str:
    """SQL of the cell, NULL where it says nothing: a dash, NA, “unknown”; unless that is one of the codes."""
    codes = {vocabulary.narrow(code).lower() for code in variable.codes}
    silent = [word for word in vocabulary.words().nothing if word and word not in codes]
    silent += [their.lower() for their, ours in column.values.items() if ours == ""]
    if variable.type == "text":
        silent = ["na", "n/a"]
    return f"CASE WHEN lower({cell}) NOT IN ({', '.join(map(text, silent))}) THEN {cell} END"


_Steps = tuple[str, str, str]  # parsed, value, and what is wrong


def _number(variable: Variable, column: Column, said: str, parsed: str) -> _Steps:
    found = number(_mapped(column, said))
    if column.multiple != 1:
        found = f"CAST({found} AS DECIMAL(28, 10)) * CAST({column.multiple} AS DECIMAL(10, 0))"
    found = f"round({found}, 6)"
    is_whole = variable.type == "integer"
    wrong = [f"WHEN {parsed} IS NULL THEN 'not_a_number'"]
    wrong += [f"WHEN abs({parsed}) >= 1000000000000 THEN 'too_long'"]
    wrong += [f"WHEN {parsed} <> trunc({parsed}) THEN 'not_whole'"] * is_whole
    wrong += [f"WHEN {parsed} < {variable.min:f} THEN 'too_small'"] if variable.min is not None else []
    wrong += [f"WHEN {parsed} > {variable.max:f} THEN 'too_large'"] if variable.max is not None else []
    digits = f"rtrim(rtrim(CAST(TRY_CAST({parsed} AS DECIMAL(18, 6)) AS VARCHAR), '0'), '.')"
    value = digits if is_whole else f"""'"' || {digits} || '"'"""
    return found, value, f"CASE {' '.join(wrong)} END"


def _boolean(variable: Variable, column: Column, said: str, parsed: str) -> _Steps:
    words = vocabulary.words()
    low = f"lower({_mapped(column, said)})"
    found = (
        f"CASE WHEN {low} IN ({', '.join(map(text, words.yes))}) THEN 'true' "
        f"WHEN {low} IN ({', '.join(map(text, words.no))}) THEN 'false' END"
    )
    return found, parsed, f"CASE WHEN {parsed} IS NULL THEN 'not_a_truth' END"


def _date(variable: Variable, column: Column, said: str, parsed: str) -> _Steps:
    value = f"""'"' || CAST({parsed} AS VARCHAR) || '"'"""
    return day(_mapped(column, said)), value, f"CASE WHEN {parsed} IS NULL THEN 'not_a_date' END"


def _code(variable: Variable, column: Column, said: str, parsed: str) -> _Steps:
    known = {**code_words(variable), **{compared(their): ours for their, ours in column.values.items() if ours}}
    whens = " ".join(f"WHEN {text(word)} THEN {text(code)}" for word, code in known.items())
    # The same folding as vocabulary.compared.
    folded = f"regexp_replace(lower({said}), '[\\s*:;,\\-_''\"]+', '', 'g')"
    found = f"CASE {folded} {whens} END" if whens else "NULL"
    return found, f"CAST(to_json({parsed}) AS VARCHAR)", f"CASE WHEN {parsed} IS NULL THEN 'not_a_code' END"


def _identifier(variable: Variable, column: Column, said: str, parsed: str) -> _Steps:
    wrong = (
        f"CASE WHEN regexp_full_match({said}, {text(_LOST)}) THEN 'digits_lost' "
        f"WHEN length({said}) > {identifiers.LONGEST} THEN 'too_long' END"
    )
    bare = f"regexp_replace({_mapped(column, said)}, '^([0-9]+)\\.0$', '\\1')"
    return bare, f"CAST(to_json({parsed}) AS VARCHAR)", wrong


def _text(variable: Variable, column: Column, said: str, parsed: str) -> _Steps:
    too_long = f"CASE WHEN length({said}) > {LONGEST_TEXT} THEN 'too_long' END"
    return _mapped(column, said), f"CAST(to_json({parsed}) AS VARCHAR)", too_long


def code_words(variable: Variable) -> Mapping[str, str]:
    """The code behind each word that stands for one: the codes, and their labels in any language where they are clear."""
    words: dict[str, str | None] = {}
    for code, label in variable.codes.items():
        for language in LANGUAGES:
            word = compared(label.in_language(language))
            words[word] = code if words.get(word, code) == code else None
    words |= {compared(code): code for code in variable.codes}
    return {word: code for word, code in words.items() if code is not None and word}


def _mapped(column: Column, said: str) -> str:
    """SQL of the cell with their words put as ours."""
    pairs = " ".join(f"WHEN {text(their)} THEN {text(ours)}" for their, ours in column.values.items() if ours)
    return f"CASE {said} {pairs} ELSE {said} END" if pairs else said
