"""Views' common answers: JSON for actions, a page for a refusal; errors are caught here, once."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from bureau.accounts.models import User
from domain.errors import GongkaiError, NotAllowed, StaleSave

LOG = logging.getLogger("gongkai.review")
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


class BadRequest(GongkaiError):
    """A request that no page of ours sends."""

    code = "bad_request"
    message = "请求内容不完整或格式不对，未作任何更改。请刷新页面后重试。"


def account(request: HttpRequest) -> User:
    """The signed-in account."""
    user = request.user
    if not isinstance(user, User):
        raise NotAllowed()
    return user


def status_of(error: GongkaiError) -> int:
    """The HTTP status that tells an error's kind."""
    if isinstance(error, NotAllowed):
        return 403
    return 409 if isinstance(error, StaleSave) else 422


def page(view: View[P]) -> View[P]:
    """A page for signed-in accounts; a known error becomes a page that says what to do."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except GongkaiError as error:
            LOG.info("refused code=%s", error.code)
            return render(request, "review/refused.html", {"error": error}, status=status_of(error))

    return login_required(guarded)


def action(view: View[P]) -> View[P]:
    """A JSON action; a known error becomes ``{code, message, version?}`` and changes nothing."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST":
            return JsonResponse({"code": "method", "message": BadRequest.message}, status=405)
        if not request.user.is_authenticated:
            return JsonResponse(
                {"code": "signed_out", "message": "登录已过期。草稿已保存，请重新登录后继续。"},
                status=401,
            )
        try:
            return view(request, *args, **kwargs)
        except GongkaiError as error:
            LOG.info("refused code=%s", error.code)
            body: dict[str, Any] = {"code": error.code, "message": error.message}
            version = getattr(error, "current_version", None)
            if version is not None:
                body["version"] = version
            return JsonResponse(body, status=status_of(error))

    return guarded


def body_of(request: HttpRequest) -> Mapping[str, Any]:
    """The JSON object a page sent.

    Raises:
        BadRequest: if it is none.
    """
    try:
        raw = json.loads(request.body)
    except ValueError:
        raise BadRequest() from None
    if not isinstance(raw, dict):
        raise BadRequest()
    return raw
