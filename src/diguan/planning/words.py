"""A what-if in words: what is otherwise, and what cannot be done."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from diguan import rulebook
from diguan.engine import causes, kept, trying
from diguan.planning import queries
from diguan.planning.models import Trial, WhatIf
from diguan.rulebook.document import source_line
from diguan.rulebook.pack import Parameter
from diguan.rulebook.resting import MEMBERS
from diguan.rulebook.words import Words
from diguan.screening import packs, reading
from diguan.screening.models import Screening

# Steps of the engine, as they stand in `progress` after the number of the trial.
STEPS = trying.STEPS


@lru_cache(maxsize=16)
def _kept_pack(folder: str) -> rulebook.Pack:
    """A pack that was kept with results, which never changes."""
    return rulebook.load(Path(folder))


def own_pack(screening: Screening) -> rulebook.Pack:
    """The pack as it was when a screening was run under it. Raises: rulebook.PackProblems."""
    return _kept_pack(str(Path(screening.folder) / kept.PACK / screening.pack_id))


def tried_pack(trial: Trial) -> rulebook.Pack:
    """The pack that was tried. Raises: rulebook.PackProblems when the files are gone."""
    out = queries.folder(trial) / trying.TRIAL
    return _kept_pack(str(next((out / kept.PACK).glob(f"*{rulebook.what_if.SUFFIX}"), out)))


@dataclass(frozen=True)
class Change:
    """One number that was set: what it is called, the value tried, the one in force, and where that comes from.

    `bare` is the value without its unit, for where both stand side by side.
    """

    name: str
    label: str
    value: str
    bare: str
    was: str
    source: str


def changes(trial: Trial, words: Words) -> list[Change]:
    """The numbers that were set, each with what it stands for on the day of the trial's screening."""
    pack = words.pack
    day = trial.screening.as_of
    found = []
    for each in trial.told.get("values", ()):
        parameter = pack.parameters[each["name"]]
        stands = rulebook.what_if.now(pack, each["name"], day)
        value, was = (shown_value(words, parameter, text) if text else "" for text in (each["value"], each["was"]))
        bare = shown_value(words, replace(parameter, unit=""), each["value"]) if parameter.unit != "share" else value
        source = source_line(stands.source if stands else parameter.source, words)
        found.append(Change(each["name"], parameter.label.in_language(words.language), value, bare, was, source))
    return found


def shown_value(words: Words, parameter: Parameter, text: str) -> str:
    """A value of a parameter as it was kept, with its unit."""
    if not parameter.is_number:
        return text
    try:
        return words.value(Decimal(text), unit=parameter.unit)
    except InvalidOperation:  # written by somebody, and never a number
        return text


def sentence(found: WhatIf, told: list[Change]) -> str:
    """What is otherwise, in one line."""
    parts = []
    if found.pack_id:
        parts.append(pack_title(found.pack_id))
    for change in told:
        if change.was:
            words = {"label": change.label, "value": change.bare, "was": change.was}
            parts.append(_("%(label)s %(value)s instead of %(was)s") % words)
        else:
            parts.append(_("%(label)s %(value)s") % {"label": change.label, "value": change.value})
    return _("; ").join(parts)


def pack_title(pack_id: str) -> str:
    try:
        pack = packs.pack(pack_id)
    except (packs.PackUnknown, rulebook.PackProblems):
        return pack_id
    return pack.title.in_language(reading.words(pack).language)


def called(found: WhatIf) -> str:
    """Its name; one that was given none is called by what is otherwise, in the reader's language."""
    return found.name or asked(found)


def asked(found: WhatIf) -> str:
    """What was asked, before anything is worked out: labels and units as the pack has them."""
    parts = [pack_title(found.pack_id)] if found.pack_id else []
    first = next(iter(found.trials.all()), None)
    try:
        pack = packs.pack(found.pack_id) if found.pack_id else own_pack(first.screening) if first else None
    except (packs.PackUnknown, rulebook.PackProblems):
        pack = None
    for name, value in found.values.items():
        parameter = pack.parameters.get(name) if pack else None
        if pack is None or parameter is None:
            parts.append(f"{name} {value}")
            continue
        words = reading.words(pack)
        parts.append(
            _("%(label)s %(value)s") % {"label": words.label(name), "value": shown_value(words, parameter, value)}
        )
    return _("; ").join(parts)


def problem(kept_problem: Mapping[str, Any]) -> str:
    """Why something was not possible, in the reader's language."""
    template, values = str(kept_problem["template"]), kept_problem["values"]
    where, sign, rest = template.partition("{where}: ")
    said = f"{values['where']}: {_(rest)}" if sign and not where else _(template)
    return said.format_map({**values, "where": values.get("where", "")})


def cause(name: str, words: Words) -> str:
    """What a change lies in."""
    others = {MEMBERS: _("members"), causes.EARLIER: _("earlier values")}
    return others.get(name) or words.label(name.removeprefix(":"))
