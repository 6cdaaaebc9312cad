"""An item's page and what a reviewer does on it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypedDict

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bureau.accounts.models import User
from bureau.accounts.roles import Role
from bureau.register import decisions, drafts, queue, signing
from bureau.register.files import Home
from bureau.register.models import Opinion, ReviewItem
from bureau.review.answers import BadRequest, account, action, body_of, page
from bureau.review.item_data import due_data, history_of, item_data, load_text, suggestion_of
from bureau.review.submission import added_findings, chosen_grounds, read_submission
from bureau.review.wording import due_words, state_name
from domain.decisions import ReviewState
from domain.documents import MediaType
from domain.errors import NotAllowed
from domain.findings import Action, Finding
from domain.resources import data_path
from pipelines.page_images import render_page
from pipelines.sandbox import Sandbox
from redaction.masking import marks
from redaction.policy import Policy

OPEN_TO_REVIEW = (ReviewState.SUGGESTED, ReviewState.CLAIMED)
PAGE_DPI = 110


def home() -> Home:
    """The data folder of this process."""
    return Home(Path(settings.GONGKAI_HOME))


@functools.cache
def sandbox() -> Sandbox:
    """The sandbox of this process, in which page images are drawn."""
    return Sandbox()


@functools.cache
def policy() -> Policy:
    """The bureau's masking policy, or the shipped one."""
    own = Path(settings.GONGKAI_HOME) / "policies" / "policy.yaml"
    return Policy.load(own if own.is_file() else data_path("policies", "default.yaml"))


def visible(user: User, item_id: int) -> ReviewItem:
    """The item, if this account may see it.

    Raises:
        NotAllowed: if not; an unknown id looks the same.
    """
    item = (
        queue.visible_items(user)
        .select_related("document", "document__department", "decision", "claimed_by")
        .filter(pk=item_id)
        .first()
    )
    if item is None:
        raise NotAllowed()
    return item


@page
@require_safe
def item_page(request: HttpRequest, item_id: int) -> HttpResponse:
    """The document with its findings, suggestion and decision."""
    user = account(request)
    now, today = timezone.now(), timezone.localdate()
    item = visible(user, item_id)
    extracted = load_text(home(), item, user)
    reviews = user.has_role(Role.REVIEWER) and item.review_state in OPEN_TO_REVIEW
    claimed_elsewhere = (
        item.claimed_by_id not in (None, user.pk)
        and item.lease_until is not None
        and item.lease_until > now
    )
    if reviews and not claimed_elsewhere:
        item = queue.claim(item.pk, user, now=now)
        item = visible(user, item.pk)
    signs = user.has_role(Role.SECRECY) and item.review_state in queue.TO_SIGN
    following = queue.next_item(user, now=now, today=today, after=item.pk, signing=signs)
    return render(
        request,
        "review/item.html",
        {
            "item": item,
            "document": item.document,
            "state": state_name(item),
            "suggestion": suggestion_of(item),
            "due": due_data(item),
            "due_words": due_words(item.due_on, today),
            "history": history_of(item),
            "data": item_data(item, extracted, user, today=today),
            "may_review": reviews and not claimed_elsewhere,
            "claimed_elsewhere": claimed_elsewhere,
            "may_sign": signs and item.review_state is ReviewState.CONFIRMED,
            "same_person": item.decision is not None and item.decision.decided_by_id == user.pk,
            "may_clear": signs and item.review_state is ReviewState.SECRECY_HOLD,
            "may_reopen": user.has_role(Role.REVIEWER, Role.SECRECY)
            and item.review_state
            in (ReviewState.CONFIRMED, ReviewState.PUBLISHABLE, ReviewState.WITHHELD),
            "is_pdf": item.document.media_type == MediaType.PDF.value,
            "following": following,
        },
    )


@page
@require_safe
def page_image(request: HttpRequest, item_id: int, page_index: int) -> HttpResponse:
    """A page of the original as an image, for those who may read it."""
    user = account(request)
    item = visible(user, item_id)
    load_text(home(), item, user)
    data = home().read_original(item.document.sha256)
    image = render_page(sandbox(), data, page_index=page_index, dpi=PAGE_DPI)
    return HttpResponse(image, content_type="image/png")


@action
def confirm(request: HttpRequest, item_id: int) -> HttpResponse:
    """Record the reviewer's decision; the item then waits for the secrecy signature."""
    user = account(request)
    item = visible(user, item_id)
    sent = read_submission(body_of(request), load_text(home(), item, user))
    decisions.confirm(
        item.pk,
        user,
        version=sent.version,
        label=sent.label,
        grounds=sent.grounds,
        verdicts=sent.verdicts,
        added=sent.added,
        regions=sent.regions,
        reason=sent.reason,
        title=sent.title,
        now=timezone.now(),
    )
    return _next(user, item.pk, signing_next=False)


def _next(user: User, item_id: int, *, signing_next: bool) -> JsonResponse:
    following = queue.next_item(
        user,
        now=timezone.now(),
        today=timezone.localdate(),
        after=item_id,
        signing=signing_next,
    )
    return JsonResponse({"next": f"/item/{following.pk}/" if following is not None else "/"})


@action
def draft(request: HttpRequest, item_id: int) -> HttpResponse:
    """Keep unfinished work, and the claim with it."""
    user = account(request)
    raw = body_of(request)
    now = timezone.now()
    saved = drafts.save_draft(
        item_id,
        user,
        version=int(raw.get("version", 0)),
        payload={k: raw[k] for k in raw if k != "version"},
        now=now,
    )
    queue.renew(item_id, user, now=now)
    return JsonResponse({"saved": saved.saved_at.isoformat()})


@action
def preview(request: HttpRequest, item_id: int) -> HttpResponse:
    """The text as it would be published with these choices."""
    user = account(request)
    item = visible(user, item_id)
    extracted = load_text(home(), item, user)
    raw = body_of(request)
    try:
        chosen = {str(k): Action(v) for k, v in dict(raw.get("verdicts", {})).items()}
        added = added_findings(raw.get("added", ()), extracted)
    except (KeyError, TypeError, ValueError):
        raise BadRequest() from None
    findings: list[Finding] = [*decisions.findings_of(item), *added]
    redacted = {f.id for f in findings if chosen.get(f.id, f.action) is not Action.KEEP}
    given = marks(extracted, findings, redacted, policy())
    pieces: list[list[Any]] = []
    at = 0
    hidden = extracted.hidden_spans
    end = min((s.start for s in hidden), default=len(extracted.text))
    for mark in given:
        if mark.span.start >= end:
            break
        pieces.append([extracted.text[at : mark.span.start], ""])
        pieces.append([mark.replacement, mark.ground])
        at = mark.span.end
    pieces.append([extracted.text[at:end], ""])
    return JsonResponse({"pieces": pieces, "marks": len(given)})


class _Step(TypedDict):
    """What every act on an item says of itself."""

    version: int
    reason: str


def _step(raw: Mapping[str, Any]) -> _Step:
    return {"version": int(raw.get("version", 0)), "reason": str(raw.get("reason", ""))}


@action
def release(request: HttpRequest, item_id: int) -> HttpResponse:
    """Put the item back into the queue."""
    queue.release(item_id, account(request), now=timezone.now())
    return JsonResponse({"next": "/"})


@action
def send_back(request: HttpRequest, item_id: int) -> HttpResponse:
    """Send the item back to the reviewers with a reason."""
    raw = body_of(request)
    decisions.send_back(
        item_id,
        account(request),
        **_step(raw),
        now=timezone.now(),
    )
    return JsonResponse({"next": "/"})


@action
def hold(request: HttpRequest, item_id: int) -> HttpResponse:
    """Give the item to 保密审查."""
    raw = body_of(request)
    decisions.hold(
        item_id,
        account(request),
        **_step(raw),
        now=timezone.now(),
    )
    return JsonResponse({"next": "/"})


@action
def sign(request: HttpRequest, item_id: int) -> HttpResponse:
    """The secrecy reviewer's signature under the decision."""
    user = account(request)
    raw = body_of(request)
    if raw.get("opinion") not in Opinion.values:
        raise BadRequest()
    signing.sign(
        item_id,
        user,
        version=int(raw.get("version", 0)),
        opinion=Opinion(raw["opinion"]),
        reason=str(raw.get("reason", "")),
        grounds=chosen_grounds(raw.get("grounds", ()), ""),
        now=timezone.now(),
    )
    return _next(user, item_id, signing_next=True)


@action
def clear_hold(request: HttpRequest, item_id: int) -> HttpResponse:
    """保密审查 found no secret: the item goes to the reviewers."""
    user = account(request)
    raw = body_of(request)
    signing.clear_hold(
        item_id,
        user,
        **_step(raw),
        now=timezone.now(),
    )
    return _next(user, item_id, signing_next=True)


@action
def withhold(request: HttpRequest, item_id: int) -> HttpResponse:
    """保密审查 decides 不予公开 on a held item."""
    user = account(request)
    raw = body_of(request)
    signing.withhold_from_hold(
        item_id,
        user,
        version=int(raw.get("version", 0)),
        grounds=chosen_grounds(raw.get("grounds", ()), str(raw.get("reason", ""))),
        reason=str(raw.get("reason", "")),
        now=timezone.now(),
    )
    return _next(user, item_id, signing_next=True)


@action
def quarantine(request: HttpRequest, item_id: int) -> HttpResponse:
    """保密审查 found a state secret: content goes, bytes move to held/."""
    user = account(request)
    raw = body_of(request)
    signing.quarantine_item(
        home(),
        item_id,
        user,
        **_step(raw),
        now=timezone.now(),
    )
    return _next(user, item_id, signing_next=True)
