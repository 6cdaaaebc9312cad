"""Users, departments and role grants."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from bureau.accounts.roles import ROLE_NAMES, Role

UNASSIGNED_CODE = "unassigned"
UNASSIGNED_NAME = "未分股室"


class Department(models.Model):
    """A 股室; its ``name`` is the name of its folder in the inbox."""

    code = models.CharField("代码", max_length=64, unique=True)
    name = models.CharField("名称", max_length=128, unique=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """An account of one named person."""

    display_name = models.CharField("姓名", max_length=64, blank=True)
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="members"
    )

    def __str__(self) -> str:
        return self.display_name or self.username

    def has_role(self, *roles: Role) -> bool:
        """Whether this active account holds at least one of ``roles``."""
        return self.is_active and any(g.role in roles for g in self._grants())

    def departments_of(self, *roles: Role) -> frozenset[int] | None:
        """Ids of the departments this account serves in ``roles``; None = the whole bureau.

        An empty set means that it serves none.
        """
        if not self.is_active:
            return frozenset()
        held = [g.department_id for g in self._grants() if g.role in roles]
        if None in held:
            return None
        return frozenset(d for d in held if d is not None)

    def _grants(self) -> list[RoleGrant]:
        # one query a request: the same user object answers many questions about itself
        cached: list[RoleGrant] | None = self.__dict__.get("_grant_cache")
        if cached is None:
            cached = list(self.grants.all()) if self.pk is not None else []
            self.__dict__["_grant_cache"] = cached
        return cached

    def forget_grants(self) -> None:
        """Makes the next question about roles read the database again."""
        self.__dict__.pop("_grant_cache", None)


class RoleGrant(models.Model):
    """One role held by one account, for one department or (``department`` empty) the bureau."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=16, choices=[(r.value, n) for r, n in ROLE_NAMES.items()])
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    granted_by = models.CharField(max_length=150, blank=True)
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "role", "department"],
                nulls_distinct=False,
                name="one_grant_a_role_and_department",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}:{self.role}"
