"""Web pages: the text a reader would see, in document order.

White space is folded as a browser folds it; block elements begin new lines, table cells are
separated by tabs. What is in the file and not shown (hidden elements, comments, templates) goes to
the annex as HIDDEN, the title and meta entries as METADATA. Scripts and styles are no text.
``AnchoredRun.node`` counts every non-empty text node of the document in document order.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import lxml.html
from lxml import etree

from domain.documents import BlockKind, ExtractedText, MediaType, UnreadableRegion
from domain.errors import TooLarge, UnreadableFile
from pipelines.extraction.base import MAX_ELEMENTS, Draft, Piece

VERSION = "html-1"

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_CHARSET_WITHIN = 4096
_CHINESE_CHARSETS = frozenset({"gb2312", "gbk", "gb18030", "x-gbk", "hz-gb-2312", "cp936"})
_NO_TEXT = frozenset({"script", "style", "link", "base"})
_NEVER_SHOWN = frozenset({"template", "noscript", "noframes", "datalist"})
_UNREADABLE = {
    "img": "picture",
    "svg": "picture",
    "canvas": "picture",
    "video": "video",
    "audio": "audio",
    "iframe": "embedded_document",
    "frame": "embedded_document",
    "object": "embedded_object",
    "embed": "embedded_object",
    "applet": "embedded_object",
}
_BLOCKS = frozenset(
    {
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd",
        "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure",
        "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html",
        "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre",
        "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
    }
)  # fmt: skip
# of the blocks, those that make up a table; all others begin no line where a cell has just begun
_INSIDE_CELLS = _BLOCKS - {"caption", "table", "tbody", "tfoot", "thead", "tr"}
_CELLS = frozenset({"td", "th"})
_KEEPS_SPACE = frozenset({"pre", "textarea"})
# what a style must say for an element not to be seen
_HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0+)?(?:;|$)|font-size:0(?:px|pt|em|rem|%)?(?:;|!|$)|"
    r"text-indent:-\d{3,}|(?:left|top):-\d{4,}"
)
_WHITE = re.compile(r"(?:^|;)color:(?:white|#fff|#ffffff|rgb\(255,255,255\))(?:;|!|$)")
_BACKGROUND = re.compile(r"background(?:-color|-image)?:(?!none|transparent|white|#fff)")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?(?:([.#])([\w-]+))?", re.IGNORECASE)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE_RUN = re.compile(r"[ \t\r\n\f]+")


def extract(data: bytes) -> ExtractedText:
    """The visible text of a page, then the annex of what is not shown.

    Raises:
        UnreadableFile: in no encoding readable.
        TooLarge: nested too deep or with too much in one place for the parser (which would
            silently drop the rest).
    """
    text, encoding = decode(data)
    if text.count("<") > 2 * MAX_ELEMENTS:
        raise TooLarge(code="too_many_elements")
    draft = Draft(MediaType.HTML, VERSION)
    if text.strip():
        _Page(draft, _parsed(text)).write()
    return draft.finish(encoding=encoding)


def decode(data: bytes) -> tuple[str, str]:
    """The text of the page and its encoding: byte order mark, declared, UTF-8, GB18030.

    Raises:
        UnreadableFile: none of them fits.
    """
    for bom, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(bom):
            return _decoded(data[len(bom) :], (name,))
    if data.startswith(codecs.BOM_UTF8):
        return _decoded(data[len(codecs.BOM_UTF8) :], ("utf-8",))
    declared = _META_CHARSET.search(data[:_CHARSET_WITHIN])
    names = ["utf-8", "gb18030"]
    if declared:
        name = declared[1].decode("ascii", "replace").lower()
        # a page that says gb2312 uses the wider set sooner or later
        name = "gb18030" if name in _CHINESE_CHARSETS else name
        names = [name, *(n for n in names if n != name)]
    return _decoded(data, names)


def _decoded(data: bytes, names: tuple[str, ...] | list[str]) -> tuple[str, str]:
    for name in names:
        try:
            return data.decode(name), name
        except (UnicodeDecodeError, LookupError):
            continue
    raise UnreadableFile(code="not_text")


def _parsed(text: str) -> etree._Element:
    # the parser ends a text at a NUL and refuses an encoding declared inside a decoded text
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\0", "\ufffd"))
    parser = lxml.html.HTMLParser(huge_tree=False, no_network=True)
    try:
        root = lxml.html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        raise UnreadableFile from None
    if any(entry.level == etree.ErrorLevels.FATAL for entry in parser.error_log):
        raise TooLarge(code="too_deep")
    return root


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    hidden: bool = False
    filled: bool = False
    keeps_space: bool = False
    kind: BlockKind = BlockKind.PARAGRAPH
    table: int | None = None
    row: int | None = None
    column: int | None = None


class _Page:
    """Walks the tree once; text waits in ``_line`` until its block ends."""

    def __init__(self, draft: Draft, root: etree._Element) -> None:
        self._draft = draft
        self._root = root
        self._line: list[Piece] = []
        self._line_context = _Context()
        self._hidden: list[Piece] = []
        self._pending = ""
        self._node = -1
        self._pictures = -1
        # rows begun so far of each table, and where the text of the open row starts
        self._rows: list[int] = []
        self._row_start = 0
        self._rules = tuple(_hiding_rules(root))

    def write(self) -> None:
        self._read(self._root, _Context())
        self._end_line("\n")
        self._end_hidden()
        for name, value in _metadata(self._root):
            self._draft.metadata(name, value)

    def _read(self, element: etree._Element, context: _Context) -> None:
        if not isinstance(element.tag, str):
            if element.tag is etree.Comment:
                self._end_hidden()
                self._hidden.extend(_folded(element.text or "", None))
                self._end_hidden()
            return
        tag = element.tag.lower()
        if tag in _NO_TEXT or tag == "title":
            self._count(element)
            return
        inner = self._inner(element, tag, context)
        if tag in _UNREADABLE:
            self._pictures += 1
            if not inner.hidden:
                self._draft.unreadable(
                    UnreadableRegion(reason=_UNREADABLE[tag], node=self._pictures)
                )
        if inner.hidden and not context.hidden:
            self._end_hidden()
        if tag in _BLOCKS or tag == "br":
            self._end_line("\n", always=tag not in _INSIDE_CELLS)
        elif tag in _CELLS:
            self._begin_cell(inner.column or 0)
        self._text(element.text, inner)
        self._read_children(element, tag, inner)
        if tag in _BLOCKS or tag in _CELLS:
            self._end_line("\n" if tag in _BLOCKS else "", always=tag not in _INSIDE_CELLS)
        if tag == "input" and (value := element.get("value")):
            self._hidden.append(Piece(text=value))
            self._end_hidden()
        if inner.hidden and not context.hidden:
            self._end_hidden()

    def _read_children(self, element: etree._Element, tag: str, context: _Context) -> None:
        column, outer_row_start = 0, self._row_start
        if tag == "table":
            self._rows.append(0)
            context = replace(context, table=len(self._rows) - 1, kind=BlockKind.TABLE_CELL)
        for item in element:
            name = item.tag.lower() if isinstance(item.tag, str) else ""
            inner = context
            if name == "tr" and context.table is not None:
                inner = replace(context, row=self._rows[context.table])
                self._rows[context.table] += 1
                self._row_start = self._draft.length
            elif name in _CELLS:
                inner = replace(context, column=column)
                column += _whole(item.get("colspan")) or 1
            self._read(item, inner)
            self._text(item.tail, context)
        self._row_start = outer_row_start

    def _begin_cell(self, column: int) -> None:
        """Put one tab for every cell begun after the row's first, also where cells are empty."""
        self._end_line("")
        if not column or not self._draft.length:
            return
        if self._draft.length > self._row_start and self._pending.strip("\t"):
            # the last cell's own paragraphs asked for a new line: the cell's end outweighs it
            self._pending = ""
        self._pending += "\t"

    def _inner(self, element: etree._Element, tag: str, context: _Context) -> _Context:
        style = "".join((element.get("style") or "").split()).lower()
        filled = (
            context.filled
            or bool(_BACKGROUND.search(style))
            or element.get("bgcolor", "").lower() not in {"", "white", "#ffffff"}
        )
        hidden = (
            context.hidden
            or tag in _NEVER_SHOWN
            or "hidden" in element.attrib
            or bool(_HIDING.search(style))
            or (bool(_WHITE.search(style)) and not filled)
            or (tag == "input" and element.get("type", "").lower() == "hidden")
            or any(_matches(element, tag, rule) for rule in self._rules)
        )
        if not hidden and tag == "font" and not filled:
            hidden = element.get("color", "").lower() in {"white", "#ffffff", "#fff"}
        if (hidden, filled) == (context.hidden, context.filled) and tag not in _KEEPS_SPACE:
            return context
        keeps = context.keeps_space or tag in _KEEPS_SPACE
        return replace(context, hidden=hidden, filled=filled, keeps_space=keeps)

    def _text(self, text: str | None, context: _Context) -> None:
        if not text:
            return
        self._node += 1
        if context.keeps_space and not context.hidden:
            self._write_kept(text, context)
            return
        pieces = _folded(text, self._node)
        if context.hidden:
            self._hidden.extend(pieces)
            return
        self._end_hidden()
        if not self._line:
            self._line_context = context
        self._line.extend(pieces)

    def _write_kept(self, text: str, context: _Context) -> None:
        place = 0
        for line in text.splitlines(keepends=True):
            bare = line.rstrip("\r\n")
            if not self._line:
                self._line_context = context
            if bare:
                self._line.append(Piece(text=bare, node=self._node, offset=place))
            place += len(line)
            if bare != line:
                self._end_line("\n")

    def _count(self, element: etree._Element) -> None:
        """Count the text nodes below an element that is passed over."""
        for item in element.iter():
            self._node += bool(item.text) if isinstance(item.tag, str) else 0
            self._node += bool(item.tail) if item is not element else 0

    def _end_line(self, separator: str, *, always: bool = True) -> None:
        """Write the waiting line; ``always``: the separator also outweighs a cell's tab."""
        pieces, self._line = _trimmed(self._line), []
        context = self._line_context
        if pieces:
            self._draft.separate(self._pending)
            self._pending = ""
            self._draft.block(
                context.kind,
                pieces,
                table=context.table if context.row is not None else None,
                row=context.row,
                column=context.column,
            )
        if self._draft.length and separator and (always or not self._pending.endswith("\t")):
            self._pending = separator

    def _end_hidden(self) -> None:
        pieces, self._hidden = _trimmed(self._hidden), []
        self._draft.annex(BlockKind.HIDDEN, pieces)


def _folded(text: str, node: int | None) -> Iterator[Piece]:
    """Pieces of a text node with runs of white space folded to one blank."""
    place = 0
    for gap in _SPACE_RUN.finditer(text):
        if gap.start() > place:
            yield Piece(text=text[place : gap.start()], node=node, offset=place)
        # a lone blank is the source's own character; a longer run stands for one
        own = node if gap[0] == " " else None
        yield Piece(text=" ", node=own, offset=gap.start() if own is not None else 0)
        place = gap.end()
    if place < len(text):
        yield Piece(text=text[place:], node=node, offset=place)


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    """The pieces of a line without blanks at its ends and without a blank after a blank."""
    out: list[Piece] = []
    for piece in pieces:
        if piece.text == " " and (not out or out[-1].text == " "):
            continue
        out.append(piece)
    while out and out[-1].text == " ":
        out.pop()
    return out


def _hiding_rules(root: etree._Element) -> Iterator[tuple[str, str, str]]:
    """Simple selectors (tag, "." or "#", name) of the page's own rules that hide elements."""
    for style in root.iter("style"):
        for selectors, body in _RULE.findall(_CSS_COMMENT.sub("", style.text or "")):
            if not _HIDING.search("".join(body.split()).lower()):
                continue
            for selector in selectors.split(","):
                found = _SELECTOR.fullmatch(selector.strip())
                if found and (found[1] or found[3]):
                    yield (found[1] or "").lower(), found[2] or "", found[3] or ""


def _matches(element: etree._Element, tag: str, rule: tuple[str, str, str]) -> bool:
    wanted, kind, name = rule
    if wanted and wanted != tag:
        return False
    if kind == "#":
        return bool(element.get("id") == name)
    if kind == ".":
        return name in (element.get("class") or "").split()
    return bool(wanted)


def _metadata(root: etree._Element) -> Iterator[tuple[str, str]]:
    for title in root.iter("title"):
        yield "title", " ".join("".join(str(t) for t in title.itertext()).split())
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property") or ""
        if name and name.lower() not in {"viewport", "generator", "renderer", "robots"}:
            yield name, meta.get("content") or ""


def _whole(value: str | None) -> int:
    digits = (value or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
