"""What changed in a household, told on a page: who came, went, moved or died."""

import re
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.places import queries as places
from diguan.registry import actions
from diguan.registry.models import LifeEvent
from diguan.screening.opened import Opened, open_household

Kind = LifeEvent.Kind
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class _People(forms.MultipleChoiceField):
    """Any key is taken: a form sent twice names people who have gone since, and the registry says who belongs there."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        try:
            UUID(value)
        except ValueError:
            return False
        return True


class LifeEventForm(forms.Form):
    """One event. Which fields it needs depends on its kind; the action says what is missing."""

    instance_id = forms.UUIDField(widget=forms.HiddenInput())
    fresh = forms.UUIDField(widget=forms.HiddenInput())  # key of whoever or whatever is new
    kind = forms.ChoiceField(label=gettext_lazy("What happened?"), choices=Kind.choices)
    occurred_on = forms.DateField(label=gettext_lazy("On which day?"), widget=forms.DateInput({"type": "date"}))
    people = _People(
        label=gettext_lazy("Whom is it about?"), required=False,
        help_text=gettext_lazy("For a death, a departure, a move to another household or a split."),
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Name of whoever is new"), required=False, max_length=200,
        help_text=gettext_lazy("For a birth, an arrival, or the head of a household that was split off."),
    )  # fmt: skip
    other = forms.CharField(
        label=gettext_lazy("Address of the other household's page"), required=False, max_length=400,
        help_text=gettext_lazy("For a move to another household or a merge: open its page and copy the address."),
    )  # fmt: skip
    place = forms.CharField(
        label=gettext_lazy("Place, by code or name"), required=False, max_length=200,
        help_text=gettext_lazy("For a move to another place, or of a household that was split off."),
    )  # fmt: skip
    cause = forms.ChoiceField(label=gettext_lazy("Cause"), choices=LifeEvent.Cause.choices, required=False)
    reporter = forms.CharField(label=gettext_lazy("Who told it?"), required=False, max_length=200)

    def __init__(self, *args: Any, opened: Opened, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = opened.request.scope
        self.fields["people"].choices = [(str(p.key), opened.name_of(p)) for p in opened.members]  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            if name != "people":
                field.widget.attrs.setdefault("class", "control")

    def clean_other(self) -> UUID | None:
        text = self.cleaned_data["other"].strip()
        found = _KEY.search(text)
        if text and not found:
            raise forms.ValidationError(_("“%(text)s” is no address of a household's page.") % {"text": text})
        return UUID(found[0]) if found else None

    def clean_place(self) -> str:
        text = self.cleaned_data["place"].strip()
        found = places.find(text, self._scope) if text else []
        if text and len(found) != 1:
            many = _("Several places fit “%(text)s”: give the code.") if found else _("No place fits “%(text)s”.")
            raise forms.ValidationError(many % {"text": text})
        return found[0].code if found else ""

    def told(self, household: UUID) -> actions.Told:
        """The event as the registry takes it."""
        given = self.cleaned_data
        kind, fresh = given["kind"], given["fresh"]
        comes_in = kind in (Kind.BIRTH, Kind.ARRIVAL)
        return actions.Told(
            instance_id=given["instance_id"],
            kind=kind,
            household=household,
            occurred_on=given["occurred_on"],
            people=[UUID(key) for key in given["people"]],
            newcomer=actions.Newcomer(fresh, given["name"].strip()) if comes_in else None,
            other=fresh if kind == Kind.SPLIT else given["other"],
            name=given["name"].strip() if kind == Kind.SPLIT else "",
            place=given["place"],
            cause=given["cause"],
            reporter=given["reporter"].strip(),
        )


@page(permissions.REGISTRY_WRITE)
def life_event(request: GatedRequest, key: UUID) -> HttpResponse:
    """Tell a change in a household. Sent twice, it counts once."""
    opened = open_household(request, key, "life event")
    initial = {"instance_id": uuid4(), "fresh": uuid4()}
    form = LifeEventForm(request.POST or None, initial=initial, opened=opened)
    if request.method == "POST" and form.is_valid():
        try:
            actions.record_life_event(scope=request.scope, told=form.told(key), by=request.user, at=timezone.now())
        except actions.LifeEventRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The change is on file. The next screening will count it."))
            return redirect("household", key=key)
    context = {"opened": opened, "form": form, "crumbs": [*opened.crumbs, (_("Report a change"), "")]}
    status = 422 if request.method == "POST" else 200
    return render(request, "screening/life_event.html", context, status=status)
