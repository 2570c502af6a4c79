"""Addresses of exports."""

from __future__ import annotations

from django.urls import path

from diguan.exports import views

urlpatterns = [
    path("exports/", views.mine, name="exports"),
    path("exports/request/", views.ask, name="export-request"),
    path("exports/approvals/", views.approvals, name="export-approvals"),
    path("exports/<int:number>/", views.export, name="export"),
    path("exports/<int:number>/making/", views.making, name="export-making"),
    path("exports/<int:number>/file/", views.file, name="export-file"),
    path("exports/<int:number>/approval/", views.approval, name="export-approval"),
    path("exports/<int:number>/refusal/", views.refusal, name="export-refusal"),
]
