"""What a reader chose about how pages look: the unit of money (`request.money_unit`), kept in a cookie."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from diguan.ui import formats

COOKIE = "money_unit"
A_YEAR = 365 * 24 * 3600


def money_unit(request: HttpRequest | None) -> str:
    unit = getattr(request, "COOKIES", {}).get(COOKIE)
    return unit if unit in formats.MONEY_UNITS else formats.YUAN


class Middleware:
    """Sets `request.money_unit`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.money_unit = money_unit(request)  # type: ignore[attr-defined]
        return self.get_response(request)


@require_POST
def choose_money_unit(request: HttpRequest) -> HttpResponse:
    """Keep the choice and go back to the page; an unknown unit changes nothing."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    unit = request.POST.get("unit")
    if unit in formats.MONEY_UNITS:
        response.set_cookie(COOKIE, unit, max_age=A_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response
