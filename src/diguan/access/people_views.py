"""Users and their grants, for administrators, within the places they administer."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from diguan.access import actions, forms, gate, permissions, queries, roles
from diguan.access.gate import GatedRequest
from diguan.access.models import Grant
from diguan.ui import filters, formats, paging, tables
from diguan.ui.empties import Empty

_LISTED = 50


@gate.page(permissions.PEOPLE_MANAGE)
def people(request: GatedRequest, places: forms.Places) -> HttpResponse:
    """List the grants of the places administered, and who holds none anywhere."""
    typed = {"username": request.GET.get("grant-to", "")}
    return _page(request, forms.UserForm(), _grant_form(request, places, initial=typed))


@gate.page(permissions.PEOPLE_MANAGE)
@require_POST
@sensitive_post_parameters("user-password")
def users(request: GatedRequest, places: forms.Places) -> HttpResponse:
    """Add a user."""
    form = forms.UserForm(request.POST)
    if form.is_valid():
        try:
            user = actions.create_user(**form.cleaned_data, by=request.user, at=timezone.now())
        except ValidationError as error:
            _show(form, error)
        except (actions.UsernameTaken, actions.NotAllowed) as error:
            form.add_error("username", str(error))
        else:
            messages.success(request, _("%(name)s was added. Grant a role next.") % {"name": user})
            return redirect(f"{reverse('people')}?{urlencode({'grant-to': user.username})}#new-grant")
    return _page(request, form, _grant_form(request, places), status=422)


@gate.page(permissions.PEOPLE_MANAGE)
@require_POST
def grants(request: GatedRequest, places: forms.Places) -> HttpResponse:
    """Grant a role."""
    form = _grant_form(request, places, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            grant = actions.grant_role(
                user=given["user"],
                role=given["role"],
                place=given["place"],
                starts_on=given["starts_on"],
                ends_on=given["ends_on"],
                purpose=given["purpose"],
                by=request.user,
                at=timezone.now(),
            )
        except ValidationError as error:
            form.add_error("ends_on", error)
        except actions.NotAllowed as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("%(name)s is now %(role)s of %(place)s.")
                % {"name": given["user"], "role": grant.get_role_display(), "place": given["place"].name},
            )
            return redirect("people")
    return _page(request, forms.UserForm(), form, status=422)


@gate.page(permissions.PEOPLE_MANAGE)
@require_POST
def grant_end(request: GatedRequest, grant_id: int, places: forms.Places) -> HttpResponse:
    """End a grant at once."""
    try:
        grant = queries.grant(request.scope, grant_id)
        actions.end_grant(grant=grant, by=request.user, at=timezone.now())
    except Grant.DoesNotExist:
        raise Http404 from None
    except actions.NotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("%(name)s is no longer %(role)s of %(code)s.")
            % {"name": grant.user, "role": grant.get_role_display(), "code": grant.place_code},
        )
    return redirect("people")


def _page(
    request: GatedRequest, new_user: forms.UserForm, new_grant: forms.GrantForm, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "table": _table(request, new_grant.places, today),
        "filters": _filters(request),
        "without": list(queries.users_without_grants(today).order_by("username")[: _LISTED + 1]),
        "inactive": list(queries.inactive_users(request.scope, today)[: _LISTED + 1]),
        "listed": _LISTED,
        "new_user": new_user,
        "new_grant": new_grant,
    }
    return render(request, "access/people.html", context, status=status)


def _table(request: GatedRequest, places: forms.Places, today: dt.date) -> tables.Table:
    page = paging.page(_asked(request, today), ["place_number", "id"], request.GET)
    names = places.names({grant.place_number for grant in page.rows})
    return tables.Table(
        caption=_("Roles held, by place"),
        columns=[
            tables.Column("user", _("Name"), template="access/person_cell.html"),
            tables.Column("user.username", _("User name")),
            tables.Column("role", _("Role"), value=Grant.get_role_display),
            tables.Column("place_number", _("Place"), value=lambda grant: names.get(grant.place_number, "")),
            tables.Column("place_code", _("Code")),
            tables.Column("starts_on", _("From"), "date"),
            tables.Column("ends_on", _("To"), value=lambda grant: formats.day(grant.ends_on) if grant.ends_on else "–"),
            tables.Column("purpose", _("Purpose"), value=lambda grant: grant.purpose or "–"),
            tables.Column("pk", "", template="access/grant_end_cell.html"),
        ],
        rows=page.rows,
        page=page,
        empty=Empty(why=_("Nobody holds such a role here."), next_label=_("Grant a role"), next_href="#new-grant"),
    )


def _asked(request: GatedRequest, today: dt.date) -> Any:
    rows = queries.grants(request.scope, today)
    if role := request.GET.get("role", ""):
        rows = rows.filter(role=role)
    if text := request.GET.get("who", "").strip():
        rows = rows.filter(Q(user__username__icontains=text) | Q(user__name__icontains=text))
    return rows


def _filters(request: GatedRequest) -> filters.Bar:
    return filters.Bar(
        [
            filters.Field("role", _("Role"), "choice", [(role, str(label)) for role, label in roles.choices()]),
            filters.Field("who", _("Who"), "search", placeholder=_("name or user name")),
        ],
        request.GET,
    )


def _grant_form(request: GatedRequest, places: forms.Places, *args: Any, **kwargs: Any) -> forms.GrantForm:
    return forms.GrantForm(*args, places=places, scope=request.scope, today=timezone.localdate(), **kwargs)


def _show(form: forms.UserForm, error: ValidationError) -> None:
    """Put what the model or the password rules refused beside its field."""
    if hasattr(error, "error_dict"):
        for name, errors in error.error_dict.items():
            form.add_error(name if name in form.fields else None, errors)
    else:
        form.add_error("password", error)
