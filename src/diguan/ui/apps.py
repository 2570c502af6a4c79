from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "diguan.ui"
    label = "ui"
