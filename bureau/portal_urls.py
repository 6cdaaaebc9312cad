"""Addresses of the public portal: nothing but the portal's own pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [path("", include("bureau.portal.urls"))]
handler404 = "bureau.portal.views.not_found"
handler500 = "bureau.portal.views.broken"
