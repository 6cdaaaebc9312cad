"""Audit rows refuse change in the database itself; the search index of each kind of database."""

from __future__ import annotations

from typing import Any

from django.db import migrations

SQLITE = (
    """CREATE TRIGGER register_audit_no_update BEFORE UPDATE ON register_auditrecord
       BEGIN SELECT RAISE(ABORT, 'audit records are append-only'); END""",
    """CREATE TRIGGER register_audit_no_delete BEFORE DELETE ON register_auditrecord
       BEGIN SELECT RAISE(ABORT, 'audit records are append-only'); END""",
    """CREATE VIRTUAL TABLE register_search USING fts5(terms, detail=none, tokenize='ascii')""",
)
POSTGRESQL = (
    """CREATE FUNCTION register_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'audit records are append-only'; END $$""",
    """CREATE TRIGGER register_audit_no_change BEFORE UPDATE OR DELETE ON register_auditrecord
       FOR EACH ROW EXECUTE FUNCTION register_audit_refuse()""",
    """CREATE TABLE register_search (publication_id bigint PRIMARY KEY, terms text[] NOT NULL)""",
    """CREATE INDEX register_search_terms ON register_search USING gin (terms)""",
)
SQLITE_BACK = (
    "DROP TRIGGER register_audit_no_update",
    "DROP TRIGGER register_audit_no_delete",
    "DROP TABLE register_search",
)
POSTGRESQL_BACK = (
    "DROP TRIGGER register_audit_no_change ON register_auditrecord",
    "DROP FUNCTION register_audit_refuse()",
    "DROP TABLE register_search",
)


def forwards(apps: Any, schema_editor: Any) -> None:
    run(schema_editor, SQLITE, POSTGRESQL)


def backwards(apps: Any, schema_editor: Any) -> None:
    run(schema_editor, SQLITE_BACK, POSTGRESQL_BACK)


def run(schema_editor: Any, sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    statements = {"sqlite": sqlite, "postgresql": postgresql}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("register", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
