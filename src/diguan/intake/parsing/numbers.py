"""What a workbook keeps as a number, as people wrote it: plain digits, or a day."""

import datetime as dt
import re

# Number formats that every program knows by number, those of East Asian editions included.
_DAYS = {14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)}
_HOURS = {18, 19, 20, 21, 45, 46, 47}
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_EXACT = 15  # digits that a workbook keeps of a number


def shows_day(format_id: int, code: str) -> bool:
    """Whether a cell format shows a day."""
    if code:
        letters = _LITERAL.sub("", code).lower()
        return (
            "y" in letters
            or "d" in letters
            or "e" in letters.replace("e+", "").replace("e-", "").replace("general", "")
        )
    return format_id in _DAYS


def plain(raw: str) -> str:
    """The number in digits, without the noise of its binary storage; one of more than 15 digits with an exponent,
    because the workbook has lost the rest."""
    if raw.isascii() and raw.isdigit() and len(raw) <= _EXACT:
        return raw
    try:
        number = float(raw)
    except ValueError:
        return raw
    if number != number or number in (float("inf"), float("-inf")):
        return raw
    text = f"{number:.{_EXACT}g}"
    return "0" if text == "-0" else text


def day(raw: str, since_1904: bool) -> str | None:
    """The day (and hour, where there is one) that a stored number means; None where it means none."""
    try:
        number = float(raw)
    except ValueError:
        return None
    if since_1904:
        number += 1462
    if not 1 <= number < 2_958_466:
        return None
    if 60 <= number < 61:
        return "1900-02-29"  # the day that spreadsheets believe in
    start = dt.datetime(1899, 12, 30) if number >= 61 else dt.datetime(1899, 12, 31)  # noqa: DTZ001 - a day has no zone
    moment = start + dt.timedelta(seconds=round(number * 86_400))
    return moment.strftime("%Y-%m-%d" if moment.time() == dt.time() else "%Y-%m-%d %H:%M:%S").rjust(10, "0")
