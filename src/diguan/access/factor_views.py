"""The second factor when signing in: its code, or taking one up where the roles demand it.

Nobody is signed in on these pages; `arrival` says who gave the right password.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from diguan.access import actions, arrival, attempts, forms, gate, queries, second_factor
from diguan.access.models import User
from diguan.access.views import paused


@gate.public
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """Ask for a code of the second factor, and sign the person in."""
    now = timezone.now()
    user = arrival.user_of(request, now)
    if user is None:
        return redirect("sign-in")
    if not queries.has_factor(user):
        return redirect("sign-in-enrolment")
    if attempts.is_paused(request, user.username):
        return _sent_away(request)
    if request.method != "POST":
        return render(request, "access/code.html", {"form": forms.CodeForm()})
    form = forms.CodeForm(request.POST)
    if form.is_valid():
        try:
            kind = actions.pass_factor(code=form.cleaned_data["code"], by=user, at=now)
        except actions.CodeRefused:
            if refuse(request, user, now):
                return _sent_away(request)
            form.add_error("code", code_refused())
        else:
            where_to = _where_to(request)
            actions.sign_in(request=request, by=user, at=now, factor=kind)
            return HttpResponseRedirect(where_to)
    return render(request, "access/code.html", {"form": form}, status=422)


@gate.public
@sensitive_post_parameters("new-code")
def enrolment(request: HttpRequest) -> HttpResponse:
    """Let somebody whose roles demand a second factor take one up, and sign them in with it."""
    now = timezone.now()
    user = arrival.user_of(request, now)
    if user is None:
        return redirect("sign-in")
    if queries.has_factor(user):
        return redirect("sign-in-code")
    secret = arrival.candidate(request, user)
    form = forms.EnrolmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        step = second_factor.step_of(secret, form.cleaned_data["code"], now)
        if step is not None:
            codes = actions.enrol_factor(secret=secret, step=step, by=user, at=now)
            where_to = _where_to(request)
            arrival.drop_candidate(request)
            actions.sign_in(request=request, by=user, at=now, factor="code")
            return render(request, "access/recovery_codes.html", {"codes": codes, "where_to": where_to})
        form.add_error("code", code_refused())
    context = {"form": form, **offered(secret, user)}
    return render(request, "access/enrolment.html", context, status=422 if request.method == "POST" else 200)


def offered(secret: str, user: User) -> dict[str, str]:
    """What a page shows of a secret to take up: its picture, and itself for those who type it."""
    return {"picture": second_factor.drawn(secret, user.username), "secret": second_factor.grouped(secret)}


def refuse(request: HttpRequest, user: User, now: dt.datetime) -> bool:
    """Count and keep a wrong code; return whether signing in pauses from now on."""
    attempts.failed(request, user.username)
    is_paused = attempts.was_paused(request)
    address = request.META.get("REMOTE_ADDR", "")
    actions.refuse_proof(user=user, by=None, at=now, address=address, is_paused=is_paused)
    return is_paused


def code_refused() -> str:
    return _("This code is not right now. Take the newest one the app shows; each serves once, and for half a minute.")


def _sent_away(request: HttpRequest) -> HttpResponse:
    arrival.end(request)
    return paused(request)


def _where_to(request: HttpRequest) -> str:
    return arrival.where_to(request) or resolve_url(settings.LOGIN_REDIRECT_URL)
