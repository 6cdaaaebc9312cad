"""The application served by waitress; GONGKAI_FACE chooses workbench or portal."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application

from bureau.settings import point_django_here

point_django_here()
application = get_wsgi_application()
