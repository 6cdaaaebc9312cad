"""Django's entry for bureau.register."""

from __future__ import annotations

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Register under its short label."""

    name = "bureau.register"
    label = "register"
    verbose_name = "登记簿"
    default_auto_field = "django.db.models.BigAutoField"
