"""What people see and change of their own account: password, second factor, sessions."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from diguan.access import actions, arrival, attempts, demand, forms, gate, queries, second_factor, sessions
from diguan.access.factor_views import code_refused, offered, refuse
from diguan.access.gate import GatedRequest
from diguan.access.views import paused


@gate.signed_in
def account(request: GatedRequest) -> HttpResponse:
    """Show a person their own account."""
    return _page(request)


@gate.signed_in
@require_POST
@sensitive_post_parameters("password-present", "password-password", "password-again")
def password(request: GatedRequest) -> HttpResponse:
    """Change one's own password; other browsers are signed out."""
    form = forms.PasswordForm(request.POST)
    now = timezone.now()
    if form.is_valid():
        if attempts.is_paused(request, request.user.username):
            return paused(request)
        if not request.user.check_password(form.cleaned_data["present"]):
            if refuse(request, request.user, now):
                return paused(request)
            form.add_error("present", _("This is not your present password."))
            return _page(request, password_form=form, status=422)
        try:
            actions.set_password(user=request.user, password=form.cleaned_data["password"], by=request.user, at=now)
        except ValidationError as error:
            form.add_error("password", error)
        else:
            sessions.keep(request, request.user)
            messages.success(request, _("Your password was changed. Other browsers were signed out."))
            return redirect("account")
    return _page(request, password_form=form, status=422)


@gate.signed_in
@sensitive_post_parameters("proof-proof", "new-code")
def factor(request: GatedRequest) -> HttpResponse:
    """Take up a second factor, or another one in place of the present."""
    now, user = timezone.now(), request.user
    has_factor = queries.has_factor(user)
    secret = arrival.candidate(request, user)
    given = request.POST if request.method == "POST" else None
    proof, form = forms.ProofForm(given, has_factor=has_factor), forms.EnrolmentForm(given)
    # The new code is looked at first: a code of the present factor that is spent here would be gone otherwise.
    if given is not None and proof.is_valid() and form.is_valid():
        step = second_factor.step_of(secret, form.cleaned_data["code"], now)
        if step is None:
            form.add_error("code", code_refused())
        elif (refused := _unproved(request, proof, now)) is not None:
            return refused
        elif not proof.errors:
            codes = actions.enrol_factor(secret=secret, step=step, by=user, at=now)
            sessions.keep(request, user)
            arrival.prove(request)
            arrival.drop_candidate(request)
            return render(request, "access/recovery_codes.html", {"codes": codes})
    context = {"proof": proof, "form": form, "has_factor": has_factor, **offered(secret, user)}
    return render(request, "access/factor.html", context, status=200 if given is None else 422)


@gate.signed_in
@require_POST
@sensitive_post_parameters("proof-proof")
def recovery_codes(request: GatedRequest) -> HttpResponse:
    """Give new recovery codes in place of the former ones."""
    form = forms.ProofForm(request.POST, has_factor=True)
    now = timezone.now()
    if form.is_valid():
        if (refused := _unproved(request, form, now)) is not None:
            return refused
        if not form.errors:
            codes = actions.renew_recovery_codes(by=request.user, at=now)
            return render(request, "access/recovery_codes.html", {"codes": codes})
    return _page(request, proof=form, status=422)


@gate.signed_in
@require_POST
@sensitive_post_parameters("proof-proof")
def factor_removal(request: GatedRequest) -> HttpResponse:
    """Do without a second factor, where no role demands one."""
    form = forms.ProofForm(request.POST, has_factor=True)
    now = timezone.now()
    if form.is_valid():
        if (refused := _unproved(request, form, now)) is not None:
            return refused
        if not form.errors:
            try:
                actions.remove_factor(by=request.user, at=now)
            except actions.NotAllowed as error:
                messages.error(request, str(error))
            else:
                sessions.keep(request, request.user)
                messages.success(request, _("You sign in by password alone from now on."))
            return redirect("account")
    return _page(request, proof=form, status=422)


@gate.signed_in
@require_POST
def sign_outs(request: GatedRequest) -> HttpResponse:
    """Sign out in every browser, this one included."""
    actions.sign_out_everywhere(user=request.user, by=request.user, at=timezone.now())
    request.session.flush()
    return redirect("sign-in")


def _unproved(request: GatedRequest, form: forms.ProofForm, now: dt.datetime) -> HttpResponse | None:
    """Put an error into the form unless it proves who sends it; return the page of a pause, if it comes to that."""
    user, proof = request.user, form.cleaned_data["proof"]
    if attempts.is_paused(request, user.username):
        return paused(request)
    if queries.has_factor(user):
        try:
            actions.pass_factor(code=proof, by=user, at=now)
        except actions.CodeRefused:
            form.add_error("proof", code_refused())
    elif not user.check_password(proof):
        form.add_error("proof", _("This is not your present password."))
    return paused(request) if form.errors and refuse(request, user, now) else None


def _page(
    request: GatedRequest,
    *,
    password_form: forms.PasswordForm | None = None,
    proof: forms.ProofForm | None = None,
    status: int = 200,
) -> HttpResponse:
    held = queries.factor(request.user)
    context = {
        "grants": queries.live_grants(request.user, timezone.localdate()),
        "factor": held,
        "codes_left": queries.recovery_codes_left(request.user),
        "is_demanded": demand.is_demanded(request.rights),
        "password_form": password_form or forms.PasswordForm(),
        "proof": proof or forms.ProofForm(has_factor=held is not None),
    }
    return render(request, "access/account.html", context, status=status)
