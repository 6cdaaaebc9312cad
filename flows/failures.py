"""How a scheduled run fails: Prefect keeps the error of a run, so only codes may reach it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from domain.errors import GongkaiError

Result = TypeVar("Result")
LOG = logging.getLogger("gongkai.flows")


class RunFailed(GongkaiError):
    """A run stopped at an error nobody foresaw."""

    code = "run_failed"
    message = "定时任务意外中止，未完成的部分下次自动重试。请运维人员查看日志。"


async def run_work(work: Callable[[], Result]) -> Result:
    """What ``work`` returns, from a thread of its own.

    Raises:
        GongkaiError: its own, or RunFailed in place of any other error, whose message might hold
            text of a document; neither brings the error it came from along.
    """
    failure: GongkaiError
    try:
        return await asyncio.to_thread(work)
    except GongkaiError as error:
        failure = error
    except Exception as error:  # noqa: BLE001 - the one catch of this floor: codes only
        LOG.error("run failed: %s", type(error).__name__)
        failure = RunFailed()
    raise failure from None
