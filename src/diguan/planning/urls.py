"""Addresses of what-ifs."""

from django.urls import path

from diguan.planning import form_views, views

PATTERNS = [
    path("what-if/", views.what_ifs, name="what-ifs"),
    path("what-if/proposal/", form_views.proposal, name="what-if-proposal"),
    path("what-if/<int:number>/", views.what_if, name="what-if"),
    path("what-if/<int:number>/stopping/", views.stopping, name="what-if-stopping"),
    path("what-if/<int:number>/removal/", views.removal, name="what-if-removal"),
    path("what-if/<int:number>/households/", views.households, name="what-if-households"),
]
