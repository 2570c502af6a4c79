"""Numbers that name one person or account, and what can be told of them without showing them.

A variable of type `identifier` is a code in expressions: `valid`, `suspect` (well formed, but its check digit or a part
of it cannot be right) or `malformed`. What a scheme says of the person (birth date, sex, kind and grade of disability)
is read by variables declared `read_from`. Suspect and malformed numbers are kept and flagged, never discarded.

Source: GB 11643-1999 (citizen identification number); the disability card repeats it and adds a digit for the kind
(1–7), a digit for the grade (1–4) and, on replaced cards, two signs.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from diguan.rulebook.texts import Text

VALID, SUSPECT, MALFORMED = "valid", "suspect", "malformed"
STATES: Mapping[str, Text] = {
    VALID: Text({"en": "well formed", "zh-hans": "格式正确", "zh-hant": "格式正確"}),
    SUSPECT: Text(
        {"en": "check digit or a part is wrong", "zh-hans": "校验码或其中一段有误", "zh-hant": "校驗碼或其中一段有誤"}
    ),
    MALFORMED: Text({"en": "not in its proper form", "zh-hans": "格式不符", "zh-hant": "格式不符"}),
}
LONGEST = 60
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_OLDEST = date(1880, 1, 1)


@dataclass(frozen=True)
class Told:
    """What a number says: its state, and the parts its scheme holds."""

    state: str
    parts: Mapping[str, str | int | date]


@dataclass(frozen=True)
class Scheme:
    """How numbers of one kind are written. `parts` are their names and the type of variable that may read them;
    `examples` has a made-up number for each state there can be."""

    tell: Callable[[str], Told]
    parts: Mapping[str, str]
    examples: Mapping[str, str]


# Full-width signs as typed on a Chinese keyboard, and small letters.
WIDE = "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ＋abcdefghijklmnopqrstuvwxyz"
NARROW = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ+ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LEFT_OUT = " \t\r\n\u00a0\u3000-‐‑‒–—―－·"
_NORMAL = str.maketrans(dict(zip(WIDE, NARROW, strict=True)) | dict.fromkeys(LEFT_OUT, ""))


def normal(text: str) -> str:
    """The number as it is compared and kept: half-width, upper case, without blanks and dashes."""
    return text.translate(_NORMAL)


def check_digit(first_seventeen: str) -> str:
    """The eighteenth sign that GB 11643 asks for."""
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]


def _citizen(number: str) -> Told:
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return Told(MALFORMED, {})
    parts: dict[str, str | int | date] = {"gender": "male" if int(number[16]) % 2 else "female"}
    born = _day(number[6:14])
    if born is None:
        return Told(SUSPECT, parts)
    state = VALID if check_digit(number[:17]) == number[17] else SUSPECT
    return Told(state, {**parts, "born_on": born})


def _disability_card(number: str) -> Told:
    if len(number) not in (18, 20, 22) or not re.fullmatch(r"[0-9]{17}[0-9X]([1-7][1-4](B[0-9])?)?", number):
        return Told(MALFORMED, {})
    told = _citizen(number[:18])
    if told.state == MALFORMED:
        return Told(MALFORMED, {})
    own = {"card_kind": number[18], "card_grade": number[19]} if len(number) >= 20 else {}
    return Told(told.state, {**told.parts, **own})


def _plain(number: str) -> Told:
    return Told(VALID if number else MALFORMED, {})


def _digits(least: int, most: int) -> Callable[[str], Told]:
    return lambda number: Told(VALID if re.fullmatch(rf"\+?[0-9]{{{least},{most}}}", number) else MALFORMED, {})


def _day(text: str) -> date | None:
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    return day if day >= _OLDEST else None


def _examples(more: str = "") -> dict[str, str]:
    first = "11010119490101001"
    digit = check_digit(first)
    other = "0" if digit != "0" else "1"
    return {VALID: first + digit + more, SUSPECT: first + other + more, MALFORMED: first[:6]}


SCHEMES: Mapping[str, Scheme] = {
    "gb11643": Scheme(_citizen, {"born_on": "date", "gender": "code"}, _examples()),
    "cn_disability_card": Scheme(
        _disability_card,
        {"born_on": "date", "gender": "code", "card_kind": "code", "card_grade": "code"},
        _examples("44"),
    ),
    "phone": Scheme(_digits(7, 15), {}, {VALID: "13000000000", MALFORMED: "130"}),
    "account": Scheme(_digits(8, 30), {}, {VALID: "6200000000000000", MALFORMED: "620"}),
    "plain": Scheme(_plain, {}, {VALID: "1"}),
}
