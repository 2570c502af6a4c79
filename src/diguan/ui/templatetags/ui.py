"""Every component of a page. `{% load ui %}`; objects are made by the view from the modules of `diguan.ui`.

Shell: a page extends `ui/base.html` and fills the blocks `title`, `heading`, `facts` (beside the heading), `actions`,
`content`. From its context the shell shows `crumbs` ([(label, href or "")]), `place_tree` ([trees.Node]), `notices`
([notices.Notice]), `as_of`, `pack_title`, `pack_version`, `pack_href`; on every page `registry_name`,
`registry_synthetic` and `currency` (ISO code of the pack) from context processors.

Values
  {{ n|number }} {{ n|number:2 }} {{ share|percent }} {{ share|percent:2 }} {{ d|day }} {{ instant|minute }}
  {{ value|text }}            a pack's text in the reader's language
  {{ value|or_unknown }}      the word "unknown" instead of nothing
  {% money amount %}          in the reader's unit and the page's `currency`; {% money amount currency="EUR" %}
  {% value v kind %}          any value by its dictionary type
  {% change n %}              ▼ 412; {% change n better="down" %} colours it, {% change n since=_("this week") %}
  {% unverified is_verified %}  the mark that a number has not been checked against its source

Pieces
  {% outcome "not_met" %}     ▲ not met; {% outcome result label=standard.label %} puts the subject beside it
  {% stat stat %} {% stat_row stats %}          stats.Stat(label, value, unit, href, lines, change, since, better)
  {% countdown stats.Countdown(...) %}          215 days to 2020-12-31
  {% data_table table %}      tables.Table(caption, columns, rows, page, params, sort, empty, export_href, row_href)
  {% pager page %}            paging.Page, as data_table shows it already
  {% filter_bar bar %}        filters.Bar([filters.Field(name, label, kind, choices)], request.GET)
  {% empty empty %}           empties.Empty(why, next_label, next_href)
  {% reason_list nodes %}     reasons.Node(outcome, sentence, comparisons, children, clause, mend)
  {% crumbs crumbs %} {% place_tree nodes %}    shown by the shell from the context
  {% heat_matrix matrix %}    heat.Matrix(caption, heads, rows)
  {% place_map map %}         maps.Map(label, unit, shapes, box, sentence, rolled_up)
  {% flow_picture picture %}  flows.Picture(label, sentence, unit, heads, labels, ways)
  {% chart chart %}           charts.income_over_years(...), charts.series(...)
  {% steps steps %}           [steps.Step(label, state, by, on)]
  {% fact_table facts %}      [facts.Fact(label, value, kind, source, observed_on, href, page)]
  {% notice notice %} {% notice_list notices %} {% form_errors form %}
  {% bar part whole label=_("…") %}             a bar with its share as a title
  {% panel title=_("Members") %} … {% endpanel %}   also: id="members" note=_("…") href="…" href_label=_("…")
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from diguan.ui import (
    charts,
    fact_markup,
    filters,
    flows,
    formats,
    heat,
    maps,
    notices,
    outcomes,
    paging,
    reason_markup,
    reasons,
    stats,
    tables,
    trees,
)
from diguan.ui import empties as empties_of
from diguan.ui import facts as facts_of
from diguan.ui import steps as steps_of

register = template.Library()
LANGUAGE_TAGS = {"en": "en", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}


def _money_unit(context: template.Context) -> str:
    return str(context.get("money_unit") or getattr(context.get("request"), "money_unit", formats.YUAN))


def _currency(context: template.Context, currency: str | None) -> str | None:
    return currency if currency is not None else context.get("currency")


# --- Values -----------------------------------------------------------------------------------------------------


@register.filter
def number(value: formats.Number | None, places: int | None = None) -> str:
    return formats.number(value, places)


@register.filter
def percent(value: formats.Number | None, places: int = 1) -> str:
    return formats.percent(value, places)


@register.filter
def day(value: date | datetime | str | None) -> str:
    return formats.day(value)


@register.filter
def minute(value: datetime | None) -> str:
    return formats.minute(value)


@register.filter
def text(value: object) -> str:
    return formats.text(value)


@register.filter
def or_unknown(value: Any) -> Any:
    return formats.unknown() if formats.is_unknown(value) else value


@register.filter
def money_word(currency: str, unit: str) -> str:
    """How sums are shown under a unit of the reader's choice: `元`, `万元`."""
    return formats.money_scale(unit, currency).word


@register.filter
def language_tag(code: str) -> str:
    """The `lang` attribute of a language of the interface."""
    return LANGUAGE_TAGS.get(code, code)


@register.simple_tag(takes_context=True)
def money(context: template.Context, amount: formats.Number | None, currency: str | None = None) -> str:
    return formats.money(amount, _money_unit(context), _currency(context, currency))


@register.simple_tag(takes_context=True)
def value(context: template.Context, item: Any, kind: str = "", currency: str | None = None) -> str:
    return formats.typed(item, kind or None, unit=_money_unit(context), currency=_currency(context, currency))


@register.inclusion_tag("ui/change.html")
def change(amount: int | None, since: str = "", better: str = "") -> dict[str, Any]:
    tone = "" if not amount or not better else "good" if (amount < 0) == (better == "down") else "bad"
    return {"amount": amount, "size": abs(amount or 0), "since": since, "tone": tone}


@register.inclusion_tag("ui/unverified.html")
def unverified(is_verified: bool | None) -> dict[str, Any]:
    return {"is_verified": is_verified}


# --- Pieces -----------------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/outcome.html")
def outcome(result: str | None, label: str = "") -> dict[str, Any]:
    return {"badge": outcomes.badge(result), "label": label}


@register.inclusion_tag("ui/stat.html")
def stat(item: stats.Stat) -> dict[str, Any]:
    return {"stat": item}


@register.inclusion_tag("ui/stat_row.html")
def stat_row(items: Sequence[stats.Stat]) -> dict[str, Any]:
    return {"stats": items}


@register.inclusion_tag("ui/countdown.html")
def countdown(item: stats.Countdown) -> dict[str, Any]:
    return {"countdown": item}


@register.inclusion_tag("ui/data_table.html", takes_context=True)
def data_table(context: template.Context, table: tables.Table) -> dict[str, Any]:
    unit, currency = _money_unit(context), _currency(context, None)
    return {
        "table": table,
        "lines": table.lines(unit, currency),
        "totals": table.totals(unit, currency),
        "money_unit": unit,
        "currency": currency,
        "request": context.get("request"),
    }


@register.inclusion_tag("ui/pager.html")
def pager(page: "paging.Page[Any] | None") -> dict[str, Any]:
    return {"page": page}


@register.inclusion_tag("ui/filter_bar.html", takes_context=True)
def filter_bar(context: template.Context, bar: filters.Bar) -> dict[str, Any]:
    request = context.get("request")
    return {"bar": bar, "action": bar.action or (request.path if request else "")}


@register.inclusion_tag("ui/empty.html")
def empty(item: "empties_of.Empty | None") -> dict[str, Any]:
    return {"empty": item or empties_of.Empty(gettext("There is nothing here yet."))}


@register.simple_tag(takes_context=True)
def reason_list(context: template.Context, nodes: Sequence[reasons.Node]) -> SafeString:
    return reason_markup.tree(nodes, _money_unit(context), _currency(context, None))


@register.inclusion_tag("ui/crumbs.html")
def crumbs(items: Sequence[tuple[str, str]]) -> dict[str, Any]:
    return {"above": items[:-1], "here": items[-1] if items else None}


@register.inclusion_tag("ui/place_tree.html")
def place_tree(nodes: Sequence[trees.Node]) -> dict[str, Any]:
    return {"nodes": nodes}


@register.inclusion_tag("ui/heat_matrix.html")
def heat_matrix(matrix: heat.Matrix) -> dict[str, Any]:
    return {"matrix": matrix}


@register.inclusion_tag("ui/place_map.html")
def place_map(drawn: maps.Map) -> dict[str, Any]:
    return {"map": drawn}


@register.inclusion_tag("ui/flow_picture.html")
def flow_picture(picture: flows.Picture) -> dict[str, Any]:
    return {"picture": picture}


@register.inclusion_tag("ui/chart.html", takes_context=True)
def chart(context: template.Context, drawn: charts.Chart) -> dict[str, Any]:
    return {"chart": drawn, "money_unit": _money_unit(context), "currency": context.get("currency")}


@register.inclusion_tag("ui/steps.html")
def steps(items: "Sequence[steps_of.Step]") -> dict[str, Any]:
    return {"steps": items}


@register.simple_tag(takes_context=True)
def fact_table(context: template.Context, items: "Sequence[facts_of.Fact]", caption: str = "") -> SafeString:
    caption = caption or gettext("Facts and where they come from")
    return fact_markup.table(items, caption, _money_unit(context), _currency(context, None))


@register.inclusion_tag("ui/notice.html")
def notice(item: notices.Notice) -> dict[str, Any]:
    return {"notice": item}


@register.inclusion_tag("ui/notice_list.html")
def notice_list(items: Sequence[notices.Notice]) -> dict[str, Any]:
    return {"notices": items}


@register.inclusion_tag("ui/notice_list.html")
def form_errors(form: forms.Form) -> dict[str, Any]:
    """What is wrong in a form, field by field, each a link to its field; the form keeps what was typed."""
    return {"notices": notices.of_form(form)}


@register.inclusion_tag("ui/bar.html")
def bar(part: float | None, whole: float | None, label: str = "", tone: str = "") -> dict[str, Any]:
    share = formats.decimal(part) / formats.decimal(whole) if part is not None and whole else None
    width = 0 if share is None else float(min(max(share, Decimal(0)), Decimal(1)) * 100)
    return {"share": share, "width": f"{width:.2f}", "label": label, "tone": tone}


@register.simple_block_tag
def panel(content: SafeString, title: str = "", **more: str) -> str:
    """A titled box. `more`: id, note (under the title), href and href_label (a link in its head), kind (a class)."""
    return render_to_string("ui/panel.html", {"content": content, "title": title, **more})
