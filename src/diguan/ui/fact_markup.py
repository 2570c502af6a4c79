"""The table of facts as HTML, written straight: a household's has a hundred rows, and a template takes several times as long."""

from collections.abc import Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from diguan.ui import formats
from diguan.ui.facts import Fact


def table(facts: Sequence[Fact], caption: str, unit: str, currency: str | None) -> SafeString:
    """Facts with their values and where these come from; `unit` and `currency` as the reader sees sums."""
    caption = escape(caption)
    heads = f'<th scope="col">{_("Fact")}</th><th scope="col" class="num">{_("Value")}</th><th scope="col">{_("Observed")}</th>'
    nobody = f'<span class="muted">{_("nobody has observed it")}</span>'
    rows = "".join(
        f'<tr><th scope="row">{_head(fact)}</th>{_value(fact, unit, currency)}<td>{_observed(fact) or nobody}</td></tr>'
        for fact in facts
    )
    return mark_safe(  # noqa: S308 (every text of a fact is escaped)
        f'<div class="table-scroll" role="region" aria-label="{caption}" tabindex="0"><table class="table facts">'
        f'<caption class="visually-hidden">{caption}</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _head(fact: Fact) -> str:
    note = f'<span class="fact-note">{escape(fact.note)}</span>' if fact.note else ""
    return linked(escape(fact.label), fact.page) + note


def _value(fact: Fact, unit: str, currency: str | None) -> str:
    shown = escape(formats.typed(fact.value, fact.kind, unit=unit, currency=currency))
    if fact.value is None:
        return f'<td class="num is-unknown">{shown}</td>'
    return f'<td class="num">{shown}{f" {escape(fact.unit)}" if fact.unit else ""}</td>'


def _observed(fact: Fact) -> str:
    """Who said it and when; empty where nobody did."""
    if not fact.source:
        return ""
    said_on = f' <span class="nowrap">{escape(formats.day(fact.observed_on))}</span>' if fact.observed_on else ""
    reporter = f" · {escape(fact.reporter)}" if fact.reporter else ""
    return linked(escape(fact.source) + said_on, fact.href) + reporter


def linked(shown: str, href: str) -> str:
    """A piece of HTML, as a link where there is somewhere to go."""
    return f'<a href="{escape(href)}">{shown}</a>' if href else shown
