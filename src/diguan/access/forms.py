"""What the pages of access ask for. Whether it is allowed is the actions' to say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan.access import actions, queries, roles
from diguan.access.scope import Scope


class Place(actions.PlaceRange, Protocol):
    """A place as a form shows it."""

    @property
    def name(self) -> str: ...

    @property
    def level(self) -> str: ...


class Places(Protocol):
    """How places are found and called; `server` gives the real one."""

    def find(self, text: str, scope: Scope) -> Sequence[Place]: ...

    def names(self, numbers: Iterable[int]) -> Mapping[int, str]: ...


class _Form(forms.Form):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "control")


class SignIn(_Form):
    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    password = forms.CharField(label=gettext_lazy("Password"), strip=False, widget=forms.PasswordInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A demo account fills the form; what a person typed is never sent back.
        self.fields["password"].widget.render_value = not self.is_bound


class CodeForm(_Form):
    """A code of the second factor, or a recovery code in its place."""

    code = forms.CharField(
        label=gettext_lazy("Code that the app shows"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


class ProofForm(_Form):
    """What shows that it is the person: a code of the factor in use, else the password."""

    prefix = "proof"

    def __init__(self, *args: Any, has_factor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_factor:
            label = _("Code of the present second factor, or a recovery code")
            shown: forms.Widget = forms.TextInput({"autocomplete": "one-time-code", "spellcheck": "false"})
        else:
            label, shown = _("Present password"), forms.PasswordInput({"autocomplete": "current-password"})
        shown.attrs["class"] = "control"
        self.fields["proof"] = forms.CharField(label=label, strip=has_factor, max_length=4096, widget=shown)


class EnrolmentForm(CodeForm):
    """The code that an app shows once it has read the new secret."""

    prefix = "new"


class PasswordForm(_Form):
    """A password of one's own."""

    prefix = "password"

    present = forms.CharField(
        label=gettext_lazy("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 signs; no common word, not only digits."),
    )
    again = forms.CharField(
        label=gettext_lazy("New password, again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two are not the same. Type the new password again."))
        return again


class FirstPasswordForm(_Form):
    """A password that an administrator hands over, to be changed by its owner."""

    prefix = "first"

    password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("Hand it over in person or by telephone; its owner changes it under My account."),
    )


class UserForm(_Form):
    prefix = "user"

    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    password = forms.CharField(
        label=gettext_lazy("First password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_browser = ("", _("as the browser asks"))
        self.fields["language"].choices = [as_browser, *settings.LANGUAGES]  # type: ignore[attr-defined]


class GrantForm(_Form):
    prefix = "grant"

    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=roles.choices)
    place = forms.CharField(label=gettext_lazy("Place, by code or name"), max_length=200)
    starts_on = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    purpose = forms.CharField(
        label=gettext_lazy("Purpose"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("What it is for, such as the audit it serves. Empty where the role says it."),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: until somebody ends it."),
    )

    def __init__(self, *args: Any, places: Places, scope: Scope, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places, self._scope = places, scope
        self.fields["starts_on"].initial = today
        # Places to choose from when what was typed fits several.
        self.candidates: Sequence[Place] = ()

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        try:
            self.cleaned_data["user"] = queries.user(username)
        except queries.UserUnknown:
            raise forms.ValidationError(
                _("Nobody has the user name “%(username)s”. Add the user first.") % {"username": username}
            ) from None
        return username

    def clean_place(self) -> Place:
        text = self.cleaned_data["place"]
        found = self.places.find(text, self._scope)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(
                _("No place that you administer has the code or name “%(text)s”.") % {"text": text}
            )
        self.candidates = found
        raise forms.ValidationError(_("Several places fit “%(text)s”: choose one below.") % {"text": text})
