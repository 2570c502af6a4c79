"""The reason tree as HTML, written straight: a household's has hundreds of steps, and a template takes several times as long."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from diguan.ui import formats, outcomes
from diguan.ui.fact_markup import linked
from diguan.ui.reasons import Comparison, Node


def tree(nodes: Sequence[Node], unit: str, currency: str | None) -> SafeString:
    """A list of reasons, each with all that is under it; `unit` and `currency` as the reader sees sums."""
    return mark_safe(_Writer(unit, currency).listed(nodes))  # noqa: S308 (every text is escaped below)


@dataclass
class _Writer:
    unit: str
    currency: str | None
    badges: dict[str, outcomes.Badge] = field(default_factory=dict)

    def listed(self, nodes: Sequence[Node]) -> str:
        return f'<ul class="reasons">{"".join(f"<li>{self.node(node)}</li>" for node in nodes)}</ul>'

    def node(self, node: Node) -> str:
        badge = self.badges.get(node.outcome) or self.badges.setdefault(node.outcome, outcomes.badge(node.outcome))
        head = (
            f'<span class="sign" aria-hidden="true">{badge.sign}</span> <span class="reason-sentence">{escape(node.sentence)}</span> '
            f'<span class="outcome-word">{escape(badge.word)}</span>'
        )
        if not node.has_more:
            return f'<div class="reason is-leaf is-{badge.tone}">{head}</div>'
        return (
            f'<details class="reason is-{badge.tone}"{" open" if node.is_open else ""}><summary>{head}</summary>'
            f'<div class="reason-body">{"".join(self._body(node))}</div></details>'
        )

    def _body(self, node: Node) -> Iterator[str]:
        if node.comparisons:
            yield f'<dl class="comparisons">{"".join(map(self._comparison, node.comparisons))}</dl>'
        if node.children:
            yield self.listed(node.children)
        if node.mend:
            yield f'<p class="reason-mend">{_key(_("What would change it:"))} {escape(node.mend)}</p>'
        if node.clause:
            yield f'<p class="origin">{_key(_("Clause:"))} {linked(escape(node.clause), node.clause_href)}</p>'
        if node.expression:
            yield f'<p class="origin">{_key(_("Rule:"))} <code>{escape(node.expression)}</code></p>'

    def _comparison(self, item: Comparison) -> str:
        threshold = ""
        if item.relation:
            mark = render_to_string("ui/unverified.html", {"is_verified": False}) if item.is_unverified else ""
            threshold = (
                f' <span class="relation">{escape(item.relation)}</span> {self._value(item.threshold, item)} {mark}'
            )
        return (
            f'<div class="comparison{f" is-{item.outcome}" if item.outcome else ""}"><dt>{escape(item.label)}</dt>'
            f'<dd class="comparison-value"><strong>{self._value(item.value, item)}</strong>{threshold}</dd>'
            f'<dd class="origin">{" · ".join(_origin(item))}</dd></div>'
        )

    def _value(self, value: object, item: Comparison) -> str:
        shown = escape(formats.typed(value, item.kind, unit=self.unit, currency=self.currency))
        return f"{shown} {escape(item.unit)}" if item.unit and value is not None else shown


def _key(word: str) -> str:
    return f'<span class="reason-key">{escape(word)}</span>'


def _origin(item: Comparison) -> Iterator[str]:
    """Who said it and when, or that nobody did; and the clause of a threshold."""
    if item.source or item.observed_on:
        said_on = f' <span class="nowrap">{escape(formats.day(item.observed_on))}</span>' if item.observed_on else ""
        yield linked(escape(item.source) + said_on, item.href)
    elif item.value is None:
        yield escape(_("nobody has observed it"))
    if item.clause:
        yield linked(escape(item.clause), item.clause_href)
