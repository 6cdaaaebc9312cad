"""Word documents: an own walk over an allow-list of parts.

Text order: headers, body (text boxes after the paragraph they are anchored in), footers, notes,
then the annex of what is in the file and not shown: deletions, hidden text, comments, properties.
Automatic numbering ("一、" produced by numbering.xml) is layout and is not rendered as text.
Pictures, charts, diagrams and embedded objects are reported as unreadable regions.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from domain.documents import BlockKind, ExtractedText, MediaType
from pipelines.extraction.base import Draft, Piece
from pipelines.extraction.docx_package import (
    TEXT_TAGS,
    WordPackage,
    attribute,
    child,
    is_on,
    short,
    text_nodes,
)
from pipelines.extraction.docx_styles import Styles
from pipelines.extraction.docx_walk import Story, Tables
from pipelines.extraction.office_properties import write_properties

VERSION = "docx-1"


def extract(data: bytes) -> ExtractedText:
    """The text of a docx with anchors to every text node.

    ``AnchoredRun.node`` counts w:t, m:t, a:t and w:delText of a part in document order of the
    untouched XML; ``UnreadableRegion.node`` counts a:blip and v:imagedata in the same way.

    Raises:
        UnreadableFile, EncryptedFile, TooLarge: the package is damaged, locked or over a limit.
    """
    package = WordPackage(data)
    draft = Draft(MediaType.DOCX, VERSION)
    styles, tables = Styles(package.styles), Tables()

    def write(part: str, container: etree._Element, kind: BlockKind) -> None:
        separator = "\n" if draft.length else ""
        Story(draft, package, part, styles, tables).write(container, kind, separator)

    shown = tuple(_furniture(package, "w:headerReference"))
    for part in shown:
        write(part, package.root(part), BlockKind.HEADER)
    body = child(package.root(package.main), "w:body")
    if body is not None:
        write(package.main, body, BlockKind.PARAGRAPH)
    for part, note in _notes(package):
        write(part, note, BlockKind.FOOTNOTE)
    footers = tuple(_furniture(package, "w:footerReference"))
    for part in footers:
        write(part, package.root(part), BlockKind.FOOTER)
    _write_unshown(draft, package, {*shown, *footers})
    write_properties(draft, package.package)
    return draft.finish()


def _furniture(package: WordPackage, reference: str) -> Iterator[str]:
    """Header or footer parts that some section shows, each once, in the order of the sections."""
    seen: set[str] = set()
    settings = package.parts_of_kind("settings")
    even_pages = bool(settings) and bool(
        is_on(child(package.root(settings[0]), "w:evenAndOddHeaders"))
    )
    for section in package.root(package.main).iter():
        if short(section) != "w:sectPr":
            continue
        title_page = bool(is_on(child(section, "w:titlePg")))
        for item in section:
            if short(item) != reference:
                continue
            kind = attribute(item, "w:type") or "default"
            if (kind == "first" and not title_page) or (kind == "even" and not even_pages):
                continue
            relation = package.target(package.main, attribute(item, "r:id"))
            part = relation.target if relation is not None and not relation.external else ""
            if part in package.package and part not in seen:
                seen.add(part)
                yield part


def _notes(package: WordPackage) -> Iterator[tuple[str, etree._Element]]:
    for kind in ("footnotes", "endnotes"):
        for part in package.parts_of_kind(kind):
            for note in package.root(part):
                # separators are drawn lines
                if short(note) in {"w:footnote", "w:endnote"} and attribute(note, "w:type") in {
                    None,
                    "normal",
                }:
                    yield part, note


def _write_unshown(draft: Draft, package: WordPackage, shown: set[str]) -> None:
    """Comments, headers and footers that no section shows, and the glossary, into the annex."""
    for kind in ("header", "footer", "glossaryDocument"):
        for part in package.parts_of_kind(kind):
            if part not in shown:
                _annex(draft, part, BlockKind.HIDDEN, (root := package.root(part)), root)
    for part in package.parts_of_kind("comments"):
        for comment in (root := package.root(part)):
            _annex(draft, part, BlockKind.COMMENT, root, comment)
    for part in package.parts_of_kind("settings"):
        for variable in package.root(part).iter():
            name = attribute(variable, "w:name") or ""
            # office systems keep the 密级 of a paper in such a variable; the rest is machinery
            if short(variable) == "w:docVar" and "密" in name:
                draft.metadata(name, attribute(variable, "w:val") or "", part=part)


def _annex(
    draft: Draft, part: str, kind: BlockKind, root: etree._Element, unit: etree._Element
) -> None:
    """Put all text below ``unit`` of a part into the annex as one block, a line a paragraph."""
    nodes = text_nodes(root)
    pieces: list[Piece] = []
    for item in unit.iter():
        name = short(item)
        if name == "w:p" and pieces:
            pieces.append(Piece(text="\n"))
        if name in TEXT_TAGS and item.text:
            pieces.append(Piece(text=item.text, node=nodes[item]))
    draft.annex(kind, pieces, part=part)
