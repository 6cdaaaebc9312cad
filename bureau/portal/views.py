"""The portal's pages on the web: read-only, without accounts, sessions or cookies."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from bureau.portal import pages
from bureau.portal.links import CATALOGUES, LiveLinks
from bureau.register import catalogue
from bureau.register.files import Home
from bureau.register.models import PublicationRecord
from domain.errors import GongkaiError

LINKS = LiveLinks()
# a published html copy opens alone, without scripts, as if it were no page of this site
COPY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
FILE_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json; charset=utf-8"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _page(page: pages.Page, current: str = "", status: int = 200) -> HttpResponse:
    response = HttpResponse(page.draw(LINKS, current=current), status=status)
    # a withdrawn or corrected document must not live on in a cache
    response.headers["Cache-Control"] = "no-cache"
    return response


def _number(request: HttpRequest) -> int:
    raw = request.GET.get("page", "1")
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 7 else 1


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page."""
    del request
    return _page(pages.home(LINKS), "home")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """The help page."""
    del request
    return _page(pages.help_page(), "help")


@require_safe
def catalogue_page(request: HttpRequest, kind: str) -> HttpResponse:
    """A catalogue."""
    return _page(pages.catalogue_page(kind, LINKS, _number(request)), kind)


@require_safe
def catalogue_file(request: HttpRequest, kind: str, extension: str) -> HttpResponse:
    """A whole catalogue as CSV, XLSX or JSON."""
    del request
    if kind not in CATALOGUES:
        raise Http404
    if extension == "xlsx":
        response = HttpResponse(catalogue.to_xlsx(kind), content_type=XLSX)
    elif extension in FILE_TYPES:
        body = catalogue.to_csv(kind) if extension == "csv" else catalogue.to_json(kind)
        response = HttpResponse(body, content_type=FILE_TYPES[extension])
    else:
        raise Http404
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.{extension}"'
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe
def document(request: HttpRequest, index_no: str) -> HttpResponse:
    """A document's page."""
    del request
    return _page(pages.document_page(index_no, LINKS))


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search results."""
    return _page(pages.search_page(request.GET.get("q", ""), LINKS, _number(request)), "search")


@require_safe
def file(request: HttpRequest, name: str) -> HttpResponse:
    """A published copy, if a current catalogue row lists it and its bytes are those signed."""
    del request
    record = PublicationRecord.objects.filter(
        file_name=name, current=True, withdrawn_at__isnull=True
    ).first()
    if record is None:
        raise Http404
    try:
        data = Home(Path(settings.GONGKAI_HOME)).read_public(record.file_name, record.sha256)
    except (GongkaiError, FileNotFoundError):
        raise Http404 from None
    response = HttpResponse(data, content_type=record.media_type)
    if record.media_type.startswith("text/html"):
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        response.headers["Content-Security-Policy"] = COPY_POLICY
        disposition = "inline"
    else:
        disposition = "attachment"
    response.headers["Content-Disposition"] = (
        f'{disposition}; filename="{record.file_name.rpartition("/")[2]}"'
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """One page for everything that is not published, whatever the reason."""
    del request, exception
    return _page(pages.Page(template="missing.html", title="没有这个页面", context={}), status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """A plain page when something failed; says nothing of why."""
    del request
    return HttpResponse(
        "<!doctype html><meta charset=utf-8><title>暂时无法打开</title>"
        "<p>页面暂时无法打开，请稍后再试。",
        status=500,
    )
