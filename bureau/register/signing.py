"""What 保密审查 alone does: sign, clear a hold, stop a document, record an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import access, audit_log, decisions, looks, settling, withdrawal
from bureau.register.arrivals import next_number
from bureau.register.decisions import ReasonRequired, write_decision
from bureau.register.files import Home
from bureau.register.inbox import Inbox
from bureau.register.models import (
    DocumentText,
    IntakeOutcome,
    IntakeRecord,
    Opinion,
    Place,
    QuarantineRecord,
    ReviewItem,
    SecrecySignature,
    VerdictRecord,
)
from bureau.register.queue import locked_item, save_step
from domain.decisions import TRANSITIONS, ReviewState
from domain.errors import DigestMismatch, GongkaiError, IllegalTransition, NotAllowed
from domain.labels import Ground, Label
from domain.secrecy import OUTCOME_NAMES, Outcome

_S = ReviewState
STOPPED_BY_PERSON = "person"
# taken in order, each step where the state admits it
_WAY_TO_STOP = (_S.SUGGESTED, _S.SECRECY_HOLD, _S.QUARANTINED)


class StillPublished(GongkaiError):
    """A document cannot be withheld while the public can read it."""

    code = "still_published"
    message = "该件仍有公开版本，请先办理撤回，再签署不予公开。"


class StillInInbox(GongkaiError):
    """A stopped file that could not be moved still lies in the inbox."""

    code = "still_in_inbox"
    message = "该文件仍在收件夹中，请先将其取走移交，再登记结果。"


def sign(
    item_id: int,
    user: User,
    *,
    version: int,
    opinion: Opinion,
    now: datetime,
    reason: str = "",
    grounds: Sequence[Ground] = (),
) -> SecrecySignature:
    """The signature under the item's decision, by another person than made it.

    AGREE makes it publishable (an exempt decision: withheld). WITHHOLD overrules a decision to
    publish, with ``grounds`` and a reason. RETURN sends it back to the reviewers with a reason.

    Raises:
        SamePerson: if this account made the decision.
        StillPublished: if a published version must be withdrawn first.
        ReasonRequired, GroundRequired: if the record would be incomplete.
        ChangedMeanwhile, NotAllowed, IllegalTransition, DigestMismatch: as their names say.
    """
    if opinion is not Opinion.AGREE and not reason.strip():
        raise ReasonRequired()
    with transaction.atomic():
        item = locked_item(item_id, user, version=version)
        access.require(user, item, Role.SECRECY)
        decision = item.decision
        if item.review_state is not _S.CONFIRMED or decision is None:
            raise IllegalTransition()
        if decision.decided_by_id == user.pk:
            raise access.SamePerson()
        if decision.text_digest != item.document.body.digest:
            raise DigestMismatch()
        signature = SecrecySignature.objects.create(
            item=item,
            decision=decision,
            opinion=opinion,
            reason=reason.strip()[:1000],
            text_digest=decision.text_digest,
            signed_by=user,
            signed_at=now,
        )
        if opinion is Opinion.RETURN:
            item.move_to(_S.SUGGESTED)
            item.note = signature.reason
        else:
            if opinion is Opinion.WITHHOLD and decision.label != Label.EXEMPT:
                decisions.check_exempt(grounds)
                decision = write_decision(
                    item,
                    user,
                    label=Label.EXEMPT,
                    grounds=grounds,
                    reason=reason,
                    title=decision.title,
                    now=now,
                )
            exempt = decision.label == Label.EXEMPT
            if exempt and withdrawal.in_force(item):
                raise StillPublished()
            item.move_to(_S.SECRECY_SIGNED)
            item.move_to(_S.WITHHELD if exempt else _S.PUBLISHABLE)
        save_step(item, now=now)
        audit_log.append(
            actor=user.username,
            action="item.signed",
            subject=f"item:{item.pk}",
            at=now,
            detail={
                "signature": signature.pk,
                "decision": signature.decision_id,
                "opinion": opinion.value,
                "after": item.state,
                "version": item.version,
            },
        )
    return signature


def clear_hold(item_id: int, user: User, *, version: int, reason: str, now: datetime) -> ReviewItem:
    """The item, found free of secrets and given to the reviewers.

    Raises:
        ReasonRequired, ChangedMeanwhile, NotAllowed, IllegalTransition: as their names say.
    """
    if not reason.strip():
        raise ReasonRequired()
    with transaction.atomic():
        item = locked_item(item_id, user, version=version)
        access.require(user, item, Role.SECRECY)
        if item.review_state is not _S.SECRECY_HOLD:
            raise IllegalTransition()
        item.move_to(_S.SUGGESTED)
        item.cleared_by, item.cleared_at = user, now
        item.uncleared = False
        item.note = reason.strip()[:1000]
        save_step(item, now=now)
        audit_log.append(
            actor=user.username,
            action="item.hold_cleared",
            subject=f"item:{item.pk}",
            at=now,
            detail={"version": item.version},
        )
    return item


def withhold_from_hold(
    item_id: int,
    user: User,
    *,
    version: int,
    grounds: Sequence[Ground],
    reason: str,
    now: datetime,
) -> ReviewItem:
    """A held item, decided 不予公开 by 保密审查 with ground and reason.

    One person suffices: nothing leaves the house by it, and it is re-reviewed (条例 18).

    Raises:
        GroundRequired, ReasonRequired: if the record would be incomplete.
        ChangedMeanwhile, NotAllowed, IllegalTransition: as their names say.
    """
    if not reason.strip():
        raise ReasonRequired()
    decisions.check_exempt(grounds)
    with transaction.atomic():
        item = locked_item(item_id, user, version=version)
        access.require(user, item, Role.SECRECY)
        if item.review_state is not _S.SECRECY_HOLD:
            raise IllegalTransition()
        decision = write_decision(
            item,
            user,
            label=Label.EXEMPT,
            grounds=grounds,
            reason=reason,
            title=item.document.title,
            suggestion=item.suggestions.last(),
            now=now,
        )
        SecrecySignature.objects.create(
            item=item,
            decision=decision,
            opinion=Opinion.WITHHOLD,
            reason=reason.strip()[:1000],
            text_digest=decision.text_digest,
            signed_by=user,
            signed_at=now,
        )
        for state in (_S.CONFIRMED, _S.SECRECY_SIGNED, _S.WITHHELD):
            item.move_to(state)
        save_step(item, now=now)
        audit_log.append(
            actor=user.username,
            action="item.withheld",
            subject=f"item:{item.pk}",
            at=now,
            detail={"decision": decision.pk, "version": item.version},
        )
    return item


# stopped files -------------------------------------------------------------------------------


def record_outcome(
    home: Home, quarantine_id: int, user: User, *, outcome: Outcome, text: str, now: datetime
) -> QuarantineRecord:
    """The stopped file's written outcome; only this moves its bytes on.

    移交: to held/handed_over/. 误标, 已解密: back into the inbox, where the next sweep admits it.

    Raises:
        ReasonRequired: without a text.
        NotAllowed: if the account is not 保密审查.
        IllegalTransition: if there is an outcome already.
        StillInInbox: for 移交 while the file, which could not be moved, is still in the inbox.
    """
    if not text.strip():
        raise ReasonRequired()
    with transaction.atomic():
        quarantine = QuarantineRecord.objects.select_for_update().filter(pk=quarantine_id).first()
        if quarantine is None or not access.serves(user, quarantine.department_id, Role.SECRECY):
            raise NotAllowed()
        intake = IntakeRecord.objects.select_for_update().get(pk=quarantine.intake_id)
        if quarantine.outcome or intake.pending:
            raise IllegalTransition()
        if quarantine.left_in_place:
            _settle_left_in_place(home, quarantine, intake, outcome, now)
        quarantine.outcome = outcome.value
        quarantine.outcome_by, quarantine.outcome_at = user, now
        quarantine.outcome_text = text.strip()[:1000]
        quarantine.save()
        audit_log.append(
            actor=user.username,
            action="quarantine.outcome",
            subject=f"quarantine:{quarantine.pk}",
            at=now,
            detail={"outcome": outcome.value, "intake": intake.pk},
        )
    settling.finish_outcome(home, quarantine, intake, now=now)
    return quarantine


def _settle_left_in_place(
    home: Home,
    quarantine: QuarantineRecord,
    intake: IntakeRecord,
    outcome: Outcome,
    now: datetime,
) -> None:
    inbox = Inbox(home.inbox)
    entry = next((e for e in inbox.entries() if home.path_key(*e.path) == intake.path_key), None)
    if outcome is Outcome.TRANSFERRED:
        if entry is not None:
            raise StillInInbox()
        intake.place = Place.GONE
        intake.save(update_fields=["place"])
    elif entry is not None:
        looks.expect(
            intake.path_key,
            size_bytes=entry.size_bytes,
            mtime_ns=entry.mtime_ns,
            now=now,
            submitter=intake.submitter,
            retry_of=intake,
        )
    quarantine.left_in_place = False


def outcome_name(quarantine: QuarantineRecord) -> str:
    """移交, 误标, 已解密, or "" while nothing is recorded."""
    return OUTCOME_NAMES[Outcome(quarantine.outcome)] if quarantine.outcome else ""


def quarantine_item(
    home: Home, item_id: int, user: User, *, version: int, reason: str, now: datetime
) -> QuarantineRecord:
    """A document that 保密审查 found to be secret: text, title and file name go, bytes to held/.

    Its duplicates go with it, and so does, at once, whatever was published of it. The record of
    who decided what stays, without content.

    Raises:
        ReasonRequired, ChangedMeanwhile, NotAllowed, IllegalTransition: as their names say.
    """
    if not reason.strip():
        raise ReasonRequired()
    with transaction.atomic():
        item = locked_item(item_id, user, version=version)
        access.require(user, item, Role.SECRECY)
        published = withdrawal.bury_all(item, user, now=now)
        for state in _WAY_TO_STOP:
            if state in TRANSITIONS[item.review_state]:
                item.move_to(state)
        if item.review_state is not _S.QUARANTINED:
            raise IllegalTransition()
        _forget_content(item)
        save_step(item, now=now)
        inputs = [item.document.intake, *item.document.intake.duplicates.all()]
        records = [_stop_input(record, user, now) for record in inputs]
        audit_log.append(
            actor=user.username,
            action="item.quarantined",
            subject=f"item:{item.pk}",
            at=now,
            detail={"quarantine": records[0].pk, "inputs": len(inputs)},
        )
    for name in published:
        home.remove_public(name)
    for record in inputs:
        settling.finish_stopping(home, record)
    settling.clear_pending(inputs)
    transaction.on_commit(_scrub)
    return records[0]


def _forget_content(item: ReviewItem) -> None:
    document = item.document
    VerdictRecord.objects.filter(decision__item=item).delete()
    item.decisions.update(title="", reason="", grounds=[], changes=[], suggestion=None)
    item.signatures.update(reason="")
    item.findings.all().delete()
    item.suggestions.all().delete()
    item.drafts.all().delete()
    DocumentText.objects.filter(document=document).delete()
    document.title, document.untrusted_filename, document.doc_no = "", "", ""
    document.maker, document.kind, document.formed_on, document.keywords = "", "", None, []
    document.save()
    item.decision, item.note, item.hold_reasons, item.due = None, "", [], None
    item.claimed_by, item.lease_until, item.suggested_label = None, None, ""
    item.conflict_count = item.must_decide_count = item.part_count = 0


def _stop_input(record: IntakeRecord, user: User, now: datetime) -> QuarantineRecord:
    number = next_number(record.sha256)
    record.outcome, record.place, record.pending = IntakeOutcome.QUARANTINED, Place.HELD, True
    record.untrusted_filename, record.untrusted_folder, record.path_key = "", "", ""
    record.reason_code, record.message = "quarantined", "保密审查员认定涉密，已停放。"
    record.duplicate_of = None
    record.save()
    return QuarantineRecord.objects.create(
        sha256=record.sha256,
        number=number,
        held_name=Home.held_name(record.sha256, number),
        size_bytes=record.size_bytes,
        seen_at=now,
        submitter_id=record.submitter_id,
        file_owner=record.file_owner,
        department=record.department,
        channel=record.channel,
        rules=[STOPPED_BY_PERSON],
        intake=record,
    )


def _scrub() -> None:
    """Folds SQLite's write-ahead log away, so that deleted text does not linger in it."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
