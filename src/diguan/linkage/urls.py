"""Addresses of pairs and lists."""

from django.urls import path

from diguan.linkage import roll_views, views

PATTERNS = [
    path("duplicates/", views.duplicates, name="duplicates"),
    path("duplicates/<uuid:pair>/", views.duplicate, name="duplicate"),
    path("duplicates/<uuid:pair>/verdict/", views.verdict, name="duplicate-verdict"),
    path("rolls/", roll_views.rolls, name="rolls"),
    path("rolls/sending/", roll_views.sending, name="roll-sending"),
    path("rolls/<uuid:key>/", roll_views.roll, name="roll"),
    path("rolls/<uuid:key>/comparison/", roll_views.comparison, name="roll-comparison"),
    path("rolls/entries/<uuid:key>/", roll_views.entry, name="roll-entry"),
    path("rolls/entries/<uuid:key>/follow-up/", roll_views.follow_up, name="roll-follow-up"),
]
