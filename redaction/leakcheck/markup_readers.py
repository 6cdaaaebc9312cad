"""Readers of finished html and text."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from redaction.leakcheck.carriers import unfolded_bytes
from redaction.leakcheck.readings import Reader, ReaderFailed, Reading, Sight

_UNSEEN = frozenset({"title", "style", "script", "noscript", "template"})


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ReaderFailed("not_utf8") from None


def read_bytes(data: bytes) -> Iterator[Reading]:
    """The raw bytes and their plain decodings."""
    return unfolded_bytes("file", data)


def read_text(data: bytes) -> Iterator[Reading]:
    """The whole text."""
    yield Reading(place="text", sight=Sight.TEXT, text=_decoded(data))


def read_lxml(data: bytes) -> Iterator[Reading]:
    """Text, unseen elements and attributes, by libxml2's parser."""
    parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True)
    try:
        root = lxml_html.document_fromstring(_decoded(data).encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise ReaderFailed("unparseable") from None
    shown: list[str] = []
    unseen: list[str] = []
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event == "start":
            (unseen if _is_unseen(element) else shown).append(element.text or "")
            for name, value in element.attrib.items():
                yield Reading(place=f"attribute:{name}", sight=Sight.MARKUP, text=value)
            continue
        if event in ("comment", "pi"):
            yield Reading(place=event, sight=Sight.MARKUP, text=element.text or "")
        above = element.getparent()
        inside = above is not None and _is_unseen(above)
        (unseen if inside else shown).append(element.tail or "")
    yield Reading(place="text", sight=Sight.TEXT, text="".join(shown))
    for text in unseen:
        yield Reading(place="unseen", sight=Sight.MARKUP, text=text)


def _is_unseen(element: Any) -> bool:
    return isinstance(element.tag, str) and element.tag in _UNSEEN


class _Listener(HTMLParser):
    """Collects what the standard library's parser makes of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.shown: list[str] = []
        self.other: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        self.other.extend(value for _name, value in attrs if value)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN

    def handle_data(self, data: str) -> None:
        (self.other if self._unseen > 0 else self.shown).append(data)

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)


def read_stdlib(data: bytes) -> Iterator[Reading]:
    """Text, comments and attributes, by the standard library's parser."""
    listener = _Listener()
    try:
        listener.feed(_decoded(data))
        listener.close()
    except AssertionError:
        # how the standard library refuses a malformed declaration
        raise ReaderFailed("unparseable") from None
    yield Reading(place="text", sight=Sight.TEXT, text="".join(listener.shown))
    for text in listener.other:
        yield Reading(place="markup", sight=Sight.MARKUP, text=text)


_BYTES = Reader(name="bytes", read=read_bytes)
HTML = (
    _BYTES,
    Reader(name="lxml.html", read=read_lxml),
    Reader(name="html.parser", read=read_stdlib),
)
TEXT = (_BYTES, Reader(name="text", read=read_text))
