"""The audit chain in the database: nobody edits it unseen."""

from __future__ import annotations

import importlib

import pytest
from django.db import DatabaseError, connection, transaction

from bureau.register import audit_log
from bureau.register.models import AppendOnlyError, AuditHead, AuditRecord
from domain.audit import first_break
from tests.makers.small_bureau import NOW

pytestmark = pytest.mark.django_db
TRIGGERS = importlib.import_module("bureau.register.migrations.0002_triggers_and_search")


def chain(length: int = 4) -> None:
    """A few links."""
    for number in range(length):
        audit_log.append(
            actor="审核甲", action="item.claimed", subject=f"item:{number}", at=NOW, detail={"n": 1}
        )


def sql(statement: str) -> None:
    """One raw statement, as somebody with the database password would run it."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def triggers() -> None:
    """Every trigger of the migration in force; the test's transaction takes them away again."""
    if connection.vendor == "sqlite":
        sql("DROP TRIGGER IF EXISTS register_audit_no_update")
        for statement in TRIGGERS.SQLITE[:2]:
            sql(statement)


@pytest.fixture
def no_triggers() -> None:
    """An intruder who can drop triggers."""
    if connection.vendor == "sqlite":
        sql("DROP TRIGGER IF EXISTS register_audit_no_update")
        sql("DROP TRIGGER IF EXISTS register_audit_no_delete")
    else:
        sql("DROP TRIGGER register_audit_no_change ON register_auditrecord")


def test_a_whole_chain_holds_and_exports_verifiably() -> None:
    chain()
    assert audit_log.verify() is None
    assert first_break(audit_log.events()) is None
    rows = list(audit_log.export())
    assert [r["seq"] for r in rows] == [1, 2, 3, 4]
    assert rows[0]["prev_hash"] == "0" * 64
    assert [r.subject for r in audit_log.history("item:2")] == ["item:2"]


def test_an_empty_chain_holds() -> None:
    assert audit_log.verify() is None


def test_the_model_refuses_change_and_removal() -> None:
    chain()
    record = AuditRecord.objects.get(seq=2)
    record.actor = "别人"
    with pytest.raises(AppendOnlyError):
        record.save()
    with pytest.raises(AppendOnlyError):
        record.delete()
    with pytest.raises(AppendOnlyError):
        AuditRecord.objects.filter(seq=2).update(actor="别人")
    with pytest.raises(AppendOnlyError):
        AuditRecord.objects.all().delete()
    with pytest.raises(AppendOnlyError):
        AuditRecord.objects.bulk_update([record], ["actor"])


@pytest.mark.usefixtures("triggers")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_auditrecord SET actor = 'x' WHERE seq = 2",
        "DELETE FROM register_auditrecord WHERE seq = 4",
    ],
)
def test_the_database_refuses_too(statement: str) -> None:
    chain()
    with pytest.raises(DatabaseError), transaction.atomic():
        sql(statement)
    assert audit_log.verify() is None


@pytest.mark.usefixtures("no_triggers")
@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE register_auditrecord SET actor = 'x' WHERE seq = 2", 2),
        ("UPDATE register_auditrecord SET detail_json = '{\"n\":2}' WHERE seq = 3", 3),
        ("UPDATE register_auditrecord SET at = '2020-01-01 00:00:00+00:00' WHERE seq = 1", 1),
        ("DELETE FROM register_auditrecord WHERE seq = 2", 3),
        ("DELETE FROM register_auditrecord WHERE seq = 4", 4),
        ("DELETE FROM register_auditrecord", 1),
    ],
)
def test_tampering_is_told_by_its_link(statement: str, broken: int) -> None:
    chain()
    sql(statement)
    assert audit_log.verify() == broken


def test_a_lost_head_is_told() -> None:
    chain()
    AuditHead.objects.all().delete()
    assert audit_log.verify() == 4


def test_details_must_be_plain_and_times_aware() -> None:
    with pytest.raises(TypeError):
        audit_log.append(actor="a", action="b", subject="c", at=NOW, detail={"x": object()})
    with pytest.raises(ValueError, match="time zone"):
        audit_log.append(actor="a", action="b", subject="c", at=NOW.replace(tzinfo=None))
    assert not AuditRecord.objects.exists()
