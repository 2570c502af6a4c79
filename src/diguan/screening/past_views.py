"""A household as it was on a day, or as it was known on a day; and everything on file about one person."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.registry import actions, as_of, queries
from diguan.registry.models import Person
from diguan.screening.fact_forms import Reasoned
from diguan.screening.opened import Opened, open_household
from diguan.ui import facts


class MomentForm(forms.Form):
    """The day whose state is wanted, and the day on which one asks."""

    on = forms.DateField(label=gettext_lazy("State of the day"), widget=forms.DateInput({"type": "date"}))
    known_on = forms.DateField(
        label=gettext_lazy("As known on"), required=False, widget=forms.DateInput({"type": "date"}),
        help_text=gettext_lazy("Empty: with everything that came on file since."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "control"


@page(permissions.HOUSEHOLDS_READ)
def past(request: GatedRequest, key: UUID) -> HttpResponse:
    """One household as of a day; opening it is journalled."""
    opened = open_household(request, key, "as of a day")
    today = timezone.localdate()
    form = MomentForm(request.GET if "on" in request.GET else {"on": today.isoformat()})
    context: dict[str, Any] = {"opened": opened, "form": form, "crumbs": [*opened.crumbs, (_("As of a day"), "")]}
    if form.is_valid():
        on, known_on = form.cleaned_data["on"], form.cleaned_data["known_on"]
        context |= {"on": on, "known_on": known_on, **_as_it_was(opened, on, known_on)}
    return render(request, "screening/past.html", context)


def _as_it_was(opened: Opened, on: dt.date, known_on: dt.date | None) -> dict[str, Any]:
    scope, household = opened.request.scope, opened.household
    found = as_of.facts_as_of(scope, household, on, pack=opened.pack, known_on=known_on)
    people = as_of.members_as_of(scope, household, found.moment)
    said = {observation.pk: observation for observation in opened.said}
    return {
        "place": found.place,
        "household_facts": _table(opened, found.household, said),
        "people": [(opened.name_of(p), _table(opened, found.persons.get(p.key, {}), said)) for p in people],
    }


def _table(opened: Opened, document: queries.Facts, said: dict[int, Any]) -> list[facts.Fact]:
    rows = []
    for name in opened.pack.variables:
        if name in document:
            observation = said.get(document[name]["o"])
            rows.append(
                facts.Fact(
                    label=opened.words.label(name),
                    value=opened.value(name, document[name]["v"]),
                    source=opened.source(observation) if observation else _("another household"),
                    reporter=observation.reporter if observation else "",
                    observed_on=observation.observed_on if observation else None,
                    note=_("disputed") if "c" in document[name] else "",
                )
            )
    return rows


@page(permissions.SUBJECT_ACCESS)
def subject(request: GatedRequest, key: UUID, person: UUID) -> HttpResponse:
    """What is on file about one person, with source, date and legal basis; numbers masked until the file is made."""
    opened = open_household(request, key, "subject access")
    return _subject_page(opened, opened.member(person), Reasoned())


@page(permissions.SUBJECT_ACCESS)
@require_POST
def subject_file(request: GatedRequest, key: UUID, person: UUID) -> HttpResponse:
    """Everything on file about one person as a JSON file to hand over, numbers in clear; journalled with the reason."""
    opened = open_household(request, key, "subject access")
    member, form = opened.member(person), Reasoned(request.POST)
    if form.is_valid():
        try:
            told = actions.hand_over(
                scope=request.scope, person=member, reason=form.cleaned_data["reason"], pack=opened.pack,
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except actions.ReasonMissing as refused:
            form.add_error("reason", str(refused))
        else:
            content = json.dumps(told, ensure_ascii=False, indent=1, default=str)
            answer = HttpResponse(content, content_type="application/json; charset=utf-8")
            answer["Content-Disposition"] = f'attachment; filename="person-{str(member.key)[:8]}.json"'
            return answer
    return _subject_page(opened, member, form, status=422)


def _subject_page(opened: Opened, person: Person, form: Reasoned, status: int = 200) -> HttpResponse:
    words = opened.words
    rows = []
    for name, variable in opened.pack.variables.items():
        if name in person.facts:
            said = queries.fact_history(opened.request.scope, opened.household, name, said=opened.said)
            mine = [(each, opened.value(name, each.value)) for each in said if each.person == person.key]
            rows.append((words.label(name), variable.basis.in_language(words.language), _PROTECTION[variable.protection],
                         opened.value(name, person.facts[name]["v"]), mine))  # fmt: skip
    context = {
        "opened": opened, "person": person, "name": opened.name_of(person), "rows": rows, "form": form,
        "crumbs": [*opened.crumbs, (opened.name_of(person), "")],
    }  # fmt: skip
    return render(opened.request, "screening/subject.html", context, status=status)


_PROTECTION = {
    "open": gettext_lazy("open"),
    "personal": gettext_lazy("personal"),
    "sensitive": gettext_lazy("sensitive"),
}
