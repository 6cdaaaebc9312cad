"""What each page of the portal shows; live views and the static export draw the same pages.

Everything here comes from published rows: no title, file or text that was not signed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from django.template.backends.django import DjangoTemplates
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from bureau.portal.links import CATALOGUES, Links
from bureau.register import catalogue
from bureau.register.models import BureauProfile, PublicationRecord
from classifiers.document_kind import kind_names
from domain.labels import LABEL_NAMES, Label

ROWS_A_PAGE = 50
NAMES = {
    "proactive": "主动公开目录",
    "on_request": "依申请公开目录",
    "exempt": "免予公开类目",
}
_MARK = re.compile(r"▇+")
# the portal draws with its own engine so that an export from any process finds its templates
_ENGINE = DjangoTemplates(
    {
        "NAME": "portal",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page's template and what it shows."""

    template: str
    title: str
    context: Mapping[str, Any]

    def draw(self, links: Links, *, current: str = "") -> str:
        """The page as HTML."""
        profile = BureauProfile.objects.first()
        bureau = profile.name if profile is not None and profile.name else "本机关"
        return _ENGINE.get_template(f"portal/{self.template}").render(
            {
                "links": links,
                "page_title": self.title,
                "bureau": bureau,
                "profile": profile,
                "current": current,
                "tabs": [
                    {"kind": k, "name": NAMES[k], "url": links.catalogue(k)} for k in CATALOGUES
                ],
                "urls": {
                    "home": links.home(),
                    "help": links.help(),
                    "search": links.search(),
                    "css": links.asset("portal.css"),
                    "script": links.asset("search.js"),
                },
                **self.context,
            }
        )


def home(links: Links) -> Page:
    """Search first, then the three catalogues and what is new."""
    counts = {
        "proactive": catalogue.proactive().count(),
        "on_request": catalogue.on_request().count(),
        "exempt": len(catalogue.exempt_categories()),
    }
    return Page(
        template="home.html",
        title="政府信息公开",
        context={
            "cards": [
                {"name": NAMES[k], "count": counts[k], "url": links.catalogue(k), "kind": k}
                for k in CATALOGUES
            ],
            "newest": [_row(p, links) for p in catalogue.proactive()[:10]],
        },
    )


def help_page() -> Page:
    """How to read the catalogues, what the marks mean, how to apply."""
    return Page(template="help.html", title="使用说明", context={})


def catalogue_page(kind: str, links: Links, number: int = 1) -> Page:
    """A page of a catalogue.

    Raises:
        Http404: if there is no such catalogue or page.
    """
    if kind == "exempt":
        return Page(
            template="exempt.html",
            title=NAMES[kind],
            context={"categories": catalogue.exempt_categories(), "kind": kind},
        )
    if kind not in CATALOGUES:
        raise Http404
    rows = catalogue.proactive() if kind == "proactive" else catalogue.on_request()
    pages = Paginator(rows, ROWS_A_PAGE)
    if not 1 <= number <= pages.num_pages:
        raise Http404
    page = pages.page(number)
    return Page(
        template="catalogue.html",
        title=NAMES[kind],
        context={
            "kind": kind,
            "rows": [_row(p, links) for p in page.object_list],
            "number": number,
            "pages": pages.num_pages,
            "total": pages.count,
            "previous": links.catalogue(kind, number - 1) if number > 1 else "",
            "next": links.catalogue(kind, number + 1) if number < pages.num_pages else "",
            "files": [
                {"name": e.upper(), "url": links.catalogue_file(kind, e)}
                for e in ("csv", "xlsx", "json")
            ],
        },
    )


def catalogue_page_count(kind: str) -> int:
    """How many pages a catalogue has."""
    if kind == "exempt":
        return 1
    rows = catalogue.proactive() if kind == "proactive" else catalogue.on_request()
    return Paginator(rows, ROWS_A_PAGE).num_pages


def document_page(index_no: str, links: Links) -> Page:
    """A document with its catalogue fields; a withdrawn one leaves its tombstone.

    Raises:
        Http404: if nothing was published under this index number.
    """
    record = catalogue.document(index_no)
    if record is None:
        raise Http404
    body = getattr(record, "body", None)
    withdrawn = record.withdrawn_at is not None
    grounds = [str(g) for g in record.redaction_grounds]
    return Page(
        template="document.html",
        title=record.title,
        context={
            "record": record,
            "fields": _fields(record),
            "withdrawn": withdrawn,
            "grounds": grounds,
            "paragraphs": []
            if withdrawn or body is None
            else [marked(line, grounds) for line in body.text.split("\n")],
            "file_url": links.file(record) if record.file_name and not withdrawn else "",
            "catalogue_name": NAMES[record.label],
            "catalogue_url": links.catalogue(record.label),
            "how_to_apply": record.label == Label.ON_REQUEST.value,
        },
    )


def search_page(query: str, links: Links, number: int = 1) -> Page:
    """Search results with the place of each hit."""
    query = query.strip()[:100]
    found = catalogue.search(query, number) if query else None
    return Page(
        template="search.html",
        title=f"检索：{query}" if query else "检索",
        context={
            "query": query,
            "found": found,
            "hits": []
            if found is None
            else [{**_row(hit.publication, links), "snippet": hit.snippet} for hit in found.hits],
            "previous": links.search(query, number - 1) if number > 1 else "",
            "next": links.search(query, number + 1) if found is not None and found.has_next else "",
        },
    )


def marked(line: str, grounds: list[str]) -> SafeString:
    """A line of published text as HTML, each redacted place with its ground for eye and ear."""
    ground = "；".join(grounds) if grounds else "依法不予公开"
    pieces: list[tuple[SafeString]] = []
    start = 0
    for match in _MARK.finditer(line):
        pieces.append((conditional_escape(line[start : match.start()]),))
        pieces.append(
            (
                format_html(
                    '<span class="redacted" tabindex="0" role="note" '
                    'aria-label="此处依法不予公开：{}" data-ground="{}">▇▇▇</span>',
                    ground,
                    ground,
                ),
            )
        )
        start = match.end()
    pieces.append((conditional_escape(line[start:]),))
    return format_html_join("", "{}", pieces)


def _row(record: PublicationRecord, links: Links) -> dict[str, Any]:
    return {
        "index_no": record.index_no,
        "title": record.title,
        "summary": record.summary,
        "doc_no": record.doc_no,
        "issuer": record.issuer,
        "formed_on": record.formed_on,
        "published_at": record.published_at,
        "validity": record.get_validity_display(),
        "withdrawn": record.withdrawn_at is not None,
        "url": links.document(record.index_no),
        "file_url": links.file(record) if record.file_name and record.withdrawn_at is None else "",
        "label": record.label,
    }


def _fields(record: PublicationRecord) -> list[tuple[str, Any]]:
    """The catalogue fields (条例 12 and the catalogue guide); empty ones are left out."""
    rows: list[tuple[str, Any]] = [
        ("索引号", record.index_no),
        ("公开属性", LABEL_NAMES[Label(record.label)]),
        ("发布机构", record.issuer),
        ("文号", record.doc_no),
        ("生成日期", record.formed_on),
        ("公开日期", record.published_at),
        ("有效性", record.get_validity_display()),
        ("体裁", kind_names().get(record.kind, "")),
        ("主题分类", record.theme),
        ("栏目", record.column),
        ("关键词", "、".join(str(k) for k in record.keywords)),
        ("内容概述", record.summary),
        ("版本", f"第 {record.version} 版" if record.version > 1 else ""),
    ]
    return [(name, shown) for name, shown in rows if shown]
