"""Writing down what became of an input. Rows first (``pending``), then the file moves: see settle.

Nothing of a quarantined file but hash, size, time, submitter and rule ids is written anywhere.
"""

from __future__ import annotations

import dataclasses
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from bureau.accounts.models import UNASSIGNED_CODE, UNASSIGNED_NAME, Department
from bureau.accounts.roles import Role
from bureau.register import alerts, audit_log
from bureau.register.file_names import owner_name, printable
from bureau.register.inbox import InboxEntry
from bureau.register.looks import Standing
from bureau.register.models import (
    Document,
    DocumentText,
    FindingRecord,
    IntakeOutcome,
    IntakeRecord,
    Place,
    QuarantineRecord,
    ReviewItem,
    SuggestionRecord,
)
from domain.analysis import Analysis
from domain.decisions import ReviewState
from domain.documents import Channel
from domain.encoding import to_plain
from domain.errors import GongkaiError, QuarantinedFile, RefusedPath
from domain.findings import Action, Finding
from domain.secrecy import Outcome
from domain.spans import Rect, TextSpan

ACTOR = "system:intake"
QUARANTINE_ALERT = (
    "收到版头有密级标志的文件（规则：版头密级标志），已停止处理并停放。请按保密法第四十七条"
    "立即采取补救措施并报告，处理后登记结果（移交、误标或已解密）。"
)
LEFT_IN_PLACE_ALERT = (
    "版头有密级标志的文件无法移入停放夹（收件夹与数据夹不在同一磁盘），仍在原处。"
    "请立即人工处理，并让运维人员调整收件夹位置。"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file read from the inbox, whole and unchanged."""

    entry: InboxEntry
    path_key: str
    sha256: str
    standing: Standing
    received_at: datetime

    @property
    def channel(self) -> Channel:
        """Upload where an account sent it, else the inbox."""
        return Channel.UPLOAD if self.standing.submitter_id is not None else Channel.INBOX


def unassigned() -> Department:
    """The department of files lying directly in the inbox."""
    return Department.objects.get_or_create(
        code=UNASSIGNED_CODE, defaults={"name": UNASSIGNED_NAME}
    )[0]


def department_of(entry: InboxEntry, *, make: bool) -> Department:
    """The department whose folder the file lies in (its first sub-folder).

    ``make`` False: an unknown folder's name is not written down (it may say what it must not).
    """
    if not entry.untrusted_folder:
        return unassigned()
    name = printable(entry.untrusted_folder[0])[:128]
    known = Department.objects.filter(name=name).first()
    if known is not None:
        return known
    if not make:
        return unassigned()
    return Department.objects.get_or_create(
        name=name, defaults={"code": f"folder-{secrets.token_hex(4)}"}
    )[0]


def _write(arrival: Arrival, **values: object) -> IntakeRecord:
    """The input's one row: new, or the row of the input that is tried again."""
    retry_of = arrival.standing.retry_of_id
    record = (
        IntakeRecord.objects.select_for_update().filter(pk=retry_of).first() if retry_of else None
    )
    if record is None:
        record = IntakeRecord(received_at=arrival.received_at, channel=arrival.channel.value)
        record.submitter_id = arrival.standing.submitter_id
        record.file_owner = owner_name(arrival.entry.uid)
    defaults: dict[str, object] = {
        "sha256": arrival.sha256,
        "size_bytes": arrival.entry.size_bytes,
        "untrusted_filename": printable(arrival.entry.untrusted_name)[:512],
        "untrusted_folder": "/".join(printable(p) for p in arrival.entry.untrusted_folder),
        "path_key": arrival.path_key,
        "media_type": "",
        "reason_code": "",
        "message": "",
        "duplicate_of": None,
        "pending": True,
    }
    for name, value in (defaults | values).items():
        setattr(record, name, value)
    record.save()
    return record


def _note(record: IntakeRecord, at: datetime, **detail: object) -> None:
    audit_log.append(
        actor=ACTOR,
        action=f"intake.{record.outcome}",
        subject=f"intake:{record.pk}",
        at=at,
        detail={"sha256": record.sha256, "size": record.size_bytes, **detail},
    )


def record_refused(arrival: Arrival) -> IntakeRecord:
    """A symlink or special file: left in place, its target never read."""
    with transaction.atomic():
        record = _write(
            arrival,
            outcome=IntakeOutcome.REFUSED,
            place=Place.INBOX,
            department=department_of(arrival.entry, make=True),
            reason_code=RefusedPath.code,
            message=RefusedPath.message,
            size_bytes=0,
            pending=False,
        )
        _note(record, arrival.received_at)
    return record


def record_duplicate(arrival: Arrival, first: IntakeRecord) -> IntakeRecord:
    """A byte-identical later arrival; pending until the file lies in duplicate/."""
    with transaction.atomic():
        record = _write(
            arrival,
            outcome=IntakeOutcome.DUPLICATE,
            place=Place.DUPLICATE,
            department=department_of(arrival.entry, make=True),
            duplicate_of=first,
            media_type=first.media_type,
            reason_code="duplicate",
            message=f"与第 {first.pk} 号收件内容完全相同，已移入重复件夹。",
        )
        _note(record, arrival.received_at, duplicate_of=first.pk)
    return record


def record_failed(arrival: Arrival, error: GongkaiError) -> IntakeRecord:
    """A file that cannot be read; pending until it lies in failed/."""
    with transaction.atomic():
        record = _write(
            arrival,
            outcome=IntakeOutcome.FAILED,
            place=Place.FAILED,
            department=department_of(arrival.entry, make=True),
            reason_code=error.code,
            message=error.message,
        )
        _note(record, arrival.received_at, code=error.code)
    return record


def record_quarantined(arrival: Arrival, rules: tuple[str, ...], held_name: str) -> IntakeRecord:
    """A file stopped by its 密级 mark; pending until it lies in held/. No name is kept."""
    with transaction.atomic():
        record = _write(
            arrival,
            outcome=IntakeOutcome.QUARANTINED,
            place=Place.HELD,
            department=department_of(arrival.entry, make=False),
            untrusted_filename="",
            untrusted_folder="",
            reason_code=QuarantinedFile.code,
            message=QuarantinedFile.message,
        )
        quarantine = QuarantineRecord.objects.create(
            sha256=arrival.sha256,
            number=next_number(arrival.sha256),
            held_name=held_name,
            size_bytes=arrival.entry.size_bytes,
            seen_at=arrival.received_at,
            submitter_id=record.submitter_id,
            file_owner=record.file_owner,
            department=record.department,
            channel=record.channel,
            rules=list(rules),
            intake=record,
        )
        _note(record, arrival.received_at, quarantine=quarantine.pk, rules=list(rules))
        alerts.raise_alert(
            code="quarantined",
            role=Role.SECRECY,
            subject=f"quarantine:{quarantine.pk}",
            message=QUARANTINE_ALERT,
            now=arrival.received_at,
            detail={
                "sha256": arrival.sha256,
                "size": arrival.entry.size_bytes,
                "rules": list(rules),
                "submitter": record.submitter_id,
                "file_owner": record.file_owner,
            },
        )
    return record


def next_number(sha256: str) -> int:
    """Number of the next arrival of these stopped bytes, from 1."""
    last = QuarantineRecord.objects.filter(sha256=sha256).order_by("-number").first()
    return last.number + 1 if last is not None else 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What earlier arrivals of the same bytes say.

    ``stopped`` by ``rules``; or ``override``: 误标 or 已解密 was recorded; ``stored_as`` is the
    first arrival of a document now in the vault.
    """

    stopped: bool = False
    override: bool = False
    rules: tuple[str, ...] = ()
    stored_as: IntakeRecord | None = None


def earlier(hashes: Collection[str]) -> dict[str, Earlier]:
    """What is known of each of these bytes (at most a batch)."""
    stopped: dict[str, list[QuarantineRecord]] = {}
    for quarantine in QuarantineRecord.objects.filter(sha256__in=hashes).order_by("number"):
        stopped.setdefault(quarantine.sha256, []).append(quarantine)
    stored = {
        document.sha256: document.intake
        for document in Document.objects.filter(sha256__in=hashes)
        .exclude(item__state=ReviewState.QUARANTINED.value)
        .select_related("intake")
    }
    return {
        sha256: dataclasses.replace(_gate(stopped.get(sha256, [])), stored_as=stored.get(sha256))
        for sha256 in hashes
    }


def _gate(arrivals: list[QuarantineRecord]) -> Earlier:
    decided = [q for q in arrivals if q.outcome and q.outcome_at is not None]
    last = max(decided, key=lambda q: (q.outcome_at, q.number), default=None)
    if last is not None and last.outcome in (Outcome.MISMARKED, Outcome.DECLASSIFIED):
        return Earlier(override=True)
    return Earlier(stopped=True, rules=tuple(arrivals[-1].rules)) if arrivals else Earlier()


def record_stored(arrival: Arrival, analysis: Analysis, *, override: bool) -> IntakeRecord:
    """Document, text, suggestion, findings and review item; pending until the inbox is empty of it.

    A document that came back after 误标 or 已解密 takes up its old rows.
    """
    with transaction.atomic():
        record = _write(
            arrival,
            outcome=IntakeOutcome.STORED,
            place=Place.VAULT,
            department=department_of(arrival.entry, make=True),
            media_type=analysis.media_type.value,
        )
        item = _open_item(_document(record, analysis, override=override), arrival.received_at)
        _fill_item(item, analysis)
        _note(record, arrival.received_at, item=item.pk, state=item.state, override=override)
    return record


def _document(record: IntakeRecord, analysis: Analysis, *, override: bool) -> Document:
    document = Document.objects.filter(sha256=record.sha256).first()
    if document is None:
        document = Document(sha256=record.sha256, received_at=record.received_at)
    document.intake = record
    document.size_bytes = record.size_bytes
    document.media_type = record.media_type
    document.untrusted_filename = record.untrusted_filename
    document.department = record.department
    document.submitter_id = record.submitter_id
    document.gate_overridden = override
    suggestion = analysis.suggestion
    if suggestion is not None:
        document.title = storable(suggestion.title)[:500]
        document.kind = storable(suggestion.document_kind)[:64]
        document.doc_no = storable(suggestion.doc_no or "")[:128]
        document.maker = storable(suggestion.issuer or "")[:200]
        document.formed_on = suggestion.formed_on
    document.save()
    if analysis.extracted is not None:
        # a document that was stopped lost its text row then
        DocumentText.objects.create(
            document=document,
            digest=analysis.extracted.digest,
            text=storable(analysis.extracted.text),
            parts=storable_json(to_plain(analysis.parts)),
            page_count=len(analysis.extracted.pages),
            unreadable_count=len(analysis.extracted.unreadable),
            extractor_version=analysis.extracted.extractor_version[:64],
            normalizer_version=(
                analysis.normalized.normalizer_version[:64] if analysis.normalized else ""
            ),
        )
    return document


_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """The text as both databases take it: NUL and lone surrogates replaced one for one."""
    return _UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def storable_json(value: Any) -> Any:
    """A plain JSON value with every string made storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(k): storable_json(v) for k, v in value.items()}
    if isinstance(value, list):
        return [storable_json(v) for v in value]
    return value


def _open_item(document: Document, at: datetime) -> ReviewItem:
    item = ReviewItem.objects.filter(document=document).first()
    if item is None:
        return ReviewItem(document=document, state=ReviewState.RECEIVED.value, created_at=at)
    item.move_to(ReviewState.RECEIVED)
    item.version += 1
    item.claimed_by, item.lease_until, item.decision = None, None, None
    return item


def _fill_item(item: ReviewItem, analysis: Analysis) -> None:
    suggestion = analysis.suggestion
    soft = suggestion is not None and suggestion.secrecy_review
    held = analysis.gate.uncleared or soft
    item.move_to(ReviewState.SECRECY_HOLD if held else ReviewState.SUGGESTED)
    item.uncleared = analysis.gate.uncleared
    item.secrecy_review = soft
    item.hold_reasons = [
        *analysis.gate.uncleared_reasons,
        *(suggestion.secrecy_reasons if suggestion is not None else ()),
    ]
    item.part_count = len(analysis.parts)
    item.must_decide_count = sum(f.action is Action.MUST_DECIDE for f in analysis.findings)
    if suggestion is not None:
        item.suggested_label = suggestion.label.value if suggestion.label else ""
        item.conflict_count = len(suggestion.conflicts)
    if analysis.due is not None:
        item.due_on, item.due = analysis.due.date, to_plain(analysis.due)
    item.save()
    if suggestion is not None:
        SuggestionRecord.objects.create(
            item=item,
            label=item.suggested_label,
            payload=storable_json(to_plain(suggestion)),
            model_version=suggestion.model_version[:64],
            rules_version=suggestion.rules_version[:64],
        )
    FindingRecord.objects.bulk_create(
        [finding_row(item, finding) for finding in analysis.findings], batch_size=200
    )


def finding_row(item: ReviewItem, finding: Finding) -> FindingRecord:
    """The unsaved row of a finding."""
    span = finding.location if isinstance(finding.location, TextSpan) else None
    rect = finding.location if isinstance(finding.location, Rect) else None
    return FindingRecord(
        item=item,
        finding_id=finding.id,
        start=span.start if span is not None else None,
        end=span.end if span is not None else None,
        page_index=rect.page_index if rect is not None else None,
        type=finding.type.value,
        category=finding.category.value,
        action=finding.action.value,
        origin=finding.origin.value,
        payload=storable_json(to_plain(finding)),
    )
