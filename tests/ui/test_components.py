"""Every component renders in three languages, without a style or a script that a strict policy would refuse."""

import re
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template import Context, Template, loader
from django.test import RequestFactory
from django.utils import translation

from diguan.ui import (
    charts,
    context,
    empties,
    filters,
    gallery,
    heat,
    maps,
    menu,
    outcomes,
    reader,
    shades,
    stats,
    tables,
    views,
)
from diguan.ui.templatetags import ui as tags

LANGUAGES = ("en", "zh-hans", "zh-hant")
SHELL = ("400.html", "403.html", "403_csrf.html", "404.html", "500.html")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Any:
    with translation.override(str(request.param)):
        yield str(request.param)


def page_request(path: str = "/") -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    return request


def render(source: str, **given: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(given))


class Reading(HTMLParser):
    """Gathers what a strict content security policy refuses, ids used twice and tags left open."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "path", "rect"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [str(given["id"])] if "id" in given else []
        self.refused += [f"{tag} {name}" for name in given if name == "style" or name.startswith(("on", "hx-on"))]
        self.refused += [str(item) for item in given.values() if item and item.startswith("javascript:")]
        if tag == "style" or (tag == "script" and "src" not in given and given.get("type") != "application/json"):
            self.refused.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag, f"</{tag}> closes nothing"


def test_the_gallery_holds_every_component_and_nothing_inline(language: str) -> None:
    request = page_request("/?standard=water&sort=-income")
    html = loader.render_to_string("ui/gallery.html", {**gallery.page(request), **context.shell(request)})
    found = Reading(html)
    assert found.refused == []
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))
    assert f'<html lang="{tags.LANGUAGE_TAGS[language]}">' in html
    assert "{%" not in html
    assert "{{" not in html


@pytest.mark.parametrize("name", SHELL)
def test_an_error_page_says_what_where_and_how_to_mend_it(name: str, language: str) -> None:
    html = loader.get_template(name).render({"path": "/x/", "reference": "abc"})
    found = Reading(html)
    assert found.refused == []
    assert found.open == []
    assert all(re.search(r"<dd>\s*\S", part) for part in html.split("<dt>")[1:])
    assert html.count("<dt>") == 2


def test_page_500_needs_no_database_and_names_its_reference(caplog: pytest.LogCaptureFixture) -> None:
    response = views.server_error(page_request("/households/"))
    assert response.status_code == 500
    reference = re.search(r"reference (\w{8})", caplog.text)
    assert reference
    assert reference[1] in response.content.decode()


def test_the_banner_stands_on_every_page_of_synthetic_data() -> None:
    shown = loader.render_to_string("ui/base.html", {"registry_synthetic": True})
    hidden = loader.render_to_string("ui/base.html", {"registry_synthetic": False})
    assert shown.count("synthetic") > 1
    assert "synthetic" not in hidden


@pytest.mark.parametrize("outcome", outcomes.SIGNS)
def test_an_outcome_shows_sign_and_word(outcome: str, language: str) -> None:
    html = render("{% outcome outcome %}", outcome=outcome)
    assert outcomes.SIGNS[outcome] in html
    assert outcomes.word(outcome) in html


def test_what_readers_type_is_escaped() -> None:
    bad = "<script>alert(1)</script>"
    bar = filters.Bar([filters.Field("q", bad, "search")], QueryDict(urlencode({"q": bad})))
    table = tables.Table(bad, [tables.Column("a", bad)], [{"a": bad}])
    html = render(
        "{% filter_bar bar %}{% data_table table %}{% stat stat %}{% panel title=bad %}{{ bad }}{% endpanel %}",
        bar=bar,
        table=table,
        stat=stats.Stat(bad, 1, bad),
        bad=bad,
    )
    assert "<script" not in html


def test_a_table_without_rows_says_why_and_what_next() -> None:
    table = tables.Table("Households", [], [], empty=empties.Empty("None here.", "Start", "/start/"))
    html = render("{% data_table table %}", table=table)
    assert "None here." in html
    assert 'href="/start/"' in html
    assert "<table" not in html


def test_a_header_sorts_by_its_column_and_turns_round_when_pressed_again() -> None:
    columns = [
        tables.Column("n", "N", kind="number", sort="n"),
        tables.Column("t", "T", sort="t"),
        tables.Column("x", "X"),
    ]
    params = QueryDict("place=22&after=abc&sort=-n")
    assert tables.sort_term(params, columns, "t") == "-n"
    assert tables.sort_term(QueryDict("sort=password"), columns, "t") == "t"
    heads = tables.Table("", columns, [], params=params, sort="-n").heads
    assert [head.sort_href for head in heads] == ["?place=22&sort=n", "?place=22&sort=t", ""]
    assert [head.direction for head in heads] == ["descending", "", ""]


def test_a_reader_chooses_columns_but_never_loses_the_fixed_ones() -> None:
    columns = [
        tables.Column("a", "A"),
        tables.Column("b", "B", is_optional=True),
        tables.Column("c", "C", is_optional=True, is_shown=False),
    ]

    def chosen(query: str) -> list[str]:
        return [column.key for column in tables.Table("", columns, [], params=QueryDict(query)).chosen]

    assert chosen("") == ["a", "b"]
    assert chosen("column=a&column=c") == ["a", "c"]
    assert chosen("column=a") == ["a"]
    assert chosen("column=nonsense") == ["a", "b"]


def test_a_filter_that_is_on_can_be_taken_off_alone() -> None:
    fields = [filters.Field("standard", "Standard", choices=[("water", "Water")]), filters.Field("q", "Name", "search")]
    bar = filters.Bar(fields, QueryDict("place=22&standard=water&q=li&after=x"))
    assert [(chip.value, chip.remove_href) for chip in bar.chips] == [
        ("Water", "?place=22&q=li"),
        ("li", "?place=22&standard=water"),
    ]
    assert bar.kept == [("place", "22")]


def test_shades_split_by_quantile_and_keep_equal_values_together() -> None:
    scale = shades.scale([0, None, *range(1, 61), 5000])
    assert scale.shade(None) is None
    assert scale.shade(0) == 0
    assert scale.shade(1) == 1
    assert scale.shade(5000) == 6
    assert sorted({scale.shade(value) for value in range(1, 61)}) == [1, 2, 3, 4, 5, 6]
    assert {shades.scale([7] * 9 + [8]).shade(7), shades.scale([7] * 9 + [8]).shade(8)} == {1, 6}
    assert shades.scale([None, 0]).shade(0) == 0
    assert shades.scale([3]).shade(3) == 6


def test_a_matrix_shows_the_number_and_calls_the_unknown_unknown() -> None:
    rows = [heat.Row("A", [heat.Cell(None), heat.Cell(12, "/a/", 3, "/b/")])]
    html = render("{% heat_matrix m %}", m=heat.Matrix("M", ["x", "y"], rows))
    assert "unknown" in html
    assert 'href="/a/"' in html
    assert 'href="/b/"' in html


def test_a_map_links_and_names_every_shape_and_lists_those_without_a_boundary() -> None:
    shapes = [maps.Shape("1", "One", "M0,0L1,1Z", 5, "/1/"), maps.Shape("2", "Two", "M1,1L2,2Z", None, "/2/")]
    html = render(
        "{% place_map m %}", m=maps.Map("Map", "persons", shapes, (0, 0, 10, 10), rolled_up=[maps.RolledUp("Zone", 3)])
    )
    assert 'aria-label="One: 5 persons"' in html
    assert 'aria-label="Two: unknown persons"' in html
    assert "Zone" in html
    assert "<table" in html


def test_a_chart_carries_its_sentence_its_table_and_exact_texts(language: str) -> None:
    drawn = gallery.income("yuan")
    html = render("{% chart c %}", c=drawn, currency="CNY")
    assert drawn.sentence in html
    assert html.count("<tr") == len(drawn.data["bars"]) + 3
    assert drawn.data["bars"][2]["values"][-1] is None
    assert drawn.data["net"]["texts"][-1].startswith("3,720.50")


def test_figures_of_different_vintages_are_not_joined_and_the_chart_says_so(language: str) -> None:
    def drawn(*vintages: str) -> charts.Chart:
        points = [
            charts.Point(date(2016 + i, 1, 1), Decimal(5) / 100, vintage=vintage) for i, vintage in enumerate(vintages)
        ]
        return charts.series("rate", points=points, label="Rate", sentence="…")

    conflicting, agreeing = drawn("yearbook", "press", "yearbook"), drawn("yearbook", "yearbook")
    assert conflicting.data["vintages"] == ["yearbook", "press"]
    assert [point["vintage"] for point in conflicting.data["points"]] == [0, 1, 0]
    assert conflicting.note in render("{% chart c %}", c=conflicting, currency="CNY")
    assert conflicting.note
    assert agreeing.note == ""


def test_the_menu_shows_only_what_the_reader_may_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "_entries", [])
    menu.fill(
        [
            menu.Entry("Home", "home"),
            menu.Entry("Journal", "journal", "journal.read"),
            menu.Entry("Gone", "no-such-page"),
        ]
    )
    request = page_request("/journal/")
    assert menu.items(request) == []
    request.may = lambda permission: False  # type: ignore[attr-defined]
    assert [item.label for item in menu.items(request)] == ["Home"]
    request.may = lambda permission: True  # type: ignore[attr-defined]
    assert [(item.label, item.is_current) for item in menu.items(request)] == [("Home", False), ("Journal", True)]


def test_the_unit_of_money_is_the_readers_and_never_leads_off_the_site() -> None:
    sent = reader.choose_money_unit(
        RequestFactory().post("/money-unit/", {"unit": "wan", "next": "https://elsewhere.test/"})
    )
    assert sent["Location"] == "/"
    assert sent.cookies["money_unit"].value == "wan"
    wrong = reader.choose_money_unit(RequestFactory().post("/money-unit/", {"unit": "gold", "next": "/board/"}))
    assert wrong["Location"] == "/board/"
    assert not wrong.cookies
    request = page_request()
    request.COOKIES["money_unit"] = "gold"
    reader.Middleware(lambda _: HttpResponse())(request)
    assert request.money_unit == "yuan"  # type: ignore[attr-defined]
