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
