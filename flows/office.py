"""The office opened in this process: Django set up on the home of the settings."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.apps import apps

from flows.settings import Settings, use_environment

if TYPE_CHECKING:
    from bureau.register.files import Home

LOG = logging.getLogger("gongkai.flows")


def open_office(settings: Settings, *, face: str = "workbench") -> Home:
    """The home of ``settings``, with Django ready; may be called again in the same process."""
    if not apps.ready:
        use_environment(
            {
                "GONGKAI_HOME": str(settings.home),
                "GONGKAI_FACE": face,
                "DJANGO_SETTINGS_MODULE": "bureau.settings",
            }
        )
        django.setup()
    # bureau's models can only be imported once Django is ready
    from bureau.register.files import Home

    return Home(Path(settings.home))
