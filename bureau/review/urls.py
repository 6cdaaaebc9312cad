"""Addresses of the workbench."""

from __future__ import annotations

from django.contrib.auth import views as auth_views
from django.urls import URLPattern, URLResolver, path

from bureau.review import views_item, views_office

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views_office.queue_page),
    path(
        "login/",
        auth_views.LoginView.as_view(
            template_name="review/login.html", redirect_authenticated_user=True
        ),
        name="login",
    ),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("password/", views_office.password_page),
    path("help/", views_office.keys_page),
    path("item/<int:item_id>/", views_item.item_page),
    path("item/<int:item_id>/page/<int:page_index>.png", views_item.page_image),
    path("item/<int:item_id>/confirm", views_item.confirm),
    path("item/<int:item_id>/draft", views_item.draft),
    path("item/<int:item_id>/preview", views_item.preview),
    path("item/<int:item_id>/release", views_item.release),
    path("item/<int:item_id>/send-back", views_item.send_back),
    path("item/<int:item_id>/hold", views_item.hold),
    path("item/<int:item_id>/sign", views_item.sign),
    path("item/<int:item_id>/clear", views_item.clear_hold),
    path("item/<int:item_id>/withhold", views_item.withhold),
    path("item/<int:item_id>/quarantine", views_item.quarantine),
    path("intake/", views_office.intake_page),
    path("intake/upload", views_office.upload),
    path("intake/<int:record_id>/retry", views_office.retry),
    path("held/", views_office.held_page),
    path("held/<int:quarantine_id>/outcome", views_office.outcome),
    path("publications/", views_office.publications_page),
    path("publications/<int:publication_id>/withdraw", views_office.ask_withdrawal),
    path("withdrawals/<int:request_id>/decide", views_office.decide_withdrawal),
    path("status/", views_office.status_page),
    path("alerts/<int:alert_id>/seen", views_office.acknowledge),
]
