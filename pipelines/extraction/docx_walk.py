"""One story of a docx (body, header, note …) walked in reading order.

The accepted version is the visible text: insertions in, deletions out. What is out is kept apart
(deletions, hidden runs, the unread branch of alternate content) for the annex.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum

from lxml import etree

from domain.documents import BlockKind, UnreadableRegion
from pipelines.extraction.base import Draft, Piece
from pipelines.extraction.docx_package import (
    TEXT_TAGS,
    WordPackage,
    attribute,
    child,
    is_on,
    picture_nodes,
    short,
    text_nodes,
)
from pipelines.extraction.docx_shapes import (
    character,
    has_fill,
    is_joined,
    is_wide,
    letters,
    through,
    whole,
)
from pipelines.extraction.docx_styles import Styles, is_shaded

_VECTOR_SUFFIXES = (".emf", ".wmf", ".emz", ".wmz")
# content of these never shows as text of the page
_SKIPPED = frozenset(
    {
        "w:pPr", "w:rPr", "w:tblPr", "w:tblGrid", "w:trPr", "w:tcPr", "w:sectPr", "w:sdtPr",
        "w:sdtEndPr", "w:instrText", "w:delInstrText", "w:bookmarkStart", "w:bookmarkEnd",
        "w:commentRangeStart", "w:commentRangeEnd", "w:commentReference", "w:proofErr",
        "w:rubyPr", "w:txbxContent", "wp:docPr", "wp:positionH", "wp:positionV",
        "w:fldData", "w:customXmlPr", "w:smartTagPr", "w:tblPrEx",
    }
)  # fmt: skip
_MARKS = {
    "w:tab": "\t",
    "w:ptab": "\t",
    "w:br": "\n",
    "w:cr": "\n",
    "w:noBreakHyphen": "\u2011",
    "w:softHyphen": "\u00ad",
}
# what readers show for the symbol fonts' private code points that official forms use
_SYMBOLS = {
    "f0ab": "★", "f0b6": "★", "f0fe": "☑", "f052": "☑", "f0a8": "□", "f06f": "□", "f0a3": "□",
    "f0fd": "☒", "f053": "☒", "f0fc": "✓", "f050": "✓", "f06c": "●", "f06e": "■", "f0b7": "·",
}  # fmt: skip
_OBJECTS = {
    "w:object": "ole_object",
    "w:control": "control",
    "c:chart": "chart",
    "dgm:relIds": "smartart",
    "w:contentPart": "ink",
    "w:altChunk": "embedded_document",
    "w:subDoc": "embedded_document",
    "v:textpath": "wordart",
}


class _State(Enum):
    SHOWN = "shown"
    DELETED = "deleted"
    HIDDEN = "hidden"


_ANNEX_KINDS = {_State.DELETED: BlockKind.DELETION, _State.HIDDEN: BlockKind.HIDDEN}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    """What holds for an element because of where it stands."""

    state: _State = _State.SHOWN
    inserted: bool = False
    shaded: bool = False
    kind: BlockKind = BlockKind.PARAGRAPH
    table: int | None = None
    row: int | None = None
    column: int | None = None

    def hidden(self) -> _Context:
        return self if self.state is _State.DELETED else replace(self, state=_State.HIDDEN)


@dataclass(slots=True)
class _Paragraph:
    """A paragraph being read: shown pieces, runs of what is not shown, boxes anchored in it."""

    properties: etree._Element | None
    shown: list[Piece] = field(default_factory=list)
    unshown: list[tuple[_State, list[Piece]]] = field(default_factory=list)
    boxes: list[tuple[etree._Element, _Context]] = field(default_factory=list)
    last: _State | None = None
    all_inserted: bool = True

    def add(self, piece: Piece, context: _Context) -> None:
        if context.state is _State.SHOWN:
            self.shown.append(piece)
            self.all_inserted = self.all_inserted and context.inserted
        elif self.last is context.state and self.unshown:
            self.unshown[-1][1].append(piece)
        else:
            self.unshown.append((context.state, [piece]))
        self.last = context.state


class Tables:
    """Numbers tables through the whole document."""

    def __init__(self) -> None:
        self.count = 0

    def next(self) -> int:
        """The next table's number, from 0."""
        self.count += 1
        return self.count - 1


class Story:
    """Writes one part's text into a draft."""

    def __init__(
        self, draft: Draft, package: WordPackage, part: str, styles: Styles, tables: Tables
    ) -> None:
        self._draft = draft
        self._package = package
        self._part = part
        self._styles = styles
        self._tables = tables
        root = package.root(part)
        self._nodes = text_nodes(root)
        self._pictures = picture_nodes(root)
        self._separator = ""
        self._paragraph = _Paragraph(None)
        # True for a field whose instruction is being read, False once its result has begun
        self._fields: list[bool] = []
        self._wrote_text = False
        self._handlers: dict[str, Callable[[etree._Element, _Context], None]] = {
            "w:p": self._read_paragraph,
            "w:tbl": self._read_table,
            "w:r": self._read_run,
            "w:ins": self._read_inserted,
            "w:moveTo": self._read_inserted,
            "w:del": self._read_deleted,
            "w:moveFrom": self._read_deleted,
            "mc:AlternateContent": self._read_alternate,
            "w:fldChar": self._read_field_mark,
            "w:sym": self._read_symbol,
            "w:rt": self._read_hidden,
            "wps:txbx": self._queue_box,
            "v:textbox": self._queue_box,
            "a:blip": self._note_picture,
            "v:imagedata": self._note_picture,
            "v:textpath": self._read_word_art,
            "wp:inline": self._read_drawing,
            "wp:anchor": self._read_drawing,
        }

    def write(self, container: etree._Element, kind: BlockKind, separator: str) -> None:
        """Write a container of paragraphs; ``separator`` goes before its first paragraph."""
        self._separator = separator
        self._fields = []
        context = _Context(kind=kind)
        self._read_children(container, context)
        # text outside any paragraph is a malformed file, but text of the file
        stray, self._paragraph = self._paragraph, _Paragraph(None)
        if stray.shown or stray.unshown:
            self._write_paragraph(stray, context)
        for box, inner in stray.boxes:
            self._read_children(box, inner)

    # -- structure ---------------------------------------------------------------------------

    def _read_children(self, element: etree._Element, context: _Context) -> None:
        for item in element:
            name = short(item)
            handler = self._handlers.get(name)
            if handler is not None:
                handler(item, context)
            elif name in TEXT_TAGS:
                inner = context if name != "w:delText" else replace(context, state=_State.DELETED)
                self._add(item.text or "", inner, self._nodes[item])
            elif name in _MARKS:
                self._add(_MARKS[name], context)
            elif name in _OBJECTS:
                self._note(_OBJECTS[name], context)
            elif name and name not in _SKIPPED:
                self._read_children(item, context)

    def _read_paragraph(self, element: etree._Element, context: _Context) -> None:
        outer = self._paragraph
        properties = child(element, "w:pPr")
        self._paragraph = paragraph = _Paragraph(properties)
        shaded = context.shaded or self._styles.paragraph_is_shaded(properties)
        self._read_children(element, replace(context, shaded=shaded))
        self._paragraph = outer
        self._write_paragraph(paragraph, context)
        for box, inner in paragraph.boxes:
            self._read_children(box, inner)

    def _write_paragraph(self, paragraph: _Paragraph, context: _Context) -> None:
        if context.state is _State.SHOWN:
            self._draft.separate(self._separator)
            self._separator = "" if is_joined(paragraph.properties) else "\n"
        kind = context.kind
        if kind is BlockKind.PARAGRAPH and paragraph.shown and paragraph.all_inserted:
            kind = BlockKind.INSERTION
        self._draft.block(
            kind,
            paragraph.shown,
            part=self._part,
            table=context.table,
            row=context.row,
            column=context.column,
        )
        self._wrote_text = self._wrote_text or any(p.text.strip() for p in paragraph.shown)
        for state, pieces in paragraph.unshown:
            self._draft.annex(_ANNEX_KINDS[state], pieces, part=self._part)

    def _read_table(self, element: etree._Element, context: _Context) -> None:
        number = self._tables.next()
        properties = child(element, "w:tblPr")
        shaded = (
            context.shaded
            or is_shaded(child(properties, "w:shd"))
            or self._styles.table_style_is_shaded(properties)
        )
        kind = BlockKind.TABLE_CELL if context.kind is BlockKind.PARAGRAPH else context.kind
        inner = replace(context, table=number, shaded=shaded, kind=kind)
        for row_number, row in enumerate(through(element, "w:tr")):
            self._read_row(row, replace(inner, row=row_number))

    def _read_row(self, row: etree._Element, context: _Context) -> None:
        properties = child(row, "w:trPr")
        if child(properties, "w:del") is not None:
            context = replace(context, state=_State.DELETED)
        elif is_on(child(properties, "w:hidden")):
            context = context.hidden()
        inserted = context.inserted or child(properties, "w:ins") is not None
        column = whole(attribute(child(properties, "w:gridBefore"), "w:val"))
        shown = context.state is _State.SHOWN
        for place, cell in enumerate(through(row, "w:tc")):
            cell_properties = child(cell, "w:tcPr")
            inner = replace(
                context,
                column=column,
                inserted=inserted,
                shaded=context.shaded or is_shaded(child(cell_properties, "w:shd")),
            )
            column += whole(attribute(child(cell_properties, "w:gridSpan"), "w:val")) or 1
            if child(cell_properties, "w:cellDel") is not None:
                inner = replace(inner, state=_State.DELETED)
            merge = child(cell_properties, "w:vMerge")
            if merge is not None and attribute(merge, "w:val") != "restart":
                # Word shows the first cell of a vertical merge only
                inner = inner.hidden()
            if shown and place:
                self._separator = "\t"
            self._read_children(cell, inner)
            if shown and inner.state is not _State.SHOWN:
                self._draft.separate(self._separator)
                self._separator = ""
        if shown:
            self._separator = "\n"

    # -- runs --------------------------------------------------------------------------------

    def _read_run(self, element: etree._Element, context: _Context) -> None:
        properties = child(element, "w:rPr")
        if self._styles.hides(properties, self._paragraph.properties, shaded=context.shaded):
            context = context.hidden()
        self._read_children(element, context)

    def _read_inserted(self, element: etree._Element, context: _Context) -> None:
        self._read_children(element, replace(context, inserted=True))

    def _read_deleted(self, element: etree._Element, context: _Context) -> None:
        self._read_children(element, replace(context, state=_State.DELETED))

    def _read_hidden(self, element: etree._Element, context: _Context) -> None:
        self._read_children(element, context.hidden())

    def _read_field_mark(self, element: etree._Element, context: _Context) -> None:
        mark = attribute(element, "w:fldCharType")
        if mark == "begin":
            self._fields.append(True)
        elif mark == "separate" and self._fields:
            self._fields[-1] = False
        elif mark == "end" and self._fields:
            self._fields.pop()

    def _read_symbol(self, element: etree._Element, context: _Context) -> None:
        code = (attribute(element, "w:char") or "").lower()
        self._add(_SYMBOLS.get(code) or character(code), context)

    def _add(self, text: str, context: _Context, node: int | None = None) -> None:
        if not text:
            return
        if any(self._fields):
            # text inside a field's instruction steers the field and is not shown
            context = context.hidden()
        self._paragraph.add(Piece(text=text, node=node), context)

    # -- drawings ----------------------------------------------------------------------------

    def _read_alternate(self, element: etree._Element, context: _Context) -> None:
        branches = [b for b in element if short(b) in {"mc:Choice", "mc:Fallback"}]
        if not branches:
            return
        read, *unread = sorted(branches, key=lambda b: short(b) == "mc:Fallback")
        self._read_children(read, context)
        # a branch nobody sees is text of the file all the same, where it says something else
        for branch in unread:
            if letters(branch) != letters(read):
                for pieces in self._lines(branch):
                    self._draft.annex(BlockKind.HIDDEN, pieces, part=self._part)

    def _lines(self, element: etree._Element) -> Iterator[list[Piece]]:
        """Text pieces of each paragraph below an element, whatever its state."""
        pieces: list[Piece] = []
        for item in element.iter():
            name = short(item)
            if name == "w:p" and pieces:
                yield pieces
                pieces = []
            if name in TEXT_TAGS and item.text:
                pieces.append(Piece(text=item.text, node=self._nodes[item]))
        if pieces:
            yield pieces

    def _read_drawing(self, element: etree._Element, context: _Context) -> None:
        if (attribute(child(element, "wp:docPr"), "hidden") or "") in {"1", "true"}:
            context = context.hidden()
        self._read_children(element, context)

    def _queue_box(self, element: etree._Element, context: _Context) -> None:
        shape = element.getparent()
        shaded = shape is not None and has_fill(shape)
        style = (shape.get("style") or "") if shape is not None else ""
        if "visibility:hidden" in style.replace(" ", "").lower():
            context = context.hidden()
        inner = replace(
            context, shaded=shaded, kind=BlockKind.TEXT_BOX, table=None, row=None, column=None
        )
        for content in element:
            if short(content) == "w:txbxContent":
                self._paragraph.boxes.append((content, inner))

    def _note_picture(self, element: etree._Element, context: _Context) -> None:
        if context.state is not _State.SHOWN:
            return
        link = next(
            (
                value
                for name in ("r:embed", "r:id", "r:link", "r:pict")
                if (value := attribute(element, name))
            ),
            None,
        )
        relation = self._package.target(self._part, link)
        target = relation.target.lower() if relation is not None else ""
        reason = "vector_picture" if target.endswith(_VECTOR_SUFFIXES) else "picture"
        if not self._wrote_text and self._part == self._package.main and is_wide(element):
            reason = "head_picture"
        self._note(reason, context, node=self._pictures[element])

    def _read_word_art(self, element: etree._Element, context: _Context) -> None:
        # letters kept in an attribute: no copy keeps them, so they are told with what is hidden
        self._draft.annex(
            BlockKind.HIDDEN, (Piece(text=element.get("string") or ""),), part=self._part
        )
        self._note("wordart", context)

    def _note(self, reason: str, context: _Context, node: int | None = None) -> None:
        if context.state is _State.SHOWN:
            self._draft.unreadable(UnreadableRegion(reason=reason, part=self._part, node=node))
