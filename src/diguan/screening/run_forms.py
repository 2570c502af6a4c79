"""What the page of screenings asks for."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan import rulebook
from diguan.registry import queries as registry
from diguan.screening import packs, policies, queries
from diguan.ui import formats


class AskForm(forms.Form):
    """Under which pack, and as of which day."""

    pack = forms.ChoiceField(label=gettext_lazy("Policy"))
    as_of = forms.DateField(
        label=gettext_lazy("As of"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The day whose rules and ages count; what was observed later is left out."),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._packs = {pack.id: pack for pack in _in_force()}
        titles = [(name, f"{formats.text(pack.title.by_language)} ({name})") for name, pack in self._packs.items()]
        self.fields["pack"].choices = titles  # type: ignore[attr-defined]
        current = queries.current_screening()
        first = current.pack_id if current and current.pack_id in self._packs else next(iter(self._packs), "")
        self.initial.update(pack=first, as_of=_day(self._packs.get(first), today, current.as_of if current else None))
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "control")

    @property
    def has_packs(self) -> bool:
        return bool(self._packs)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "pack" in given and "as_of" in given:
            given["pack"] = self._packs[given["pack"]]
            try:
                rulebook.at(given["pack"], given["as_of"])
            except rulebook.PeriodNotCovered as refused:
                self.add_error("as_of", refused.message(_))
        return given


def _in_force() -> list[rulebook.Pack]:
    """The packs under which this registry may be screened; one with faults is none of them."""
    described = registry.described()
    synthetic = described is not None and described.synthetic
    found = []
    for name in packs.folders():
        try:
            pack = packs.pack(name)
        except rulebook.PackProblems:
            continue
        if policies.may_screen(pack, synthetic=synthetic, draft=False):
            found.append(pack)
    return found


def _day(pack: rulebook.Pack | None, today: dt.date, last: dt.date | None) -> dt.date:
    """Today, or where the pack's time is over the day of the last screening, else its own last day."""
    if pack is None or pack.ends is None or today <= pack.ends:
        return today
    return last if last is not None and pack.starts <= last <= pack.ends else pack.ends
