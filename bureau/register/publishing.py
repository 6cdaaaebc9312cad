"""From a signed decision to a file in public/ and its catalogue row, and back out again.

The file comes first, whole and on disk; the row follows in one transaction; so there is never a
row without its file, and a file without a row (a crash) is removed at the next run.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.utils import timezone

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import (
    access,
    alerts,
    audit_log,
    index_numbers,
    public_text,
    search_index,
)
from bureau.register.decisions import decision_of, findings_of
from bureau.register.files import Home
from bureau.register.models import (
    DecisionRecord,
    Opinion,
    PublicationRecord,
    ReviewItem,
)
from bureau.register.queue import save_step
from bureau.register.runs import Clock, running
from bureau.register.stage_errors import PROGRAM_ERRORS
from domain.decisions import Decision, ReviewState
from domain.documents import ExtractedText
from domain.encoding import to_plain
from domain.errors import (
    DigestMismatch,
    GongkaiError,
    LeakFound,
    NotAllowed,
    StaleSave,
    StorageFull,
)
from domain.findings import Action, Finding
from domain.labels import Label
from domain.publication import LeakReport, RedactionPlan, WrittenCopy

log = logging.getLogger("gongkai.publishing")
RUN_KIND = "publish"
ACTOR = "system:publish"
_S = ReviewState


class InternalError(GongkaiError):
    """A stage broke on this item: our mistake."""

    code = "internal_error"
    message = "生成公开副本时程序内部错误，未发布。请运维人员查看日志，修复后重试。"


class OriginalMissing(GongkaiError):
    """The vault lacks the original or its text."""

    code = "original_missing"
    message = "原件库中缺少该件的原件或提取文本，未发布。请运维人员核对备份。"


class Release(Protocol):
    """A finished copy with its proof, as pipelines.publish makes it."""

    @property
    def copy(self) -> WrittenCopy:
        """The bytes."""

    @property
    def report(self) -> LeakReport:
        """What the leak check found in them."""

    @property
    def published_text(self) -> str:
        """What a citizen reads in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseMaker:
    """The two recipes of floor 2, with policy and sandbox bound by who wires them."""

    plan: Callable[[ExtractedText, tuple[Finding, ...], Decision], RedactionPlan]
    copy: Callable[[bytes, ExtractedText, RedactionPlan], Release]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishCounts:
    """What one run did; ``blocked`` items wait for a person, ``removed`` files had no row."""

    published: int = 0
    listed: int = 0
    blocked: int = 0
    skipped: int = 0
    removed: int = 0


def publish_ready(
    home: Home,
    maker: ReleaseMaker,
    *,
    now: datetime,
    trigger: str = "",
    clock: Clock = timezone.now,
) -> PublishCounts:
    """Publishes every item that two people have signed and nothing blocks.

    An item that cannot be released safely is blocked with its reason and an alert; the others go
    on.

    Raises:
        AlreadyRunning: if another run is at work.
        StorageFull: if there is no room; nothing half-written stays.
    """
    tally = dict.fromkeys((f.name for f in dataclasses.fields(PublishCounts)), 0)
    with running(RUN_KIND, trigger=trigger, clock=clock) as run:
        try:
            tally["removed"] = remove_strays(home)
            ready = ReviewItem.objects.filter(state=_S.PUBLISHABLE.value, blocked_code="")
            for item_id in list(ready.values_list("pk", flat=True)):
                run.renew()
                tally[_try(home, maker, item_id, now=now)] += 1
        finally:
            run.counts.update(tally)
    return PublishCounts(**tally)


def _try(home: Home, maker: ReleaseMaker, item_id: int, *, now: datetime) -> str:
    """Publishes one item; returns the count it falls under."""
    item = ReviewItem.objects.select_related("document", "document__department").get(pk=item_id)
    try:
        decision = approved_decision(item)
        if decision.label == Label.ON_REQUEST:
            _list_on_request(home, item, decision, now=now)
            return "listed"
        _publish(home, maker, item, decision, now=now)
    except StorageFull:
        raise
    except StaleSave:
        return "skipped"
    except GongkaiError as error:
        _block(item, error, now=now)
        return "blocked"
    except PROGRAM_ERRORS as error:
        # the message may hold text of the document: its type only
        log.error("internal_error: %s at item %s", type(error).__name__, item_id)
        _block(item, InternalError(), now=now)
        return "blocked"
    return "published"


def approved_decision(item: ReviewItem) -> DecisionRecord:
    """The item's decision, proven to be signed by another person for this very text.

    Raises:
        NotAllowed: if there is no such signature.
        DigestMismatch: if the text has changed since.
    """
    decision = item.decision
    if decision is None or decision.label == Label.EXEMPT:
        raise NotAllowed()
    signature = decision.signatures.filter(opinion=Opinion.AGREE).last()
    if signature is None or signature.signed_by_id == decision.decided_by_id:
        raise NotAllowed()
    if not signature.text_digest == decision.text_digest == item.document.body.digest:
        raise DigestMismatch()
    return decision


def _block(item: ReviewItem, error: GongkaiError, *, now: datetime) -> None:
    with transaction.atomic():
        ReviewItem.objects.filter(pk=item.pk, state=_S.PUBLISHABLE.value).update(
            blocked_code=error.code, blocked_message=error.message, updated_at=now
        )
        audit_log.append(
            actor=ACTOR,
            action="item.blocked",
            subject=f"item:{item.pk}",
            at=now,
            detail={"code": error.code},
        )
        for role in (Role.REVIEWER, Role.OPERATOR):
            alerts.raise_alert(
                code=error.code,
                role=role,
                subject=f"item:{item.pk}",
                message=error.message,
                now=now,
            )


def _publish(
    home: Home, maker: ReleaseMaker, item: ReviewItem, record: DecisionRecord, *, now: datetime
) -> None:
    document = item.document
    try:
        data = home.read_original(document.sha256)
        extracted = home.load_extracted(document.sha256)
    except FileNotFoundError:
        raise OriginalMissing() from None
    if extracted.digest != record.text_digest:
        raise DigestMismatch()
    plan = maker.plan(extracted, findings_of(item), decision_of(record))
    release = maker.copy(data, extracted, plan)
    sha256 = hashlib.sha256(release.copy.data).hexdigest()
    if not release.report.clean or release.report.sha256 != sha256:
        raise LeakFound()
    secrets = public_text.plan_secrets(extracted, plan, release.published_text)
    row = _row(item, record, secrets, now=now)
    row.summary = public_text.masked(
        public_text.summary_of(release.published_text, row.title), secrets
    )
    public_text.require_clean([row.title, row.doc_no, row.issuer, row.summary], secrets)
    row.sha256, row.size_bytes = sha256, len(release.copy.data)
    row.media_type, row.method = release.copy.media_type.value, release.copy.method
    row.report, row.plan_digest = to_plain(release.report), plan_digest(plan)
    row.redaction_grounds = sorted(
        {m.ground for m in plan.marks if m.ground}
        | {r.ground for r in plan.regions if r.ground and not r.keep}
    )
    row.file_name = home.public_name(row.index_no, row.version, release.copy.extension)
    home.write_public(row.file_name, release.copy.data)
    try:
        old = _enter(item, row, release.published_text, now=now)
    except BaseException:
        home.remove_public(row.file_name)
        raise
    if old:
        home.remove_public(old)


def _list_on_request(
    home: Home, item: ReviewItem, record: DecisionRecord, *, now: datetime
) -> None:
    try:
        extracted = home.load_extracted(item.document.sha256)
    except FileNotFoundError:
        raise OriginalMissing() from None
    decision = decision_of(record)
    kept = frozenset(v.finding_id for v in decision.verdicts if v.action is Action.KEEP)
    redacted = frozenset(v.finding_id for v in decision.verdicts if v.action is Action.REDACT)
    findings = tuple(
        dataclasses.replace(f, action=Action.REDACT) if f.id in redacted else f
        for f in findings_of(item)
    )
    secrets = public_text.finding_secrets(extracted, findings, kept)
    row = _row(item, record, secrets, now=now)
    public_text.require_clean([row.title, row.doc_no, row.issuer], secrets)
    old = _enter(item, row, None, now=now)
    if old:
        home.remove_public(old)


def _row(
    item: ReviewItem, record: DecisionRecord, secrets: dict[str, str], *, now: datetime
) -> PublicationRecord:
    document = item.document
    index_no = index_numbers.give(document, now=now)
    last = PublicationRecord.objects.filter(index_no=index_no).order_by("-version").first()

    def public(value: str) -> str:
        return public_text.masked(value, secrets)

    return PublicationRecord(
        index_no=index_no,
        version=last.version + 1 if last is not None else 1,
        supersedes=last,
        label=record.label,
        item=item,
        decision=record,
        title=public(record.title or document.title)[:500],
        doc_no=public(document.doc_no),
        issuer=public(document.maker) or index_numbers.bureau_profile().name,
        formed_on=document.formed_on,
        published_at=now,
        kind=document.kind,
        theme=document.theme,
        column=document.column,
        keywords=document.keywords,
        channels=document.channels,
        department=document.department,
        grounds=[
            {k: g.get(k) for k in ("statute", "article", "paragraph", "item")}
            for g in record.grounds
        ],
    )


def _enter(item: ReviewItem, row: PublicationRecord, text: str | None, *, now: datetime) -> str:
    """Writes the row in one transaction; returns the superseded file's name, now to be removed.

    Raises:
        StaleSave: if somebody sent the item back or decided anew meanwhile.
    """
    with transaction.atomic():
        now_item = ReviewItem.objects.select_for_update().get(pk=item.pk)
        if (
            now_item.review_state is not _S.PUBLISHABLE
            or now_item.decision_id != row.decision_id
            or now_item.version != item.version
        ):
            raise StaleSave()
        old_name = ""
        for old in PublicationRecord.objects.select_for_update().filter(
            index_no=row.index_no, current=True
        ):
            search_index.remove(old)
            old_name = old.file_name
            old.current, old.file_name = False, ""
            old.save(update_fields=["current", "file_name"])
        row.save()
        if text is not None:
            search_index.put(row, text)
        now_item.move_to(_S.PUBLISHED)
        save_step(now_item, now=now)
        audit_log.append(
            actor=ACTOR,
            action="publication.entered",
            subject=f"publication:{row.pk}",
            at=now,
            detail={
                "item": item.pk,
                "index_no": row.index_no,
                "version": row.version,
                "label": row.label,
                "sha256": row.sha256,
                "plan": row.plan_digest,
                "decision": row.decision_id,
            },
        )
    return old_name


def plan_digest(plan: RedactionPlan) -> str:
    """SHA-256 (hex) of the plan's canonical JSON."""
    body = json.dumps(to_plain(plan), ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode("ascii")).hexdigest()


def remove_strays(home: Home) -> int:
    """Removes files below public/ that no row names; returns how many."""
    known = set(PublicationRecord.objects.exclude(file_name="").values_list("file_name", flat=True))
    strays = [name for name in home.public_names() if name not in known]
    for name in strays:
        home.remove_stray_public(name)
    return len(strays)


def unblock(item_id: int, user: User, *, now: datetime) -> ReviewItem:
    """The item, to be tried again at the next run.

    Raises:
        NotAllowed: if the account is neither reviewer nor operator.
    """
    with transaction.atomic():
        item = ReviewItem.objects.select_for_update().select_related("document").get(pk=item_id)
        if not access.serves(user, item.document.department_id, Role.REVIEWER, Role.OPERATOR):
            raise NotAllowed()
        item.blocked_code, item.blocked_message = "", ""
        save_step(item, now=now)
        audit_log.append(
            actor=user.username, action="item.unblocked", subject=f"item:{item.pk}", at=now
        )
    return item
