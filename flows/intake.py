"""The scheduled intake: one run sweeps the whole inbox, however many files wait."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from prefect import flow
from prefect.states import Completed

from domain.errors import AlreadyRunning
from flows.failures import run_work
from flows.settings import load
from flows.work import sweep_inbox


@flow(name="intake-sweep", persist_result=False, log_prints=False)
async def intake_sweep() -> Any:
    """Sweep the inbox once; one that finds another at work ends as 「已有运行」, not failed."""
    try:
        counts = await run_work(lambda: sweep_inbox(load(), trigger="schedule"))
    except AlreadyRunning as error:
        return Completed(message=error.message, name="AlreadyRunning")
    done = ", ".join(f"{name}={number}" for name, number in asdict(counts).items() if number)
    return Completed(message=done or "nothing to do")
