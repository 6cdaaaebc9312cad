"""The scheduled publication: only what two people have signed, and nothing that is not clean."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.states import Completed

from domain.errors import AlreadyRunning
from flows.failures import run_work
from flows.settings import load
from flows.work import publish_signed


@flow(name="publish-signed", persist_result=False, log_prints=False)
async def publish() -> Any:
    """Publish what is ready; grants nothing: signatures are rows that people wrote."""
    try:
        counts = await run_work(lambda: publish_signed(load(), trigger="schedule"))
    except AlreadyRunning as error:
        return Completed(message=error.message, name="AlreadyRunning")
    done = ", ".join(f"{name}={number}" for name, number in counts.items() if number)
    return Completed(message=done or "nothing to do")
