from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "diguan.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"
