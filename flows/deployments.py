"""Which flows run when: the office's own schedules, served beside Prefect's server."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import cast

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment

from flows.intake import intake_sweep
from flows.publish import publish
from flows.settings import Settings
from flows.supervise import audit_check
from flows.train import retrain

TIMEZONE = "Asia/Shanghai"
# after downtime the runs that were missed act as one: the first does the work, the rest find a
# run at work or an empty inbox; CANCEL_NEW spares most of them their start
ONE_AT_A_TIME = ConcurrencyLimitConfig(
    limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
)


def deployments(settings: Settings) -> list[RunnerDeployment]:
    """The office's deployments, none of which takes a parameter."""
    # to_deployment answers a coroutine only where an event loop runs, which is not here
    made = [
        intake_sweep.to_deployment(
            name="收件",
            interval=timedelta(seconds=settings.sweep_every_seconds),
            concurrency_limit=ONE_AT_A_TIME,
            description="收取收件夹中已静止的文件；与即时监视调用同一个函数。",
        ),
        publish.to_deployment(
            name="发布",
            interval=timedelta(seconds=settings.publish_every_seconds),
            concurrency_limit=ONE_AT_A_TIME,
            description="发布已确认并经保密审查签署的文件。",
        ),
        retrain.to_deployment(
            name="训练",
            cron="30 2 * * 0",
            concurrency_limit=ONE_AT_A_TIME,
            description="每周日凌晨用已确认的文件重新训练；不优于现用模型则不启用。",
        ),
        audit_check.to_deployment(
            name="审计核对",
            cron="15 3 * * *",
            concurrency_limit=ONE_AT_A_TIME,
            description="每天核对审计链与文件位置。",
        ),
    ]
    return [cast(RunnerDeployment, one) for one in made]


def serve_deployments(settings: Settings) -> None:
    """Serve the schedules until told to stop; they stay switched on for the next start."""
    with contextlib.suppress(KeyboardInterrupt):
        serve(
            *deployments(settings), pause_on_shutdown=False, print_starting_message=False, limit=2
        )
