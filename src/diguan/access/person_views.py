"""One person, for an administrator of all places where they hold a role: what they hold, and letting them in or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from diguan.access import actions, attempts, forms, gate, permissions, queries
from diguan.access.gate import GatedRequest
from diguan.access.models import User

# What a button of the page does, and what is said when it is done.
_ACTS: dict[str, tuple[Callable[..., None], Any]] = {
    "deactivation": (actions.deactivate, gettext_lazy("%(name)s can no longer sign in and was signed out.")),
    "reactivation": (actions.reactivate, gettext_lazy("%(name)s can sign in again.")),
    "factor-reset": (
        actions.reset_factor,
        gettext_lazy("The second factor of %(name)s was taken away. They take up another when they sign in next."),
    ),
    "unlocking": (actions.unlock, gettext_lazy("%(name)s can try to sign in again.")),
    "sign-outs": (actions.sign_out_everywhere, gettext_lazy("%(name)s was signed out everywhere.")),
}


@gate.page(permissions.PEOPLE_MANAGE)
def person(request: GatedRequest, user_id: int) -> HttpResponse:
    """Show one person as their administrator sees them."""
    return _page(request, _found(request, user_id), forms.FirstPasswordForm())


@gate.page(permissions.PEOPLE_MANAGE)
@require_POST
def act(request: GatedRequest, user_id: int, act: str) -> HttpResponse:
    """Do what a button of the page says."""
    user = _found(request, user_id)
    if act not in _ACTS:
        raise Http404
    done, told = _ACTS[act]
    try:
        done(user=user, by=request.user, at=timezone.now())
    except actions.NotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, str(told) % {"name": user})
    return redirect("person", user_id)


@gate.page(permissions.PEOPLE_MANAGE)
@require_POST
@sensitive_post_parameters("first-password")
def password(request: GatedRequest, user_id: int) -> HttpResponse:
    """Give somebody who forgot theirs another password."""
    user = _found(request, user_id)
    form = forms.FirstPasswordForm(request.POST)
    if form.is_valid():
        try:
            actions.set_password(user=user, password=form.cleaned_data["password"], by=request.user, at=timezone.now())
        except ValidationError as error:
            form.add_error("password", error)
        except actions.NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(name)s has a new password and was signed out everywhere.") % {"name": user})
            return redirect("person", user_id)
    return _page(request, user, form, status=422)


def _found(request: GatedRequest, user_id: int) -> User:
    try:
        return queries.administered(request.scope, user_id, timezone.localdate())
    except User.DoesNotExist:
        raise Http404 from None


def _page(request: GatedRequest, user: User, form: forms.FirstPasswordForm, status: int = 200) -> HttpResponse:
    context = {
        "person": user,
        "is_self": user.pk == request.user.pk,
        "grants": queries.live_grants(user, timezone.localdate()),
        "factor": queries.factor(user),
        "is_paused": attempts.is_name_paused(user.username),
        "form": form,
    }
    return render(request, "access/person.html", context, status=status)
