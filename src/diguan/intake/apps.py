from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "diguan.intake"
    label = "intake"
    verbose_name = _("Imports")
    default_auto_field = "django.db.models.BigAutoField"
