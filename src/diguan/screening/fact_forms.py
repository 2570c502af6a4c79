"""Forms for one fact: a new value by its dictionary type, or which of several observations is right."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan.rulebook.pack import Variable
from diguan.rulebook.words import Words


class Reasoned(forms.Form):
    """Any act on what is on file asks why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "class": "control"}),
        help_text=gettext_lazy("It stands in the journal with your name."),
    )


class Correction(Reasoned):
    """A new value; empty and “unknown” withdraws the one that stands."""

    given_by = forms.IntegerField(required=False, widget=forms.HiddenInput())
    is_unknown = forms.BooleanField(label=gettext_lazy("Nobody knows: withdraw the value"), required=False)
    field_order = ("value", "is_unknown", "reason", "given_by")

    def __init__(self, *args: Any, variable: Variable, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = _field(variable, words)
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        value = cleaned.get("value")
        if cleaned.get("is_unknown"):
            cleaned["value"] = None
        elif value in (None, "") and not self.has_error("value"):
            self.add_error("value", _("State the value, or tick that nobody knows."))
        return cleaned


class Settlement(Reasoned):
    """Which observation is right."""

    chosen = forms.TypedChoiceField(label=gettext_lazy("What is right?"), coerce=int, widget=forms.RadioSelect())
    given_by = forms.IntegerField(widget=forms.HiddenInput())
    field_order = ("chosen", "reason", "given_by")

    def __init__(self, *args: Any, choices: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].choices = choices  # type: ignore[attr-defined]


def _field(variable: Variable, words: Words) -> forms.Field:
    label, attrs = words.label(variable.name), {"class": "control"}
    if variable.type == "boolean":
        choices = [("", "–"), ("true", words.value(True)), ("false", words.value(False))]
        return forms.TypedChoiceField(
            label=label, choices=choices, required=False, coerce=lambda text: text == "true", empty_value=None,
            widget=forms.Select(attrs=attrs),
        )  # fmt: skip
    if variable.type == "code":
        codes = [(code, text.in_language(words.language)) for code, text in variable.codes.items()]
        return forms.ChoiceField(
            label=label, choices=[("", "–"), *codes], required=False, widget=forms.Select(attrs=attrs)
        )
    help_text = words.unit(variable.unit) if variable.unit else ""
    if variable.type == "date":
        return _DateText(label=label, required=False, widget=forms.DateInput(attrs={**attrs, "type": "date"}))
    if variable.type in ("integer", "decimal", "money"):
        field = _Number(label=label, required=False, help_text=help_text, widget=forms.TextInput(attrs=attrs))
        field.is_whole = variable.type == "integer"
        return field
    return forms.CharField(label=label, required=False, max_length=500, widget=forms.TextInput(attrs=attrs))


class _DateText(forms.DateField):
    """A date as observations state it."""

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        return day.isoformat() if day else None


class _Number(forms.CharField):
    """A number as observations state it: whole as such, others as text."""

    is_whole = False

    def clean(self, value: Any) -> Any:
        text = super().clean(value).replace(",", "").replace("，", "")
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise forms.ValidationError(_("“%(text)s” is not a number.") % {"text": text}) from None
        if self.is_whole and number == number.to_integral_value():
            return int(number)
        return f"{number:f}"
