"""The roles of a bureau's disclosure work."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account may do; an account can hold several.

    Confirming a label and signing its secrecy review are always two people, whatever roles one
    account holds.
    """

    RECORDS = "records"
    REVIEWER = "reviewer"
    SECRECY = "secrecy"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


ROLE_NAMES = {
    Role.RECORDS: "文书",
    Role.REVIEWER: "审核",
    Role.SECRECY: "保密审查员",
    Role.OPERATOR: "运维",
    Role.SUPERVISOR: "督导",
    Role.ADMIN: "管理员",
}
