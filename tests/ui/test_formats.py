"""Values read the same everywhere, in three languages; what is not known is never blank and never 0."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from diguan.rulebook import texts
from diguan.ui import formats

LANGUAGES = ("en", "zh-hans", "zh-hant")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("unknown", [None, ""])
def test_an_unknown_value_reads_as_a_word_in_every_format(unknown: str | None, language: str) -> None:
    with translation.override(language):
        word = formats.unknown()
        read = [
            formats.number(unknown),
            formats.money(unknown),
            formats.percent(unknown),
            formats.day(unknown),
            formats.text(unknown),
            formats.typed(unknown, "money"),
            formats.typed(unknown, "boolean"),
        ]
    assert word
    assert set(read) == {word}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (0, "0"),
        (3412, "3,412"),
        (-1234567, "−1,234,567"),
        ("1234.50", "1,234.5"),
        (Decimal("1E+3"), "1,000"),
        (0.1, "0.1"),
        (Decimal("0.000001"), "0.000001"),
    ],
)
def test_numbers_have_thousands_and_stay_exact(value: formats.Number, read: str) -> None:
    assert formats.number(value) == read


def test_rounding_is_half_up_away_from_the_even_digit() -> None:
    assert formats.number("2.5", 0) == "3"
    assert formats.number("0.125", 2) == "0.13"
    assert formats.number("-2.5", 0) == "−3"


def test_money_in_yuan_shows_fen_only_where_there_are_any() -> None:
    with translation.override("en"):
        assert formats.money(3218) == "3,218\N{NO-BREAK SPACE}yuan"
        assert formats.money("3218.00") == "3,218\N{NO-BREAK SPACE}yuan"
        assert formats.money(Decimal("3218.5")) == "3,218.50\N{NO-BREAK SPACE}yuan"


def test_a_reader_may_choose_ten_thousands_and_reads_thousands_in_english() -> None:
    with translation.override("zh-hans"):
        assert formats.money(13_218, formats.WAN).startswith("1.32\N{NO-BREAK SPACE}万")
    with translation.override("zh-hant"):
        assert formats.money(13_218, formats.WAN).startswith("1.32\N{NO-BREAK SPACE}萬")
    with translation.override("en"):
        assert formats.money(13_218, formats.WAN) == "13.22\N{NO-BREAK SPACE}thousand yuan"


def test_the_currency_is_the_packs_and_an_unnamed_one_stands_as_its_code() -> None:
    with translation.override("en"):
        assert formats.money(5, currency="EUR").endswith("euro")
        assert formats.money(5, currency="KES").endswith("KES")
        assert formats.money(5, currency=None) == "5"


def test_a_share_is_per_cent_of_one() -> None:
    with translation.override("en"):
        assert formats.percent(Decimal("0.0007"), 2) == "0.07\N{NO-BREAK SPACE}%"
    with translation.override("zh-hans"):
        assert formats.percent(Decimal("0.049")) == "4.9%"


def test_an_instant_reads_as_the_day_in_the_registrys_zone() -> None:
    late = datetime(2020, 5, 28, 20, 30, tzinfo=UTC)
    assert formats.day(late) == "2020-05-29"
    assert formats.minute(late) == "2020-05-29 04:30"
    assert formats.day(date(2020, 5, 29)) == formats.day("2020-05-29") == "2020-05-29"


def test_a_text_is_read_in_the_readers_language_or_the_nearest() -> None:
    both = {"en": "Food", "zh-hans": "吃饭", "zh-hant": "吃飯"}
    for language in LANGUAGES:
        with translation.override(language):
            assert formats.text(both) == both[language]
    with translation.override("zh-hant"):
        assert formats.text({"en": "Food", "zh-hans": "吃饭"}) == "吃饭"
        assert formats.text(texts.plain("Food")) == "Food"
    with translation.override("en"):
        assert formats.text(texts.Text(both)) == "Food"


def test_values_read_by_their_dictionary_type() -> None:
    with translation.override("en"):
        assert formats.typed(True, "boolean") == "yes"
        assert formats.typed("false", "boolean") == "no"
        assert formats.typed("1234.56", "money", currency="CNY") == "1,234.56\N{NO-BREAK SPACE}yuan"
        assert formats.typed("1500", "integer") == "1,500"
        assert formats.typed("2020-05-02", "date") == "2020-05-02"
        assert formats.typed("GRADE_A", "code") == "GRADE_A"
        assert formats.typed(0, "integer") == "0"
        assert formats.typed(False) == "no"
