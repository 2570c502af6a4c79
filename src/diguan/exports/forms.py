"""What the pages of exports ask for. Whether it is allowed is the actions' to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan.exports.lists import Column
from diguan.exports.models import Format


class ExportForm(forms.Form):
    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        max_length=300,
        widget=forms.Textarea({"rows": 2, "class": "control"}),
        help_text=gettext_lazy("What the file is for, and who gets it. It stands in the file and in the journal."),
    )
    columns = forms.MultipleChoiceField(
        label=gettext_lazy("Columns"),
        widget=forms.CheckboxSelectMultiple(),
        help_text=gettext_lazy("Take only what the purpose needs."),
    )
    shows_names = forms.BooleanField(
        label=gettext_lazy("With full names"),
        required=False,
        help_text=gettext_lazy("Otherwise a name is its first sign and two stars."),
    )
    identifier_reason = forms.CharField(
        label=gettext_lazy("Why identifiers are needed"),
        max_length=300,
        required=False,
        widget=forms.TextInput({"class": "control"}),
    )
    file_format = forms.ChoiceField(
        label=gettext_lazy("Kind of file"),
        choices=Format.choices,
        initial=Format.XLSX,
        widget=forms.RadioSelect(),
    )

    def __init__(self, *args: Any, columns: Sequence[Column], may_see_names: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["columns"]
        chosen.choices = [(column.key, _worded(column)) for column in columns]
        chosen.initial = [column.key for column in columns if column.protection == "open" and column.key != "key"]
        if not may_see_names or not any(column.protection == "name" for column in columns):
            del self.fields["shows_names"]
        if not any(column.protection == "identifier" for column in columns):
            del self.fields["identifier_reason"]


class RefusalForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, widget=forms.TextInput({"class": "control"}))


def _worded(column: Column) -> str:
    return (
        _("%(column)s (identifier)") % {"column": column.label} if column.protection == "identifier" else column.label
    )
