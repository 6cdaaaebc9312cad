"""Accounts and roles, each change on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from bureau.accounts.models import Department, RoleGrant, User
from bureau.accounts.roles import Role
from bureau.register import audit_log
from domain.errors import GongkaiError


class AccountExists(GongkaiError):
    """The user name is taken."""

    code = "account_exists"
    message = "账号名已存在，请换一个。"


class WeakPassword(GongkaiError):
    """A password that the rules refuse; the message says why."""

    code = "weak_password"
    message = "密码不符合要求。"


class NoSuchDepartment(GongkaiError):
    """No department has this name."""

    code = "no_such_department"
    message = "没有这个股室。请先建立股室，或核对名称。"


def create_user(
    *,
    username: str,
    display_name: str,
    password: str,
    roles: Sequence[Role],
    by: str,
    now: datetime,
    department: str | None = None,
) -> User:
    """A new account with its roles for the whole bureau.

    Raises:
        AccountExists, WeakPassword, NoSuchDepartment: as their names say.
    """
    place = _department(department)
    user = User(username=username, display_name=display_name, department=place)
    _check_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            for role in roles:
                RoleGrant.objects.create(user=user, role=role.value, granted_by=by, granted_at=now)
            _note(user, by, "user.created", now, roles=sorted(r.value for r in roles))
    except IntegrityError:
        raise AccountExists() from None
    return user


def _department(name: str | None) -> Department | None:
    if not name:
        return None
    place = Department.objects.filter(name=name).first()
    if place is None:
        raise NoSuchDepartment()
    return place


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword("密码不符合要求：" + "".join(error.messages)) from None


def grant(
    user: User, role: Role, *, by: str, now: datetime, department: Department | None = None
) -> None:
    """Gives a role, for one department or the whole bureau."""
    with transaction.atomic():
        RoleGrant.objects.get_or_create(
            user=user,
            role=role.value,
            department=department,
            defaults={"granted_by": by, "granted_at": now},
        )
        _note(user, by, "user.role_granted", now, role=role.value, department=_code(department))
    user.forget_grants()


def revoke(
    user: User, role: Role, *, by: str, now: datetime, department: Department | None = None
) -> None:
    """Takes a role away."""
    with transaction.atomic():
        RoleGrant.objects.filter(user=user, role=role.value, department=department).delete()
        _note(user, by, "user.role_revoked", now, role=role.value, department=_code(department))
    user.forget_grants()


def set_password(user: User, password: str, *, by: str, now: datetime) -> None:
    """A new password; every session of the account ends with it.

    Raises:
        WeakPassword: as its name says.
    """
    _check_password(password, user)
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        _note(user, by, "user.password_set", now)


def deactivate(user: User, *, by: str, now: datetime) -> None:
    """Closes an account; its decisions and signatures stay."""
    with transaction.atomic():
        user.is_active = False
        user.save(update_fields=["is_active"])
        _note(user, by, "user.deactivated", now)


def _code(department: Department | None) -> str:
    return department.code if department is not None else ""


def _note(user: User, by: str, action: str, now: datetime, **detail: object) -> None:
    audit_log.append(
        actor=by, action=action, subject=f"user:{user.username}", at=now, detail=detail
    )
