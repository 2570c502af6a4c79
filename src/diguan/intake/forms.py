"""What the pages of imports ask for."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diguan.access.scope import Scope
from diguan.intake import dictionaries, villages
from diguan.ui import formats


class SendForm(forms.Form):
    """A file, or one of households and one of people."""

    file = forms.FileField(label=_("File (.xlsx or .csv)"), allow_empty_file=True, max_length=400)
    second = forms.FileField(
        label=_("Second file, where people are in one of their own"),
        required=False,
        allow_empty_file=True,
        max_length=400,
    )
    pack = forms.ChoiceField(label=_("Dictionary"))
    source = forms.ChoiceField(label=_("Who says so"))
    observed_on = forms.DateField(
        label=_("Day of observation"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("For rows that have no day of their own."),
    )
    place = forms.CharField(
        label=_("Village, by code or name"),
        required=False,
        max_length=200,
        help_text=_("For households whose row names none; else leave it empty."),
    )

    def __init__(self, *args: Any, scope: Scope, today: dt.date, last_source: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope
        in_use = dictionaries.in_use()
        packs = [(each, formats.text(dictionaries.pack(each).title.by_language)) for each in dictionaries.ids()]
        pack_id = self.data.get("pack") or in_use or (packs[0][0] if packs else "")
        known = dictionaries.pack(pack_id).sources if pack_id in dictionaries.ids() else {}
        self.fields["pack"].choices = packs  # type: ignore[attr-defined]
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            (name, formats.text(label.by_language)) for name, label in known.items()
        ]
        self.initial.update(pack=in_use, source=last_source or next(iter(known), ""), observed_on=today)
        for name, field in self.fields.items():
            field.widget.attrs.setdefault("class", "control")
            if name in ("file", "second"):
                field.widget.attrs["accept"] = ".xlsx,.csv,.txt,.tsv"

    def clean_place(self) -> str:
        text = self.cleaned_data["place"].strip()
        if not text:
            return ""
        found = villages.find([text], self._scope)[text]
        if not found.code:
            raise forms.ValidationError(
                _("You may record in no place, or in more than one, that is called so: write its code.")
            )
        return found.code
