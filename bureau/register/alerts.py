"""Alerts for a role: codes and ids, one Chinese sentence, counted when they repeat."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import audit_log
from bureau.register.models import Alert
from domain.errors import NotAllowed


def raise_alert(
    *,
    code: str,
    role: Role,
    subject: str,
    message: str,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> Alert:
    """The open alert with this code, role and subject: new, or counted once more."""
    with transaction.atomic():
        known = (
            Alert.objects.select_for_update()
            .filter(code=code, role=role.value, subject=subject, seen_at=None)
            .first()
        )
        if known is not None:
            Alert.objects.filter(pk=known.pk).update(count=F("count") + 1)
            return known
        return Alert.objects.create(
            code=code,
            role=role.value,
            subject=subject,
            message=message,
            detail=dict(detail or {}),
            created_at=now,
        )


def open_alerts(user: User) -> QuerySet[Alert]:
    """Alerts for the roles of this account that nobody has acknowledged, newest first."""
    roles = [role.value for role in Role if user.has_role(role)]
    return Alert.objects.filter(role__in=roles, seen_at=None)


def acknowledge(alert_id: int, user: User, *, now: datetime) -> Alert:
    """The alert, acknowledged by ``user``.

    Raises:
        NotAllowed: if the alert is for another role.
    """
    with transaction.atomic():
        alert = Alert.objects.select_for_update().get(pk=alert_id)
        if not user.has_role(Role(alert.role)):
            raise NotAllowed()
        if alert.seen_at is None:
            alert.seen_by, alert.seen_at = user, now
            alert.save(update_fields=["seen_by", "seen_at"])
            audit_log.append(
                actor=user.username,
                action="alert.acknowledged",
                subject=f"alert:{alert.pk}",
                at=now,
                detail={"code": alert.code, "about": alert.subject},
            )
    return alert
