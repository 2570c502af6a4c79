"""The front door: on to the first page the reader may open."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from diguan.access import gate
from diguan.ui import menu


@gate.signed_in
def home(request: gate.GatedRequest) -> HttpResponse:
    """Lead to the first entry of the reader's menu; tell somebody who has none what to do."""
    items = menu.items(request)
    return redirect(items[0].href) if items else gate.no_grants(request)
