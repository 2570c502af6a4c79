"""Addresses of imports."""

from django.urls import path

from diguan.intake import views

PATTERNS = [
    path("imports/", views.imports, name="imports"),
    path("imports/template/", views.template, name="import-template"),
    path("imports/<uuid:key>/", views.import_, name="import"),
    path("imports/<uuid:key>/columns/", views.columns, name="import-columns"),
    path("imports/<uuid:key>/reopening/", views.reopening, name="import-reopening"),
    path("imports/<uuid:key>/confirmation/", views.confirmation, name="import-confirmation"),
    path("imports/<uuid:key>/cancellation/", views.cancellation, name="import-cancellation"),
    path("imports/<uuid:key>/refused/", views.refused, name="import-refused"),
    path("imports/<uuid:key>/report/", views.report, name="import-report"),
]
