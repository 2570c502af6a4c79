"""Addresses for the tests of the gate, one view of each kind."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from diguan.access import gate
from diguan.server.urls import urlpatterns as real


def undecorated(request: HttpRequest) -> HttpResponse:
    return HttpResponse("reached")


def scope_of_page(request: gate.GatedRequest) -> HttpResponse:
    return HttpResponse(repr(request.scope.ranges))


urlpatterns = [
    path("undecorated/", undecorated),
    path("public/", gate.public(scope_of_page)),
    path("signed-in/", gate.signed_in(scope_of_page)),
    path("households-only/", gate.page("households.read")(scope_of_page)),
    *real,
]
