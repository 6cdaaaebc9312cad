"""A reviewer's decision: label, grounds, a verdict a finding; sending back and holding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import access, audit_log
from bureau.register.arrivals import finding_row, storable_json
from bureau.register.models import (
    DecisionRecord,
    FindingRecord,
    ReviewItem,
    SuggestionRecord,
    VerdictRecord,
)
from bureau.register.queue import TO_REVIEW, locked_item, refuse_foreign_claim, save_step
from domain.decisions import Decision, FindingVerdict, ReviewState
from domain.encoding import from_plain, to_plain
from domain.errors import DigestMismatch, GongkaiError, IllegalTransition, UndecidedFinding
from domain.findings import Action, Finding, Origin
from domain.labels import Ground, Label
from domain.spans import Rect, TextSpan

_S = ReviewState
_EXEMPT_ARTICLES = frozenset({14, 15, 16})


class GroundRequired(GongkaiError):
    """Withholding needs its article and reason (条例 36(3))."""

    code = "ground_required"
    message = "不予公开须注明条例第十四、十五或十六条的依据并写明理由。"


class TitleRequired(GongkaiError):
    """A catalogue row needs a title."""

    code = "title_required"
    message = "未识别出标题，请填写公开用标题后再确认。"


class SeveralDocuments(GongkaiError):
    """A file holding several documents is never published under the first one's title."""

    code = "several_documents"
    message = "该文件含有多份公文，请填写涵盖全部内容的公开用标题，或拆分后重新投放。"


class ReasonRequired(GongkaiError):
    """This act needs a written reason."""

    code = "reason_required"
    message = "请写明理由。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference from the suggestion, in codes."""

    what: str
    before: str
    after: str
    finding: str = ""
    rule: str = ""


def confirm(
    item_id: int,
    user: User,
    *,
    version: int,
    label: Label,
    grounds: Sequence[Ground],
    verdicts: Sequence[FindingVerdict],
    now: datetime,
    added: Sequence[Finding] = (),
    regions: Sequence[Rect] = (),
    reason: str = "",
    title: str | None = None,
) -> DecisionRecord:
    """The decision, on record; the item then waits for the secrecy signature of another person.

    Findings without a verdict keep the machine's keep or redact, recorded as accepted. ``added``
    are findings of the reviewer, each with its action; ``title`` replaces the recognised one.

    Raises:
        UndecidedFinding: if something is to be published with a must_decide finding left open.
        DigestMismatch: if verdicts or added findings belong to another text.
        GroundRequired, TitleRequired, SeveralDocuments: if the record would be incomplete.
        ChangedMeanwhile, NotAllowed, ClaimedByOther, IllegalTransition: as their names say.
    """
    with transaction.atomic():
        item = locked_item(item_id, user, version=version)
        access.require(user, item, Role.REVIEWER)
        if item.review_state not in TO_REVIEW:
            raise IllegalTransition()
        refuse_foreign_claim(item, user, now)
        if label is Label.EXEMPT:
            check_exempt(grounds)
        published_title = _check_title(item, label, title)
        rows = _with_added(item, user, added)
        chosen = _verdict_rows(rows, verdicts, blocking=label is Label.PROACTIVE)
        suggestion = item.suggestions.last()
        changes = _changes(suggestion, label, grounds, chosen, added)
        decision = write_decision(
            item,
            user,
            label=label,
            grounds=grounds,
            regions=regions,
            reason=reason,
            title=published_title,
            suggestion=suggestion,
            changes=changes,
            now=now,
        )
        for verdict in chosen:
            verdict.decision = decision
        VerdictRecord.objects.bulk_create(chosen, batch_size=200)
        item.drafts.filter(user=user).delete()
        item.move_to(_S.CONFIRMED)
        item.claimed_by, item.lease_until, item.note = None, None, ""
        save_step(item, now=now)
        audit_log.append(
            actor=user.username,
            action="item.confirmed",
            subject=f"item:{item.pk}",
            at=now,
            detail={
                "decision": decision.pk,
                "version": item.version,
                "label": label.value,
                "suggested": suggestion.label if suggestion else "",
                "changes": decision.changes,
                "verdicts": len(chosen),
            },
        )
    return decision


def write_decision(
    item: ReviewItem,
    user: User,
    *,
    label: Label,
    grounds: Sequence[Ground],
    reason: str,
    now: datetime,
    regions: Sequence[Rect] = (),
    title: str = "",
    suggestion: SuggestionRecord | None = None,
    changes: Sequence[Change] = (),
) -> DecisionRecord:
    """A new decision row, made the item's current one (item unsaved)."""
    decision = DecisionRecord.objects.create(
        item=item,
        number=item.decisions.count() + 1,
        text_digest=item.document.body.digest,
        label=label.value,
        grounds=storable_json(to_plain(tuple(grounds))),
        regions=to_plain(tuple(regions)),
        reason=reason[:1000],
        title=title[:500],
        suggestion=suggestion,
        changes=to_plain(tuple(changes)),
        decided_by=user,
        decided_at=now,
    )
    item.decision = decision
    item.blocked_code, item.blocked_message = "", ""
    return decision


def check_exempt(grounds: Sequence[Ground]) -> None:
    """Passes if the grounds carry a refusal: 条例 14, 15 or 16, each with its reason.

    Raises:
        GroundRequired: otherwise.
    """
    own = [g for g in grounds if g.statute == "tiaoli-2019"]
    if not own or any(g.article not in _EXEMPT_ARTICLES or not g.reason.strip() for g in own):
        raise GroundRequired()


def _check_title(item: ReviewItem, label: Label, title: str | None) -> str:
    given = (title or "").strip()
    if label is Label.EXEMPT:
        return given or item.document.title
    if item.part_count and not given:
        raise SeveralDocuments()
    if not (given or item.document.title.strip()):
        raise TitleRequired()
    return given or item.document.title


def _with_added(item: ReviewItem, user: User, added: Sequence[Finding]) -> list[FindingRecord]:
    body = item.document.body
    rows = {row.finding_id: row for row in item.findings.all()}
    for finding in added:
        span = finding.location if isinstance(finding.location, TextSpan) else None
        if finding.text_digest != body.digest or (span and span.end > len(body.text)):
            raise DigestMismatch()
        if finding.origin is not Origin.REVIEWER or finding.action is Action.MUST_DECIDE:
            raise UndecidedFinding()
        if finding.id not in rows:
            row = finding_row(item, finding)
            row.added_by = user
            row.save()
            rows[finding.id] = row
    return list(rows.values())


def _verdict_rows(
    rows: Iterable[FindingRecord], verdicts: Sequence[FindingVerdict], *, blocking: bool
) -> list[VerdictRecord]:
    """One unsaved row a finding; an open must_decide blocks publication."""
    given = {v.finding_id: v for v in verdicts}
    out: list[VerdictRecord] = []
    for row in rows:
        verdict = given.pop(row.finding_id, None)
        if verdict is None and row.action == Action.MUST_DECIDE:
            if blocking:
                raise UndecidedFinding()
            continue
        action = verdict.action.value if verdict is not None else row.action
        out.append(
            VerdictRecord(
                finding=row,
                before=row.action,
                action=action,
                accepted=action == row.action,
                reason=verdict.reason[:500] if verdict is not None else "",
            )
        )
    if given:
        raise DigestMismatch()
    return out


def _changes(
    suggestion: SuggestionRecord | None,
    label: Label,
    grounds: Sequence[Ground],
    chosen: Sequence[VerdictRecord],
    added: Sequence[Finding],
) -> list[Change]:
    before = suggestion.label if suggestion is not None else ""
    changes: list[Change] = []
    if before != label.value:
        changes.append(Change(what="label", before=before, after=label.value))
    suggested = suggestion.payload.get("grounds", []) if suggestion is not None else []
    old = [_ground_code(from_plain(Ground, g)) for g in suggested]
    new = [_ground_code(g) for g in grounds]
    if sorted(old) != sorted(new):
        changes.append(Change(what="grounds", before=" ".join(old), after=" ".join(new)))
    by_reviewer = {f.id for f in added}
    for verdict in chosen:
        row = verdict.finding
        rule = str(row.payload.get("evidence", {}).get("role", ""))
        if row.finding_id in by_reviewer:
            changes.append(
                Change(what="added", before="", after=verdict.action, finding=row.finding_id)
            )
        elif not verdict.accepted:
            changes.append(
                Change(
                    what="verdict",
                    before=verdict.before,
                    after=verdict.action,
                    finding=row.finding_id,
                    rule=rule,
                )
            )
    return changes


def _ground_code(ground: Ground) -> str:
    parts = [ground.statute, str(ground.article)]
    parts += [str(p) for p in (ground.paragraph, ground.item) if p is not None]
    return ":".join(parts)


def decision_of(record: DecisionRecord) -> Decision:
    """The domain's form of a stored decision."""
    return Decision(
        text_digest=record.text_digest,
        label=Label(record.label),
        grounds=tuple(from_plain(Ground, g) for g in record.grounds),
        verdicts=tuple(
            FindingVerdict(
                finding_id=v.finding.finding_id, action=Action(v.action), reason=v.reason
            )
            for v in record.verdicts.select_related("finding").order_by("finding_id")
        ),
        reviewer=record.decided_by.username,
        decided_at=record.decided_at,
        regions=tuple(from_plain(Rect, r) for r in record.regions),
        reason=record.reason,
    )


def findings_of(item: ReviewItem) -> tuple[Finding, ...]:
    """The domain's form of an item's findings, in the text's order."""
    return tuple(from_plain(Finding, row.payload) for row in item.findings.all())


def send_back(item_id: int, user: User, *, version: int, reason: str, now: datetime) -> ReviewItem:
    """The item, back with the reviewers; a publication stays in force until superseded.

    Raises:
        ReasonRequired: without a reason.
        ChangedMeanwhile, NotAllowed, IllegalTransition: as their names say.
    """
    return _turn(
        item_id,
        user,
        version=version,
        reason=reason,
        now=now,
        state=_S.SUGGESTED,
        action="item.sent_back",
        roles=(Role.REVIEWER, Role.SECRECY),
        never_from=(*TO_REVIEW, _S.SECRECY_HOLD),
    )


def hold(item_id: int, user: User, *, version: int, reason: str, now: datetime) -> ReviewItem:
    """The item, given to 保密审查: from now on its content is for them alone.

    Raises:
        ReasonRequired, ChangedMeanwhile, NotAllowed, IllegalTransition: as their names say.
    """
    return _turn(
        item_id,
        user,
        version=version,
        reason=reason,
        now=now,
        state=_S.SECRECY_HOLD,
        action="item.held",
        roles=(Role.REVIEWER, Role.SECRECY),
    )


def _turn(
    item_id: int,
    user: User,
    *,
    version: int,
    reason: str,
    now: datetime,
    state: ReviewState,
    action: str,
    roles: tuple[Role, ...],
    never_from: tuple[ReviewState, ...] = (),
) -> ReviewItem:
    if not reason.strip():
        raise ReasonRequired()
    with transaction.atomic():
        item = locked_item(item_id, user, version=version)
        access.require(user, item, *roles)
        refuse_foreign_claim(item, user, now)
        before = item.review_state
        if before in never_from:
            raise IllegalTransition()
        item.move_to(state)
        item.claimed_by, item.lease_until = None, None
        item.blocked_code, item.blocked_message = "", ""
        item.note = reason.strip()[:1000]
        save_step(item, now=now)
        audit_log.append(
            actor=user.username,
            action=action,
            subject=f"item:{item.pk}",
            at=now,
            detail={"before": before.value, "after": state.value, "version": item.version},
        )
    return item
