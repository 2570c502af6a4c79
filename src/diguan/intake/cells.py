"""SQL that reads one cell as its variable's type says: the value as JSON text, or the reason why it is none.

A cell is read strictly once its signs are half-width: nothing is guessed, and what says nothing is unknown, never zero.
"""

import json
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
_ANY_WIDE = text("[" + "".join(f"\\x{{{ord(sign):x}}}" for sign in NARROW_SQL[0]) + "]")
_THOUSANDS = r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?"
_DAY = r"^([0-9]{4}) ?[-./年] ?([0-9]{1,2}) ?[-./月] ?([0-9]{1,2}) ?[日号號]?([ T]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.0+)?)?)?$"
_LOST = r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+"  # a long number that a spreadsheet kept only the beginning of
_ERROR = r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA)"
_LEAST_SERIAL, _MOST_SERIAL = 10_000, 73_050  # days counted from 1900: 1927 to 2099; shorter numbers may be years
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Reading:
    """SQL in four steps, each over the columns of the steps before: what a cell says, what it is parsed to, why it is wrong
    (NULL where it is not), and the value as JSON text (NULL says nothing)."""

    said: str
    parsed: str
    reason: str
    value: str


def tidy(cell: str) -> str:
    """SQL of a cell with half-width signs and no blanks around it; NULL where it is empty.

    Translating is dear, so a cell is first asked whether it holds anything but ASCII, then whether anything wide.
    """
    narrow = f"translate({cell}, {_WIDE}, {_NARROW})"
    needed = f"CASE WHEN strlen({cell}) = length({cell}) OR NOT regexp_matches({cell}, {_ANY_WIDE}) THEN {cell} ELSE {narrow} END"
    return f"nullif(trim({needed}, ' \t\r\n'), '')"


@dataclass(frozen=True)
class Names:
    """What the columns of the first three steps are called."""

    said: str
    parsed: str
    reason: str


def reading(variable: Variable, column: Column, cell: str, names: Names) -> Reading:
    """How a cell is read; `cell` is SQL of the raw text."""
    said, parsed = names.said, names.parsed
    makers = {"boolean": _boolean, "date": _date, "identifier": _identifier, "code": _code, "text": _text}
    made, value, wrong = makers.get(variable.type, _number)(variable, column, said, parsed)
    reason = (
        f"CASE WHEN {said} IS NULL THEN NULL WHEN starts_with({said}, '#') AND regexp_full_match({said}, {text(_ERROR)}) "
        f"THEN 'error_cell' WHEN {parsed} IS NULL AND starts_with({said}, '=') THEN 'formula_without_value' ELSE {wrong} END"
    )
    # Texts stay as they were typed; of codes and truths most are found as they stand.
    trimmed = f"nullif(trim({cell}, ' \t\r\n'), '')" if variable.type in ("text", "code", "boolean") else tidy(cell)
    return Reading(_said(variable, column, trimmed), made, reason, f"CASE WHEN {names.reason} IS NULL THEN {value} END")


def day(cell: str) -> str:
    """SQL of the day that a tidied cell names, as DATE; NULL where it names none."""
    parts = f"regexp_extract({cell}, {text(_DAY)}, ['y', 'm', 'd'])"
    spelled = f"TRY_CAST(concat({parts}.y, '-', lpad({parts}.m, 2, '0'), '-', lpad({parts}.d, 2, '0')) AS DATE)"
    run = f"TRY_CAST(concat(left({cell}, 4), '-', substr({cell}, 5, 2), '-', right({cell}, 2)) AS DATE)"
    serial = f"(DATE '1899-12-30' + TRY_CAST({cell} AS INTEGER))"
    return (
        f"CASE WHEN starts_with({cell}, '0000') THEN NULL WHEN regexp_full_match({cell}, '[0-9]{{8}}') THEN {run} "
        f"WHEN regexp_full_match({cell}, '[0-9]{{5}}') "
        f"THEN CASE WHEN TRY_CAST({cell} AS INTEGER) BETWEEN {_LEAST_SERIAL} AND {_MOST_SERIAL} THEN {serial} END "
        f"WHEN regexp_matches({cell}, {text(_DAY)}) THEN {spelled} END"
    )


def number(cell: str, multiple: int = 1) -> str:
    """SQL of the number that a tidied cell holds, as DECIMAL(18, 6), multiplied as written (1.2万) and by `multiple`.

    NULL where there is none, or one that is too large to be kept.
    """
    words = vocabulary.words()
    several = sorted(words.multiples, key=len, reverse=True)
    shape = (
        f"^[¥￥]? ?([-+]?[0-9.,]+(?:e[-+]?[0-9]{{1,3}})?) ?({'|'.join(several)})? ?(?:{'|'.join(words.money_signs)})?$"
    )
    parts = f"regexp_extract(lower({cell}), {text(shape)}, ['n', 'm'])"
    times = " ".join(f"WHEN {text(word)} THEN {words.multiples[word]}" for word in several)
    digits = f"CASE WHEN contains({parts}.n, ',') AND NOT regexp_full_match({parts}.n, {text(_THOUSANDS)}) THEN NULL ELSE replace({parts}.n, ',', '') END"
    factor = f"CAST(CASE {parts}.m {times} ELSE 1 END * {multiple} AS DECIMAL(10, 0))"
    slow = f"TRY_CAST(round(TRY_CAST({digits} AS DECIMAL(28, 10)) * {factor}, 6) AS DECIMAL(18, 6))"
    if multiple != 1:
        return slow
    return f"coalesce(CASE WHEN NOT contains({cell}, '_') THEN TRY_CAST({cell} AS DECIMAL(18, 6)) END, {slow})"


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
    is_whole = variable.type == "integer"
    wrong = [
        f"WHEN {parsed} IS NULL THEN CASE WHEN regexp_full_match({said}, '[-+]?[0-9.e+ ]+') THEN 'too_long' ELSE 'not_a_number' END"
    ]
    wrong += [f"WHEN {parsed} <> trunc({parsed}) THEN 'not_whole'"] * is_whole
    wrong += [f"WHEN {parsed} < {variable.min:f} THEN 'too_small'"] if variable.min is not None else []
    wrong += [f"WHEN {parsed} > {variable.max:f} THEN 'too_large'"] if variable.max is not None else []
    digits = f"rtrim(rtrim(CAST({parsed} AS VARCHAR), '0'), '.')"
    value = digits if is_whole else f"""'"' || {digits} || '"'"""
    return number(_mapped(column, said), column.multiple), value, f"CASE {' '.join(wrong)} END"


def _boolean(variable: Variable, column: Column, said: str, parsed: str) -> _Steps:
    words = vocabulary.words()
    yes, no = ", ".join(map(text, words.yes)), ", ".join(map(text, words.no))
    mapped = _mapped(column, said)
    low = f"lower({tidy(mapped)})"
    found = (
        f"CASE WHEN {mapped} IN ({yes}) THEN 'true' WHEN {mapped} IN ({no}) THEN 'false' "
        f"WHEN {low} IN ({yes}) THEN 'true' WHEN {low} IN ({no}) THEN 'false' END"
    )
    return found, parsed, f"CASE WHEN {parsed} IS NULL THEN 'not_a_truth' END"


def _date(variable: Variable, column: Column, said: str, parsed: str) -> _Steps:
    value = f"""'"' || CAST({parsed} AS VARCHAR) || '"'"""
    return day(_mapped(column, said)), value, f"CASE WHEN {parsed} IS NULL THEN 'not_a_date' END"


def _code(variable: Variable, column: Column, said: str, parsed: str) -> _Steps:
    known = {**code_words(variable), **{compared(their): ours for their, ours in column.values.items() if ours}}
    if not known:
        return "CAST(NULL AS VARCHAR)", parsed, "'not_a_code'"
    spoken = {label.in_language(language): code for code, label in variable.codes.items() for language in LANGUAGES}
    typed = {
        word: code for word, code in {**spoken, **column.values}.items() if word and known.get(compared(word)) == code
    }
    # The same folding as vocabulary.compared.
    folded = f"regexp_replace(lower({tidy(said)}), '[\\s*:;,\\-_''\"]+', '', 'g')"
    at_length = f"{_map(known)}[{folded}]"
    found = f"coalesce({_map(typed)}[{said}], {at_length})" if typed else at_length
    return found, parsed, f"CASE WHEN {parsed} IS NULL THEN 'not_a_code' END"


def _map(codes: Mapping[str, str]) -> str:
    """From words to codes, the codes as JSON text. A map, because CASE repeats what it compares for every word."""
    pairs = ", ".join(f"{text(word)}: {text(json.dumps(code, ensure_ascii=False))}" for word, code in codes.items())
    return f"MAP {{{pairs}}}"


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
