"""What the pages of pairs and lists ask for. Whether it is allowed is the actions' to say."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan.access.models import User
from diguan.intake import dictionaries
from diguan.linkage.models import Match, RollEntry
from diguan.linkage.sides import Side
from diguan.places import queries as places
from diguan.places.models import Place
from diguan.ui import formats

_CONTROL = {"class": "control"}


class VerdictForm(forms.Form):
    """What somebody says of a pair; who stays is asked only of those who see both, and where two of the registry become one."""

    verdict = forms.ChoiceField(label=gettext_lazy("They are"), widget=forms.RadioSelect())
    kept = forms.TypedChoiceField(
        label=gettext_lazy("If they are one: whose entry stays"),
        coerce=int,
        required=False,
        empty_value=None,
        widget=forms.RadioSelect(),
    )
    reason = forms.CharField(
        label=gettext_lazy("How you know"), max_length=500, widget=forms.Textarea({"rows": 2, **_CONTROL})
    )
    seen = forms.IntegerField(widget=forms.HiddenInput())

    def __init__(self, *args: Any, match: Match, sides: tuple[Side, Side], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sees_both = all(side.is_here for side in sides)
        offered: Any = self.fields["verdict"]
        offered.choices = [choice for choice in Match.Verdict.choices if sees_both or choice[0] == Match.Verdict.UNSURE]
        stays: Any = self.fields["kept"]
        if sees_both and all(side.person is not None for side in sides):
            stays.choices = [(side.person, f"{side.name}, {side.where}") for side in sides]
            stays.initial = min(side.person or 0 for side in sides)
        else:
            del self.fields["kept"]
        self.initial["seen"] = match.verdicts


class FollowUpForm(forms.Form):
    """What became of somebody missing."""

    status = forms.ChoiceField(
        label=gettext_lazy("What was found"), choices=RollEntry.Status.choices, widget=forms.Select(_CONTROL)
    )
    reason = forms.CharField(
        label=gettext_lazy("How you know"),
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 2, **_CONTROL}),
    )
    assigned_to = forms.ModelChoiceField(
        label=gettext_lazy("Who looks into it"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.Select(_CONTROL),
    )
    due_on = forms.DateField(
        label=gettext_lazy("By when"),
        required=False,
        widget=forms.DateInput({"type": "date", **_CONTROL}, format="%Y-%m-%d"),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args: Any, entry: RollEntry, holders: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who: Any = self.fields["assigned_to"]
        who.queryset, who.empty_label = holders, _("nobody yet")
        self.initial = {
            "status": entry.status or RollEntry.Status.TO_CHECK,
            "reason": entry.reason,
            "assigned_to": entry.assigned_to_id,
            "due_on": entry.due_on,
            "seen": entry.mark,
        }


class RollForm(forms.Form):
    """A list of another office."""

    file = forms.FileField(label=gettext_lazy("File (.xlsx or .csv)"), allow_empty_file=True, max_length=400)
    source = forms.ChoiceField(label=gettext_lazy("Whose list it is"))
    title = forms.CharField(
        label=gettext_lazy("Name of the list"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Where an office keeps several; a later edition has the same name."),
    )
    as_of = forms.DateField(
        label=gettext_lazy("As of"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    place = forms.CharField(
        label=gettext_lazy("Place of the list, by code or name"),
        max_length=200,
        help_text=gettext_lazy("Rows whose village is not known stand under it."),
    )
    names = forms.CharField(
        label=gettext_lazy("Heading of the column of names"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only if it is called something unusual."),
    )

    def __init__(self, *args: Any, scope: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope
        pack_id = dictionaries.in_use()
        known = dictionaries.pack(pack_id).sources if pack_id else {}
        chosen: Any = self.fields["source"]
        chosen.choices = [
            (name, text) for name, label in known.items() if (text := label.in_language(formats.language()))
        ]
        self.initial.update(as_of=today)
        for name, control in self.fields.items():
            control.widget.attrs.setdefault("class", "control")
            if name == "file":
                control.widget.attrs["accept"] = ".xlsx,.csv,.txt,.tsv"

    def clean_place(self) -> Place:
        found = places.find(self.cleaned_data["place"], self._scope)
        if len(found) != 1:
            raise forms.ValidationError(
                _("You may bring lists of no place, or of more than one, that is called so: write its code.")
            )
        return found[0]
