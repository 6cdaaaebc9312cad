"""Django's entry for bureau.review."""

from __future__ import annotations

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Review under its short label."""

    name = "bureau.review"
    label = "review"
    verbose_name = "审核台"
    default_auto_field = "django.db.models.BigAutoField"
