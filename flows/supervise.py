"""The scheduled look at the office itself: audit chain, places of files, dead runs."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.states import Completed

from domain.errors import AlreadyRunning
from flows.failures import run_work
from flows.settings import load
from flows.work import check_audit


@flow(name="audit-check", persist_result=False, log_prints=False)
async def audit_check() -> Any:
    """Verify the chain; a broken one fails the run with its code and raises an alert."""
    try:
        counts = await run_work(lambda: check_audit(load(), trigger="schedule"))
    except AlreadyRunning as error:
        return Completed(message=error.message, name="AlreadyRunning")
    return Completed(message=", ".join(f"{name}={number}" for name, number in counts.items()))
