"""Django's entry for bureau.portal."""

from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Portal under its short label."""

    name = "bureau.portal"
    label = "portal"
    verbose_name = "公开网站"
    default_auto_field = "django.db.models.BigAutoField"
