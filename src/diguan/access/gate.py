"""The one gate that every request passes.

A view says who may enter, by one of three decorators; the middleware carries it out, for every method alike. A view
that says nothing answers 404 to everybody. One out of the reader's scope does the same, in its own words: Http404.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from diguan.access import arrival, demand, permissions, queries, walls
from diguan.access.models import User
from diguan.access.rights import Rights
from diguan.access.scope import NOTHING, Scope

View = Callable[..., HttpResponseBase]
_POLICY = "gate_policy"


class GatedRequest(HttpRequest):
    """A request behind the gate, as views see it.

    `scope` is where the permission named by the page's decorator holds; `scope_of` answers for another permission.
    """

    user: User
    scope: Scope
    rights: Rights
    may: Callable[[str], bool]
    scope_of: Callable[[str], Scope]


class _Policy(Protocol):
    def __call__(self, request: GatedRequest) -> HttpResponseBase | None: ...


def public(view: View) -> View:
    """Let anybody in, with a scope of nothing."""
    return _guarded(view, _let_anybody)


def signed_in(view: View) -> View:
    """Let in whoever is signed in, with a scope of nothing."""
    return _guarded(view, _let_signed_in)


def page(permission: str) -> Callable[[View], View]:
    """Let in whoever holds the permission somewhere; `request.scope` is where. Raises: PermissionUnknown."""
    policy = _LetHolders(permissions.checked(permission))
    return lambda view: _guarded(view, policy)


def policy_of(view: View) -> str | None:
    """Return the permission a view needs, "public", "signed_in", or None if it never opens."""
    policy = getattr(view, _POLICY, None)
    if isinstance(policy, _LetHolders):
        return policy.permission
    return {_let_anybody: "public", _let_signed_in: "signed_in"}.get(policy) if policy else None


class Middleware:
    """Carries out the policy of the view about to be called; refuses a view without one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        if _holds_null(request):
            raise BadRequest("a null character in the address")
        request.scope = NOTHING
        request.rights = SimpleLazyObject(lambda: queries.rights(request.user, timezone.localdate()))
        request.may = lambda permission: request.rights.may(permission)
        request.scope_of = lambda permission: request.rights.scope(permission)
        # Asked by a database that holds rows back by itself: whatever a page asks for, only that much is there.
        with walls.reading_as(lambda: request.rights.reach):
            response = self.get_response(request)
        # Nothing a server says may linger in a shared machine's cache, redirects and refusals included.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: GatedRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        policy: _Policy | None = getattr(view, _POLICY, None)
        if policy is None:
            raise Http404
        return policy(request)


def _holds_null(request: HttpRequest) -> bool:
    """No text of a person or a program holds a null character, and PostgreSQL takes none: nobody asks it with one."""
    return "\0" in request.path or any("\0" in value for _name, values in request.GET.lists() for value in values)


def _guarded(view: View, policy: _Policy) -> View:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    setattr(guarded, _POLICY, policy)
    return guarded


def _let_anybody(request: HttpRequest) -> HttpResponseBase | None:
    return None


def _let_signed_in(request: Any) -> HttpResponseBase | None:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if not arrival.is_proven(request) and demand.is_demanded(request.rights):
        return _back_to_the_factor(request)
    return None


def _back_to_the_factor(request: GatedRequest) -> HttpResponseBase:
    """A role granted since, or a setting, demands a second factor: nobody is signed in before it is shown."""
    where_to = request.get_full_path() if request.method == "GET" else ""
    arrival.begin(request, request.user, timezone.now(), where_to)
    return redirect("sign-in-code")


@dataclass(frozen=True, slots=True)
class _LetHolders:
    permission: str

    def __call__(self, request: GatedRequest) -> HttpResponseBase | None:
        if (elsewhere := _let_signed_in(request)) is not None:
            return elsewhere
        if request.rights.are_none:
            return no_grants(request)
        request.scope = request.rights.scope(self.permission)
        if request.scope.is_empty:
            raise PermissionDenied
        return None


def no_grants(request: HttpRequest) -> HttpResponse:
    """Tell somebody who holds no role what to do."""
    return render(request, "access/no_grants.html", status=403)
