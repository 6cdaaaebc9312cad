"""Addresses of the public portal."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from bureau.portal import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home),
    path("help/", views.help_page),
    path("search/", views.search),
    re_path(r"^catalogue/(?P<kind>[a-z_]+)/$", views.catalogue_page),
    re_path(r"^catalogue/(?P<kind>[a-z_]+)\.(?P<extension>csv|xlsx|json)$", views.catalogue_file),
    re_path(r"^document/(?P<index_no>[^?#]{1,96})/$", views.document),
    re_path(r"^file/(?P<name>[0-9A-Za-z_./-]{1,200})$", views.file),
]
