"""Every address of the server. A view without a decorator of the gate opens to nobody."""

from __future__ import annotations

from django.urls import path

from diguan.access import gate, permissions
from diguan.access import urls as access_urls
from diguan.journal import views as journal_views
from diguan.places import queries as places
from diguan.server import acts, demo_accounts, home
from diguan.ui import reader

urlpatterns = [
    path("", home.home, name="home"),
    *access_urls.patterns(places=places, demo_accounts=demo_accounts.accounts),
    path("money-unit/", gate.public(reader.choose_money_unit), name="money_unit"),
    path(
        "journal/",
        gate.page(permissions.JOURNAL_READ)(journal_views.entries),
        {"place_names": places.names, "is_everything": places.is_everything, "acts": acts.ACTS},
        name="journal",
    ),
]
