"""Signing in with name and password, signing out, and the language."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from diguan.access import actions, arrival, attempts, demand, forms, gate, queries
from diguan.access.demo_accounts import Account, Accounts
from diguan.access.models import User


@gate.public
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest, demo_accounts: Accounts) -> HttpResponse:
    """Ask who somebody is. `?account=` fills the form with an account of the demo, where there are any."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next(request))
    accounts = demo_accounts()
    if request.method != "POST":
        return _sign_in_page(request, forms.SignIn(initial=_filled(accounts, request.GET.get("account"))), accounts)
    form = forms.SignIn(request.POST)
    if form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            return _let_in(request, user)
        actions.refuse_sign_in(
            username=form.cleaned_data["username"],
            by=None,
            at=timezone.now(),
            address=request.META.get("REMOTE_ADDR", ""),
            is_paused=attempts.was_paused(request),
        )
        if attempts.was_paused(request):
            return paused(request)
        form.add_error(None, _("User name and password don't belong together. Check both, or ask your administrator."))
    return _sign_in_page(request, form, accounts, status=422)


@gate.public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, User):
        actions.sign_out(request=request, by=request.user, at=timezone.now())
    # Whoever gave a password and not yet a code makes way for somebody else.
    arrival.end(request)
    return redirect("sign-in")


@gate.public
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language: for good for somebody who is signed in, in this browser for everybody else."""
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(_next(request))
    if language not in dict(settings.LANGUAGES):
        messages.error(request, _("The pages are not written in “%(language)s”.") % {"language": language})
        return response
    if isinstance(request.user, User):
        actions.set_language(user=request.user, language=language, by=request.user, at=timezone.now())
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    translation.activate(language)
    return response


def paused(request: HttpRequest) -> HttpResponse:
    """Say that signing in pauses, in the same words whether there is such a user or not."""
    wait = settings.AXES_COOLOFF_TIME
    answer = render(request, "access/paused.html", {"minutes": int(wait.total_seconds() // 60)}, status=429)
    answer.headers["Retry-After"] = str(int(wait.total_seconds()))
    return answer


def _let_in(request: HttpRequest, user: User) -> HttpResponse:
    """Begin the session of somebody whose password was right, or ask for the second factor first."""
    now = timezone.now()
    rights = queries.rights(user, timezone.localdate(now))
    if queries.has_factor(user) or demand.is_demanded(rights):
        arrival.begin(request, user, now, _next(request))
        return redirect("sign-in-code")
    actions.sign_in(request=request, by=user, at=now)
    return HttpResponseRedirect(_next(request))


def _sign_in_page(
    request: HttpRequest, form: forms.SignIn, accounts: Sequence[Account], status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "accounts": accounts,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "factor_is_optional": demand.is_optional(),
    }
    return render(request, "access/sign_in.html", context, status=status)


def _filled(accounts: Sequence[Account], username: str | None) -> dict[str, str]:
    for account in accounts:
        if account.username == username:
            return {"username": account.username, "password": account.password}
    return {}


def _next(request: HttpRequest) -> str:
    """Return where the reader was going, if it is a page of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure()):
        return asked
    return resolve_url(settings.LOGIN_REDIRECT_URL)
