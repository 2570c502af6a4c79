"""What the page of a proposal asks for."""

import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from diguan.planning.terms import Setting, Terms, of_day
from diguan.rulebook import what_if

VALUE = "value-"
MOST_SCREENINGS = 12
_CONTROL = {"class": "control"}


class ProposalForm(forms.Form):
    """Numbers set otherwise, over which screenings, and what to call it. Only numbers that were written count."""

    name = forms.CharField(
        label=pgettext_lazy("what-if", "Name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(_CONTROL),
        help_text=gettext_lazy("Left empty, it is called by what is otherwise."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3, **_CONTROL}),
        help_text=gettext_lazy("Whoever may open what-ifs reads it: name no household and nobody in one."),
    )
    screenings = forms.MultipleChoiceField(
        label=gettext_lazy("Over which screenings"),
        widget=forms.CheckboxSelectMultiple(),
        help_text=gettext_lazy("The uppermost is shown with everything; all of them together make the series."),
    )
    near = forms.DecimalField(
        label=gettext_lazy("Near the edge: within how many percent"),
        min_value=0,
        max_value=50,
        max_digits=5,
        decimal_places=2,
        initial=5,
        widget=forms.NumberInput(_CONTROL),
        help_text=gettext_lazy(
            "Who would have another outcome if a number moved so much further. 0: nobody is looked for."
        ),
    )
    groups = forms.MultipleChoiceField(
        label=gettext_lazy("Count apart by"), required=False, widget=forms.CheckboxSelectMultiple()
    )

    def __init__(self, *args: Any, terms: Terms, settings: list[Setting], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.terms = terms
        offered: Any = self.fields["screenings"]
        offered.choices = [(str(each.pk), of_day(each)) for each in terms.screenings[:MOST_SCREENINGS]]
        offered.initial = [str(terms.first.pk)]
        groups: Any = self.fields["groups"]
        groups.choices = terms.groups()
        for setting in settings:
            self.fields[VALUE + setting.name] = forms.CharField(
                label=setting.label, max_length=40, required=False, widget=forms.TextInput(_CONTROL)
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        values = {
            name.removeprefix(VALUE): written(text) for name, text in given.items() if name.startswith(VALUE) and text
        }
        try:
            read = what_if.read(self.terms.pack, what_if.Wanted(self.terms.day, values))
        except what_if.ValuesRefused as refused:
            for name, problem in refused.problems.items():
                self.add_error(VALUE + name, problem.message(_))
            return given
        same = {name for name, value in read.items() if self._is_now(name, value)}
        given["values"] = {name: text for name, text in values.items() if name not in same}
        if not given["values"] and not self.terms.pack_id and not self.errors:
            self.add_error(None, _("Nothing would be otherwise: set a number, or choose another pack."))
        if not self.terms.is_in_force:
            self.add_error(None, not_in_force(self.terms))
        return given

    def _is_now(self, name: str, value: object) -> bool:
        stands = what_if.now(self.terms.pack, name, self.terms.day)
        return stands is not None and stands.value == value

    @property
    def near_percent(self) -> Decimal:
        return Decimal(self.cleaned_data["near"])


def written(text: str) -> str:
    """A number as somebody types it: full-width signs, commas between thousands, and percent, as shares are shown."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").strip()
    try:
        return f"{Decimal(plain.removesuffix('%')) / 100:f}" if plain.endswith("%") else plain
    except InvalidOperation:
        return plain


def not_in_force(terms: Terms) -> str:
    words = {"pack": terms.title, "starts": terms.pack.starts, "ends": terms.pack.ends or "…", "day": terms.day}
    return (
        _("%(pack)s is in force from %(starts)s to %(ends)s, not on %(day)s. Choose above the day whose numbers are to count.")
        % words
    )  # fmt: skip
