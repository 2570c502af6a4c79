"""One fact of a household: everything ever said of it, and where somebody may correct it, settle it, or see a number."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diguan.access import permissions
from diguan.access.gate import GatedRequest, page
from diguan.registry import actions, queries
from diguan.registry.models import Identifier, Observation, Person
from diguan.rulebook.pack import Variable
from diguan.screening.fact_forms import Correction, Reasoned, Settlement
from diguan.screening.opened import Opened, open_household


class _Fact:
    """The fact an address names, with what stands and what was said."""

    def __init__(self, opened: Opened, name: str, person: str) -> None:
        self.opened, self.person = opened, _person(opened, person)
        variable = opened.pack.variables.get(name)
        if variable is None or (variable.entity == "person") != (self.person is not None) or variable.read_from:
            raise Http404
        self.variable: Variable = variable
        self.document: dict[str, Any] = (self.person or opened.household).facts
        self.standing: dict[str, Any] | None = self.document.get(name)
        key = self.person.key if self.person else None
        said = queries.fact_history(opened.request.scope, opened.household, name, said=opened.said)
        self.said = [statement for statement in said if statement.person == key]

    @property
    def subject(self) -> actions.Subject:
        key = self.person.key if self.person else None
        return actions.Subject(self.opened.household.key, self.variable.name, key)

    @property
    def rivals(self) -> list[queries.Statement]:
        """Those among whom a conflict is to be settled; empty where there is none."""
        ids = {self.standing["o"], *self.standing["c"]} if self.standing and "c" in self.standing else set()
        return [statement for statement in self.said if statement.observation.pk in ids]

    def address(self) -> str:
        page = reverse("fact", args=[self.opened.household.key, self.variable.name])
        return page + (f"?{urlencode({'person': str(self.person.key)})}" if self.person else "")


def _person(opened: Opened, key: str) -> Person | None:
    try:
        return opened.member(UUID(key)) if key else None
    except ValueError:
        raise Http404 from None


@page(permissions.HOUSEHOLDS_READ)
def fact(request: GatedRequest, key: UUID, name: str) -> HttpResponse:
    """Show everything ever said of one fact; opening it is journalled."""
    return _shown(_Fact(open_household(request, key, f"fact {name}"), name, request.GET.get("person", "")))


@page(permissions.REGISTRY_WRITE)
@require_POST
def correct(request: GatedRequest, key: UUID, name: str) -> HttpResponse:
    """State what is right, or that nobody knows."""
    found = _Fact(open_household(request, key, f"correct {name}"), name, request.GET.get("person", ""))
    form = Correction(request.POST, variable=found.variable, words=found.opened.words)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.correct_fact(
                scope=request.scope, subject=_as_seen(found, given["given_by"]), value=given["value"],
                reason=given["reason"], pack=found.opened.pack, by=request.user, at=timezone.now(),
            )  # fmt: skip
        except (actions.ReasonMissing, actions.FactChanged, actions.CorrectionRefused) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The correction is on file. The next screening will count it."))
            return redirect(found.address())
    return _shown(found, _Sent(correction=form), 422)


@page(permissions.REGISTRY_WRITE)
@require_POST
def settle(request: GatedRequest, key: UUID, name: str) -> HttpResponse:
    """Say which of several observations is right."""
    found = _Fact(open_household(request, key, f"settle {name}"), name, request.GET.get("person", ""))
    form = Settlement(request.POST, choices=_choices(found))
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.settle_conflict(
                scope=request.scope, subject=_as_seen(found, given["given_by"]), chosen=given["chosen"],
                reason=given["reason"], pack=found.opened.pack, by=request.user, at=timezone.now(),
            )  # fmt: skip
        except (actions.ReasonMissing, actions.FactChanged) as refused:
            form.add_error(None, str(refused))
        except Observation.DoesNotExist:
            form.add_error(None, _("This observation takes no part in the conflict any more."))
        else:
            messages.success(request, _("The conflict is settled. The next screening will count it."))
            return redirect(found.address())
    return _shown(found, _Sent(settlement=form), 422)


@page(permissions.IDENTIFIERS_REVEAL)
@require_POST
def reveal(request: GatedRequest, key: UUID, name: str) -> HttpResponse:
    """Show one number in clear to somebody who says why."""
    found = _Fact(open_household(request, key, f"reveal {name}"), name, request.GET.get("person", ""))
    if found.variable.type != "identifier":
        raise Http404
    form = Reasoned(request.POST, prefix="reveal")
    number = ""
    if form.is_valid() and found.standing:
        try:
            number = actions.reveal_identifier(
                scope=request.scope, household=key, identifier=found.standing["v"],
                reason=form.cleaned_data["reason"], by=request.user, at=timezone.now(),
            )  # fmt: skip
        except actions.ReasonMissing as refused:
            form.add_error("reason", str(refused))
        except Identifier.DoesNotExist:
            raise Http404 from None
    return _shown(found, _Sent(revealing=form, number=number), 200 if number else 422)


def _as_seen(found: _Fact, given_by: int | None) -> actions.Subject:
    subject = found.subject
    return actions.Subject(subject.household, subject.variable, subject.person, given_by)


def _choices(found: _Fact) -> list[tuple[int, str]]:
    opened = found.opened
    return [
        (each.observation.pk, f"{opened.value(found.variable.name, each.value)} – {opened.source(each.observation)}"
                              f" {each.observation.reporter} {each.observation.observed_on}")
        for each in found.rivals
    ]  # fmt: skip


@dataclass(frozen=True)
class _Sent:
    """Forms that came in and are shown again with what is wrong in them; the number that was asked for."""

    correction: Correction | None = None
    settlement: Settlement | None = None
    revealing: Reasoned | None = None
    number: str = ""


def _shown(found: _Fact, sent: _Sent = _Sent(), status: int = 200) -> HttpResponse:
    opened, standing = found.opened, found.standing
    given_by = {"given_by": standing["o"] if standing else None}
    correction, settlement, revealing = sent.correction, sent.settlement, sent.revealing
    may_write, is_number = opened.may(permissions.REGISTRY_WRITE), found.variable.type == "identifier"
    if may_write:
        correction = correction or Correction(initial=given_by, variable=found.variable, words=opened.words)
        if found.rivals:
            settlement = settlement or Settlement(initial=given_by, choices=_choices(found))
    if is_number and standing and opened.may(permissions.IDENTIFIERS_REVEAL):
        revealing = revealing or Reasoned(prefix="reveal")
    label = opened.words.label(found.variable.name)
    context = {
        "opened": opened,
        "label": label,
        "person": opened.name_of(found.person) if found.person else "",
        "query": f"?{urlencode({'person': str(found.person.key)})}" if found.person else "",
        "variable": found.variable,
        "question": found.variable.question.in_language(opened.words.language),
        "basis": found.variable.basis.in_language(opened.words.language),
        "value": opened.value(found.variable.name, standing["v"]) if standing else None,
        "said": [
            (each, opened.value(found.variable.name, each.value), opened.source(each.observation),
             standing is not None and each.observation.pk == standing["o"])
            for each in found.said
        ],
        "correction": correction, "settlement": settlement, "revealing": revealing, "number": sent.number,
        "crumbs": [*opened.crumbs, (label, "")],
    }  # fmt: skip
    return render(opened.request, "screening/fact.html", context, status=status)
