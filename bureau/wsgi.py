"""The application served by waitress; GONGKAI_FACE chooses workbench or portal.

DJANGO_SETTINGS_MODULE must name bureau.settings before this is imported; flows.office sees to it.
"""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
