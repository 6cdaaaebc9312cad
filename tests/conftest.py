"""What every test shares: seeded hypothesis runs and the rule that CI skips nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from bureau.register.files import Home

settings.register_profile(
    "gongkai",
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("gongkai")

NEVER_SKIPPED_IN_CI = ("browser", "prefect", "postgres")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Turn a skip into a failure in CI for tests that need a browser, Prefect or PostgreSQL."""
    outcome = yield
    report = outcome.get_result()
    must_run = any(item.get_closest_marker(name) for name in NEVER_SKIPPED_IN_CI)
    if report.skipped and must_run and os.environ.get("GONGKAI_CI"):
        report.outcome = "failed"
        report.longrepr = "在 CI 中不得跳过需要浏览器、Prefect 或 PostgreSQL 的测试"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, without the SQLite trigger that keeps pytest from emptying it.

    The trigger itself is tested in databases of its own.
    """
    from django.db import connection

    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("DROP TRIGGER IF EXISTS register_audit_no_delete")


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Home:
    """A data folder of this test's own, which Django's settings name too."""
    from bureau.register.files import Home

    made = Home(tmp_path / "home")
    made.make()
    settings.GONGKAI_HOME = made.root
    settings.FILE_UPLOAD_TEMP_DIR = str(made.uploads)
    return made
