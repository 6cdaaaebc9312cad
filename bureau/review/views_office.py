"""Queue, intake, stopped files, publications, status and account: the pages round an item."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from bureau.accounts.models import Department, User
from bureau.accounts.roles import Role
from bureau.register import (
    access,
    alerts,
    queue,
    signing,
    staff,
    status,
    submissions,
    withdrawal,
)
from bureau.register.models import (
    IntakeOutcome,
    PublicationRecord,
    QuarantineRecord,
    ReviewItem,
    WithdrawalRequest,
)
from bureau.review.answers import BadRequest, account, action, body_of, page
from bureau.review.views_item import home
from bureau.review.wording import LABEL_SHAPES, due_words, label_name, state_name
from domain.decisions import ReviewState
from domain.errors import NotAllowed
from domain.secrecy import OUTCOME_NAMES, Outcome

ROWS_A_PAGE = 40
TABS: tuple[tuple[str, str, tuple[ReviewState, ...]], ...] = (
    ("review", "待审核", queue.TO_REVIEW),
    ("sign", "待保密审查", (ReviewState.CONFIRMED,)),
    ("hold", "疑点待审", (ReviewState.SECRECY_HOLD,)),
    ("publishable", "待发布", (ReviewState.PUBLISHABLE,)),
    ("published", "已发布", (ReviewState.PUBLISHED,)),
    ("withheld", "不予公开", (ReviewState.WITHHELD,)),
    ("withdrawn", "已撤回", (ReviewState.WITHDRAWN,)),
)


def _default_tab(user: User) -> str:
    return "sign" if user.has_role(Role.SECRECY) and not user.has_role(Role.REVIEWER) else "review"


def _number(request: HttpRequest) -> int:
    raw = request.GET.get("page", "1")
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 7 else 1


def _filters(request: HttpRequest, states: tuple[ReviewState, ...]) -> queue.QueueFilters:
    asked = request.GET
    filters = queue.QueueFilters(
        states=states,
        label=asked.get("label", ""),
        mine=asked.get("mine") == "1",
        conflicts=asked.get("conflicts") == "1",
        undecided=asked.get("undecided") == "1",
        blocked=asked.get("blocked") == "1",
        words=asked.get("q", "")[:100],
    )
    if asked.get("department", "").isdecimal():
        filters = replace(filters, department_id=int(asked["department"]))
    if asked.get("due") in {d.value for d in queue.DueFilter}:
        filters = replace(filters, due=queue.DueFilter(asked["due"]))
    return filters


@page
@require_safe
def queue_page(request: HttpRequest) -> HttpResponse:
    """What waits, those due first in front."""
    user = account(request)
    today = timezone.localdate()
    if user.has_role(Role.OPERATOR) and not user.has_role(
        Role.REVIEWER, Role.SECRECY, Role.RECORDS, Role.SUPERVISOR
    ):
        return redirect("/status/")
    tab = request.GET.get("tab") or _default_tab(user)
    states = next((s for name, _, s in TABS if name == tab), queue.TO_REVIEW)
    filters = _filters(request, states)
    pages = Paginator(queue.listing(user, filters, today=today), ROWS_A_PAGE)
    shown = pages.get_page(_number(request))
    visible = queue.visible_items(user)
    tabs = []
    for name, title, wanted in TABS:
        if name == "hold" and not user.has_role(Role.SECRECY):
            continue
        number = visible.filter(state__in=[s.value for s in wanted]).count()
        tabs.append({"name": name, "title": title, "count": number, "current": name == tab})
    first = queue.next_item(user, now=timezone.now(), today=today, signing=tab in {"sign", "hold"})
    return render(
        request,
        "review/queue.html",
        {
            "tab": tab,
            "tabs": tabs,
            "counts": queue.counts(user, today=today),
            "rows": [_row(item, today) for item in shown.object_list],
            "page": shown,
            "filters": filters,
            "labels": _label_filters(user, states, tab, filters, today),
            "departments": Department.objects.order_by("name"),
            "narrowed": filters != queue.QueueFilters(states=states),
            "first": first,
            "alerts": alerts.open_alerts(user)[:5],
            "query": _query(request),
        },
    )


def _query(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("page", None)
    return kept.urlencode()


def _label_filters(
    user: User,
    states: tuple[ReviewState, ...],
    tab: str,
    filters: queue.QueueFilters,
    today: Any,
) -> list[dict[str, Any]]:
    out = []
    for value in ("proactive", "on_request", "exempt", "none"):
        rows = queue.listing(user, queue.QueueFilters(states=states, label=value), today=today)
        out.append(
            {
                "value": value,
                "name": label_name("" if value == "none" else value),
                "shape": LABEL_SHAPES["" if value == "none" else value],
                "count": rows.count(),
                "current": filters.label == value,
                "url": f"?tab={tab}" if filters.label == value else f"?tab={tab}&label={value}",
            }
        )
    return out


def _row(item: ReviewItem, today: Any) -> dict[str, Any]:
    document = item.document
    decided = item.decision.label if item.decision is not None else ""
    return {
        "id": item.pk,
        "title": document.title or document.untrusted_filename or f"第 {item.pk} 件",
        "doc_no": document.doc_no,
        "department": document.department.name,
        "label": decided or item.suggested_label,
        "shape": LABEL_SHAPES[decided or item.suggested_label],
        "label_name": label_name(decided or item.suggested_label),
        "decided": bool(decided),
        "conflicts": item.conflict_count,
        "undecided": item.must_decide_count,
        "parts": item.part_count,
        "due_on": item.due_on,
        "due_words": due_words(item.due_on, today),
        "overdue": item.due_on is not None and item.due_on < today,
        "received_at": document.received_at,
        "claimed_by": item.claimed_by,
        "state": state_name(item),
        "blocked": item.blocked_message,
    }


@page
@require_safe
def intake_page(request: HttpRequest) -> HttpResponse:
    """Every input and what became of it; failed ones with reason and retry."""
    user = account(request)
    wanted = request.GET.get("outcome", "")
    records = access.visible_intake(user).select_related("department", "submitter", "duplicate_of")
    counts = {value: records.filter(outcome=value).count() for value, _ in IntakeOutcome.choices}
    if wanted in IntakeOutcome.values:
        records = records.filter(outcome=wanted)
    shown = Paginator(records, ROWS_A_PAGE).get_page(_number(request))
    return render(
        request,
        "review/intake.html",
        {
            "page": shown,
            "rows": [
                {
                    "record": r,
                    "may_retry": access.may_retry(user, r)
                    and r.outcome == IntakeOutcome.FAILED
                    and r.place == "failed",
                }
                for r in shown.object_list
            ],
            "outcome": wanted,
            "outcomes": [
                {"value": v, "name": n, "count": counts[v], "current": v == wanted}
                for v, n in IntakeOutcome.choices
                if v != IntakeOutcome.QUARANTINED or user.has_role(Role.SECRECY)
            ],
            "may_upload": user.has_role(*Role),
            "departments": Department.objects.order_by("name"),
            "query": _query(request),
        },
    )


@page
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """A file from the browser, into the inbox as this account's."""
    user = account(request)
    sent = request.FILES.getlist("file")
    if not sent:
        raise BadRequest("请先选择文件。", code="no_file")
    department = Department.objects.filter(pk=request.POST.get("department") or 0).first()
    for file in sent:
        submissions.receive_upload(
            home(),
            user,
            file.name or "",
            file.chunks(),
            now=timezone.now(),
            department=department,
        )
    return redirect("/intake/?sent=" + str(len(sent)))


@action
def retry(request: HttpRequest, record_id: int) -> HttpResponse:
    """Try a failed input again."""
    submissions.retry(home(), record_id, account(request), now=timezone.now())
    return JsonResponse({"message": "已放回收件夹，稍后自动重试。"})


@page
@require_safe
def held_page(request: HttpRequest) -> HttpResponse:
    """Files stopped by a 密级 mark: facts only, for 保密审查 alone."""
    user = account(request)
    if not user.has_role(Role.SECRECY):
        raise NotAllowed("停放的文件仅保密审查员可见。")
    records = QuarantineRecord.objects.select_related(
        "department", "submitter", "outcome_by"
    ).order_by("outcome", "-seen_at")
    shown = Paginator(records, ROWS_A_PAGE).get_page(_number(request))
    return render(
        request,
        "review/held.html",
        {
            "page": shown,
            "rows": [{"record": r, "outcome": signing.outcome_name(r)} for r in shown],
            "outcomes": [(o.value, OUTCOME_NAMES[o]) for o in Outcome],
        },
    )


@action
def outcome(request: HttpRequest, quarantine_id: int) -> HttpResponse:
    """The written outcome of a stopped file."""
    user = account(request)
    raw = body_of(request)
    if raw.get("outcome") not in {o.value for o in Outcome}:
        raise BadRequest("请选择处置结果。", code="no_outcome")
    signing.record_outcome(
        home(),
        quarantine_id,
        user,
        outcome=Outcome(raw["outcome"]),
        text=str(raw.get("text", "")),
        now=timezone.now(),
    )
    return JsonResponse({"message": "已记录处置结果。"})


@page
@require_safe
def publications_page(request: HttpRequest) -> HttpResponse:
    """What is published, with withdrawal by two people."""
    user = account(request)
    if not user.has_role(Role.REVIEWER, Role.SECRECY, Role.SUPERVISOR, Role.RECORDS):
        raise NotAllowed()
    rows = PublicationRecord.objects.filter(current=True).select_related("department")
    shown = Paginator(rows, ROWS_A_PAGE).get_page(_number(request))
    asked = {
        r.publication_id: r
        for r in WithdrawalRequest.objects.filter(decided_at=None).select_related("asked_by")
    }
    return render(
        request,
        "review/publications.html",
        {
            "page": shown,
            "rows": [
                {"record": r, "label": label_name(r.label), "asked": asked.get(r.pk)} for r in shown
            ],
            "may_withdraw": user.has_role(*withdrawal.ROLES),
        },
    )


@action
def ask_withdrawal(request: HttpRequest, publication_id: int) -> HttpResponse:
    """Ask for a withdrawal with a reason."""
    raw = body_of(request)
    withdrawal.request_withdrawal(
        publication_id, account(request), reason=str(raw.get("reason", "")), now=timezone.now()
    )
    return JsonResponse({"message": "已提出撤回，等待另一人批准。"})


@action
def decide_withdrawal(request: HttpRequest, request_id: int) -> HttpResponse:
    """Approve or refuse a withdrawal that somebody else asked for."""
    raw = body_of(request)
    withdrawal.decide_withdrawal(
        home(),
        request_id,
        account(request),
        approve=raw.get("approve") is True,
        now=timezone.now(),
    )
    return JsonResponse({"message": "已处理撤回申请。"})


@page
@require_safe
def status_page(request: HttpRequest) -> HttpResponse:
    """How the office stands, for operators and supervisors."""
    user = account(request)
    if not user.has_role(Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN, Role.SECRECY):
        raise NotAllowed()
    return render(
        request,
        "review/status.html",
        {"status": status.office_status(home()), "alerts": alerts.open_alerts(user)[:50]},
    )


@action
def acknowledge(request: HttpRequest, alert_id: int) -> HttpResponse:
    """An alert, seen by this account."""
    alerts.acknowledge(alert_id, account(request), now=timezone.now())
    return JsonResponse({"message": "已确认。"})


@page
def password_page(request: HttpRequest) -> HttpResponse:
    """Change the account's own password."""
    user = account(request)
    problem = ""
    if request.method == "POST":
        new = request.POST.get("new", "")
        if not user.check_password(request.POST.get("old", "")):
            problem = "原密码不正确。"
        elif new != request.POST.get("again", ""):
            problem = "两次输入的新密码不一致。"
        else:
            try:
                staff.set_password(user, new, by=user.username, now=timezone.now())
            except staff.WeakPassword as error:
                problem = error.message
            else:
                return redirect("/login/?changed=1")
    return render(request, "review/password.html", {"problem": problem})


@page
@require_safe
def keys_page(request: HttpRequest) -> HttpResponse:
    """The keys and how the work goes."""
    return render(request, "review/help.html")
