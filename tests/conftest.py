"""What every test shares: seeded hypothesis runs and the rule that CI skips nothing."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

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
