"""What the page of a pack shows."""

from typing import Any

from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.rulebook.document import source_line
from diguan.rulebook.words import Words
from diguan.screening import checks, reading


def context(pack: rulebook.Pack) -> dict[str, Any]:
    """The pack in the reader's words, section by section."""
    words = reading.words(pack)
    language = words.language
    return {
        "pack": pack,
        "title": pack.title.in_language(language),
        "authority": pack.authority.in_language(language),
        "summary": pack.summary.in_language(language),
        "unverified": _unverified(pack, words),
        "standards": [_standard(item, words) for item in pack.standards.values()],
        "cohorts": [_cohort(item, words) for item in pack.cohorts.values()],
        "checks": checks.rules(words),
        "parameters": [_parameter(item, words) for item in pack.parameters.values()],
        "derived": [
            (item.name, item.label.in_language(language), words.of(item.formula.tree), item.note.in_language(language))
            for item in pack.derived.values()
        ],
        "variables": [_variable(item, words) for item in pack.variables.values()],
        "series": [_series(item, words) for item in pack.series.values()],
        "designations": [(item.label.in_language(language), item.places) for item in pack.designations.values()],
        "documents": [_document(item, language) for item in pack.documents.values()],
    }


def _unverified(pack: rulebook.Pack, words: Words) -> list[str]:
    return [
        item.label.in_language(words.language)
        for item in pack.parameters.values()
        if not (item.verified and all(value.verified for value in item.values))
    ]


def _standard(item: Any, words: Words) -> dict[str, Any]:
    return {
        "name": item.name,
        "label": item.label.in_language(words.language),
        "text": item.text.in_language(words.language),
        "note": item.note.in_language(words.language),
        "applies": words.of(item.applies_when.tree) if item.applies_when else "",
        "met": words.of(item.met_when.tree),
        "expression": " ".join(item.met_when.text.split()),
        "source": source_line(item.source, words),
        "verified": item.verified,
    }


def _cohort(item: Any, words: Words) -> dict[str, Any]:
    return {
        "name": item.name,
        "label": item.label.in_language(words.language),
        "text": item.text.in_language(words.language),
        "member": words.of(item.member_when.tree),
        "expression": " ".join(item.member_when.text.split()),
        "source": source_line(item.source, words),
    }


def _parameter(item: Any, words: Words) -> dict[str, Any]:
    values = [
        {
            "starts": value.starts,
            "ends": value.ends,
            "value": words.value(value.value, unit=item.unit),
            "source": source_line(value.source, words),
            "verified": value.verified,
        }
        for value in reversed(item.values)
    ]
    computed = " ".join(item.computed.text.split()) if item.computed else ""
    return {
        "name": item.name,
        "label": item.label.in_language(words.language),
        "values": values,
        "computed": computed,
        "source": source_line(item.source, words),
        "verified": item.verified,
    }


def _variable(item: Any, words: Words) -> dict[str, Any]:
    codes = [f"{code} {label.in_language(words.language)}" for code, label in item.codes.items()]
    return {
        "name": item.name,
        "label": item.label.in_language(words.language),
        "entity": _("household") if item.entity == "household" else _("person"),
        "type": f"{item.type}" + (f", {words.unit(item.unit)}" if item.unit else ""),
        "codes": "; ".join(codes),
        "basis": item.basis.in_language(words.language),
    }


def _series(item: Any, words: Words) -> dict[str, Any]:
    points = [(point, point.rate * 100, source_line(point.source, words)) for point in item.points]
    return {"label": item.label.in_language(words.language), "points": points}


def _document(item: Any, language: str) -> dict[str, str]:
    details = [item.issuer.in_language(language), item.number, item.date]
    return {"title": item.title.in_language(language), "details": ", ".join(d for d in details if d), "url": item.url}
