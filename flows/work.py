"""The units of work of the office: the same functions serve schedule, watcher and command line.

Each takes its own lock: a second one at the same time raises AlreadyRunning and changes nothing.
Nothing here raises with document text: errors carry codes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from django.utils import timezone

from domain.analysis import Analysis
from domain.errors import GongkaiError
from flows.instruments import load_instruments
from flows.office import open_office
from flows.settings import Settings
from pipelines import intake as recipe
from pipelines.publish import make_copy, plan_from_decision
from pipelines.sandbox import Sandbox

if TYPE_CHECKING:
    from bureau.register.intake import SweepCounts

SWEEP_WORKERS = 2


class BrokenAudit(GongkaiError):
    """The audit chain does not hold."""

    code = "audit_broken"
    message = "审计链校验未通过：记录可能被改动。请立即报告管理员，并保留数据库原状。"


def bureau_name() -> str | None:
    """The bureau's own name, by which documents of other makers are told apart (条例 10)."""
    from bureau.register.models import BureauProfile

    profile = BureauProfile.objects.first()
    return (profile.name or None) if profile is not None else None


@contextmanager
def analyzer(settings: Settings) -> Iterator[Callable[[bytes, str, bool], Analysis]]:
    """The intake recipe as the register calls it: (bytes, file name, gate override) -> Analysis."""
    instruments = load_instruments(settings.home, bureau_name())
    with Sandbox() as sandbox:

        def analyze(data: bytes, filename: str, gate_override: bool) -> Analysis:
            return recipe.analyze(
                data,
                filename=filename,
                sandbox=sandbox,
                instruments=instruments,
                gate_override=gate_override,
            )

        yield analyze


def sweep_inbox(
    settings: Settings,
    *,
    trigger: str,
    patience_seconds: float = 90.0,
    on_progress: Callable[[int, int], None] | None = None,
) -> SweepCounts:
    """Take what stands still in the inbox.

    Raises:
        AlreadyRunning: if another sweep is at work.
        StorageFull: if the disk is full; nothing half-written stays.
    """
    home = open_office(settings)
    from bureau.register.intake import SweepRules, sweep_until_settled

    with analyzer(settings) as analyze:
        return sweep_until_settled(
            home,
            analyze=analyze,
            sleep=time.sleep,
            rules=SweepRules(stable_seconds=settings.stable_seconds, workers=SWEEP_WORKERS),
            patience_seconds=patience_seconds,
            trigger=trigger,
            on_progress=on_progress,
        )


def publish_signed(settings: Settings, *, trigger: str) -> dict[str, int]:
    """Publish every item that a reviewer confirmed and the secrecy reviewer signed.

    Raises:
        AlreadyRunning: if another publication run is at work.
    """
    home = open_office(settings)
    from bureau.register.publishing import ReleaseMaker, publish_ready

    policy = load_instruments(settings.home, bureau_name()).policy
    with Sandbox() as sandbox:
        maker = ReleaseMaker(
            plan=lambda extracted, findings, decision: plan_from_decision(
                extracted, findings, decision, policy
            ),
            copy=lambda data, extracted, plan: make_copy(sandbox, data, extracted, plan),
        )
        return asdict(publish_ready(home, maker, now=timezone.now(), trigger=trigger))


def check_audit(settings: Settings, *, trigger: str) -> dict[str, int]:
    """Verify the whole audit chain and that every input lies in exactly one place.

    Raises:
        BrokenAudit: if a link does not follow from the one before it; an alert is raised too.
        AlreadyRunning: if another check is at work.
    """
    home = open_office(settings)
    from bureau.accounts.roles import Role
    from bureau.register import alerts, audit_log
    from bureau.register.models import AuditRecord
    from bureau.register.places import check_places
    from bureau.register.runs import janitor, running

    janitor()
    with running("audit", trigger=trigger) as run:
        broken = audit_log.verify()
        problems = check_places(home)
        run.counts.update(
            links=AuditRecord.objects.count(),
            broken=0 if broken is None else 1,
            misplaced=len(problems),
        )
        for problem in problems:
            alerts.raise_alert(
                code=problem.code,
                role=Role.OPERATOR,
                subject=f"intake:{problem.record_id}",
                message="文件不在登记的位置，请运维人员核对。",
                now=timezone.now(),
            )
        if broken is not None:
            alerts.raise_alert(
                code=BrokenAudit.code,
                role=Role.ADMIN,
                subject=f"audit:{broken}",
                message=BrokenAudit.message,
                now=timezone.now(),
            )
            raise BrokenAudit()
        return dict(run.counts)
