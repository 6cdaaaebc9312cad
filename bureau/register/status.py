"""How the office stands: what an operator sees at a glance. Numbers and times only."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from bureau.register import runs
from bureau.register.files import Home
from bureau.register.models import (
    Alert,
    IntakeOutcome,
    IntakeRecord,
    Look,
    Place,
    PublicationRecord,
    QuarantineRecord,
    ReviewItem,
    RunRecord,
)
from domain.decisions import ReviewState

_WAITING = (ReviewState.SUGGESTED, ReviewState.CLAIMED, ReviewState.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeStatus:
    """The numbers of the status page. ``by_state`` counts review items by state's value."""

    last_intake: RunRecord | None
    last_publish: RunRecord | None
    last_audit: RunRecord | None
    recent_runs: tuple[RunRecord, ...]
    stored: int
    duplicates: int
    failed: int
    refused: int
    held: int
    published: int
    listed: int
    withdrawn: int
    blocked: int
    in_inbox: int
    by_state: dict[str, int]
    oldest_waiting: datetime | None
    open_alerts: int
    free_bytes: int


def office_status(home: Home) -> OfficeStatus:
    """The office as it stands now."""
    outcomes = dict(
        IntakeRecord.objects.exclude(place=Place.GONE)
        .values_list("outcome")
        .annotate(number=Count("pk"))
        .order_by()
    )
    rows = PublicationRecord.objects.filter(current=True)
    in_force = rows.filter(withdrawn_at=None)
    return OfficeStatus(
        last_intake=runs.last_success("intake"),
        last_publish=runs.last_success("publish"),
        last_audit=runs.last_success("audit"),
        recent_runs=tuple(RunRecord.objects.all()[:20]),
        stored=outcomes.get(IntakeOutcome.STORED, 0),
        duplicates=outcomes.get(IntakeOutcome.DUPLICATE, 0),
        failed=IntakeRecord.objects.filter(
            outcome=IntakeOutcome.FAILED, place=Place.FAILED
        ).count(),
        refused=outcomes.get(IntakeOutcome.REFUSED, 0),
        held=QuarantineRecord.objects.filter(outcome="").count(),
        published=in_force.exclude(file_name="").count(),
        listed=in_force.filter(file_name="").count(),
        withdrawn=rows.exclude(withdrawn_at=None).count(),
        blocked=ReviewItem.objects.exclude(blocked_code="").count(),
        in_inbox=Look.objects.count(),
        by_state=dict(
            ReviewItem.objects.values_list("state").annotate(number=Count("pk")).order_by()
        ),
        oldest_waiting=ReviewItem.objects.filter(state__in=[s.value for s in _WAITING]).aggregate(
            oldest=Min("created_at")
        )["oldest"],
        open_alerts=Alert.objects.filter(seen_at=None).count(),
        free_bytes=shutil.disk_usage(home.root).free,
    )
