"""The table of facts is written without a template, so that nothing escapes its texts but itself."""

from datetime import date

from tests.ui.test_reason_markup import Reader

from diguan.ui import fact_markup
from diguan.ui.facts import Fact

EVIL = "<b>\"'&"
EVERYTHING = Fact(EVIL, EVIL, "text", EVIL, EVIL, date(2020, 5, 29), EVIL, f"/{EVIL}", EVIL, f"/{EVIL}")


def read(*facts: Fact, caption: str = "Facts") -> Reader:
    return Reader(fact_markup.table(facts, caption, "yuan", "CNY"))


def test_every_text_of_a_fact_is_escaped() -> None:
    shown = read(EVERYTHING, caption=EVIL)
    assert not shown.named("b")
    assert not shown.open
    assert [link["href"] for link in shown.named("a")] == [f"/{EVIL}"] * 2
    assert shown.text.count(EVIL) == 7  # caption, label, note, value, unit, source, reporter


def test_a_fact_says_who_said_it_and_when() -> None:
    shown = read(Fact("Wages", 18_000, "money", source="home visit", observed_on=date(2020, 5, 2), reporter="W. Li"))
    assert "18,000\N{NO-BREAK SPACE}yuan" in shown.text
    assert "home visit 2020-05-02 · W. Li" in shown.text
    assert not shown.named("a")


def test_what_nobody_has_observed_reads_as_unknown() -> None:
    shown = read(Fact("Housing grade", None, "code", unit="m²"))
    assert {"class": "num is-unknown"} in shown.named("td")
    assert "unknown" in shown.text
    assert "m²" not in shown.text
    assert "nobody has observed it" in shown.text
