"""Leaves of a part only what the vocabulary of published files names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from lxml import etree

from redaction.writers.docx_package import MC, WP, A, Element, R, V, w
from redaction.writers.docx_text import TEXT_TAGS
from redaction.writers.docx_vocabulary import (
    ATTRIBUTE_VALUE,
    CHECK_MARK_FONTS,
    CHECK_MARKS,
    ELEMENTS,
    FONT_ATTRIBUTES,
    FONT_NAME,
    GRAPHIC_URIS,
    MATH_ATTRIBUTES,
    MATH_VALUE,
    PLAIN_ATTRIBUTES,
    STYLE_PROPERTY,
    W_ATTRIBUTES,
)

# Fields whose result differs from page to page; every other field becomes its shown result.
_LIVE_FIELD = re.compile(r"\s*(PAGE|NUMPAGES|SECTIONPAGES)\b", re.IGNORECASE)
_FREE_TEXT = frozenset({w("lvlText"), w("name")})
_DELETIONS = (w("del"), w("moveFrom"))
_HOLDS_TEXT = TEXT_TAGS | {w("instrText")}
_OFFSETS = (f"{{{WP}}}posOffset", f"{{{WP}}}align")
_OFFSET = re.compile(r"-?[0-9]{1,9}|left|right|center|inside|outside|top|bottom")
# What a branch of alternate content may require: namespaces whose shapes the vocabulary names.
_KNOWN_NEEDS = frozenset({"wps", "wpg"})
_SHOWN = (f"{{{A}}}blip", f"{{{V}}}imagedata", w("txbxContent"))

LEFT_OUT = "〔图略〕"
"""Stands where a drawing could not be carried over."""


def choose_branches(root: Element, anchored: Collection[Any]) -> None:
    """Of each alternate content leaves one branch.

    That is the one the extractor read; of branches without text the first that needs nothing but
    shapes, else the fallback.
    """
    for alternate in list(root.iter(f"{{{MC}}}AlternateContent")):
        branches = [b for b in alternate if isinstance(b.tag, str)]
        read = [b for b in branches if any(node in anchored for node in b.iter(*TEXT_TAGS))]
        plain = [b for b in branches if b.get("Requires") in _KNOWN_NEEDS]
        chosen = next(iter((*read, *plain, *reversed(branches))), None)
        for branch in branches:
            if branch is not chosen:
                alternate.remove(branch)


def clean(root: Element, live: Collection[Any]) -> int:
    """Drops or unwraps what the vocabulary does not name; returns how many wrappers were opened.

    ``live`` are the text nodes that hold screened text: what lies around them is unwrapped so that
    the text stays; everything else unnamed goes with its content.
    """
    _freeze_fields(root)
    kept = {*live, *_check_marks(root)}
    _drop_deleted(root, kept)
    opened = 0
    for element in list(root.iter()):
        parent = element.getparent()
        if parent is None or not isinstance(element.tag, str):
            if parent is not None:
                parent.remove(element)
            continue
        if element.tag in TEXT_TAGS:
            if element not in kept or element.tag == w("delText"):
                _remove(element)
        elif element.tag not in ELEMENTS:
            if _holds(element, kept):
                _unwrap(element)
                opened += 1
            else:
                _remove(element)
    _hoist_runs(root)
    _replace_empty_drawings(root)
    scrub(root)
    _place_drawings(root)
    return opened


def scrub(root: Element, *, free_text: bool = False) -> None:
    """Leaves of every element only named attributes with harmless values, and no stray text.

    With ``free_text`` the names of styles and the texts of numbering levels stay for the caller to
    rewrite.
    """
    for element in root.iter():
        offset = element.tag in _OFFSETS and _OFFSET.fullmatch((element.text or "").strip())
        if element.tag not in _HOLDS_TEXT and not offset:
            element.text = None
        element.tail = None
        if element.tag == f"{{{V}}}shape":
            # its shape type is gone, and a rectangle shows the same text or picture
            element.tag = f"{{{V}}}rect"
        for name, value in list(element.attrib.items()):
            if not _is_allowed(element, name, value, free_text=free_text):
                del element.attrib[name]
        if element.tag.endswith(("}docPr", "}cNvPr")):
            element.set("name", "")
        if element.tag.startswith(f"{{{V}}}") and element.get("style"):
            listed = STYLE_PROPERTY.findall(element.get("style"))
            element.set("style", ";".join(f"{key}:{value}" for key, value in listed))


def _place_drawings(root: Element) -> None:
    """A floating drawing needs a place in both directions, or Word calls the file damaged."""
    for position in root.iter(f"{{{WP}}}positionH", f"{{{WP}}}positionV"):
        for child in list(position):
            if child.text is None:
                position.remove(child)
        if len(position) == 0:
            etree.SubElement(position, _OFFSETS[0]).text = "0"


def _replace_empty_drawings(root: Element) -> None:
    """Charts, diagrams and objects nobody could read leave a visible word instead."""
    for drawing in list(root.iter(w("drawing"), w("pict"))):
        if next(drawing.iter(*_SHOWN), None) is None:
            node = etree.Element(w("t"))
            node.text = LEFT_OUT
            drawing.getparent().replace(drawing, node)


def _holds(element: Element, live: Collection[Any]) -> bool:
    """Whether something that may be shown stands in an element that has no place itself."""
    if next(element.iter(w("drawing"), w("pict")), None) is not None:
        return element.tag not in (*_DELETIONS, w("object"))
    return _has_live(element, live) or element.tag in _TRANSPARENT


# Opened even when empty: they may hold paragraphs, footnote references or breaks.
_TRANSPARENT = frozenset(
    w(name)
    for name in (
        "ins",
        "moveTo",
        "hyperlink",
        "sdt",
        "sdtContent",
        "smartTag",
        "customXml",
        "bdo",
        "dir",
        "ruby",
        "rubyBase",
    )
) | {f"{{{MC}}}AlternateContent", f"{{{MC}}}Choice", f"{{{MC}}}Fallback"}


def _remove(element: Element) -> None:
    """Removes an element; text behind it (white space in a package part) goes with it."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _unwrap(element: Element) -> None:
    parent = element.getparent()
    at = parent.index(element)
    for child in list(element):
        parent.insert(at, child)
        at += 1
    parent.remove(element)


def _drop_deleted(root: Element, live: Collection[Any]) -> None:
    """Deleted rows, and paragraphs of which tracked deletions left nothing."""
    for row in list(root.iter(w("tr"))):
        if row.find(f"{w('trPr')}/{w('del')}") is not None and not _has_live(row, live):
            _remove(row)
    for table in list(root.iter(w("tbl"))):
        if next(table.iter(w("tr")), None) is None:
            _remove(table)
    for paragraph in list(root.iter(w("p"))):
        deleted = any(paragraph.find(f".//{tag}") is not None for tag in _DELETIONS)
        if not deleted or _has_live(paragraph, live):
            continue
        parent = paragraph.getparent()
        alone = len(parent.findall(w("p"))) < 2
        section = paragraph.find(f"{w('pPr')}/{w('sectPr')}") is not None
        pictured = next(paragraph.iter(w("drawing"), w("pict")), None) is not None
        if not alone and not section and not pictured:
            parent.remove(paragraph)


def _has_live(element: Element, live: Collection[Any]) -> bool:
    return any(node in live for node in element.iter(*TEXT_TAGS))


def _freeze_fields(root: Element) -> None:
    """Page numbers stay fields with an instruction of our own; all others become plain text."""
    for simple in list(root.iter(w("fldSimple"))):
        live = _LIVE_FIELD.match(simple.get(w("instr")) or "")
        if live:
            simple.set(w("instr"), live[1].upper())
        else:
            _unwrap(simple)
    stack: list[list[Element]] = []
    for element in list(root.iter(w("fldChar"), w("instrText"))):
        kind = element.get(w("fldCharType"))
        if kind == "begin":
            stack.append([])
        if stack:
            stack[-1].append(element)
        if kind == "end" and stack:
            _settle_field(stack.pop(), outermost=not stack)
        elif not stack:
            _remove(element)
    for unfinished in stack:
        for element in unfinished:
            _remove(element)


def _settle_field(parts: list[Element], *, outermost: bool) -> None:
    codes = [e for e in parts if e.tag == w("instrText")]
    live = _LIVE_FIELD.match("".join(e.text or "" for e in codes))
    if not live or not outermost or len(codes) != len(parts) - 3:
        for element in parts:
            _remove(element)
        return
    for child in [child for part in parts for child in part]:
        _remove(child)
    codes[0].text = f" {live[1].upper()} "
    for element in codes[1:]:
        _remove(element)


def _check_marks(root: Element) -> list[Element]:
    """Check boxes drawn with symbol fonts become characters; other symbols say unscreened text."""
    made: list[Element] = []
    for symbol in list(root.iter(w("sym"))):
        mark = CHECK_MARKS.get((symbol.get(w("char")) or "").upper())
        if mark and symbol.get(w("font")) in CHECK_MARK_FONTS:
            node = etree.Element(w("t"))
            node.text = mark
            symbol.getparent().replace(symbol, node)
            made.append(node)
        else:
            _remove(symbol)
    return made


def _hoist_runs(root: Element) -> None:
    """No run inside a run (what unwrapped ruby text leaves)."""
    for inner in list(root.iter(w("r"))):
        outer = inner.getparent()
        if outer is None or outer.tag != w("r"):
            continue
        rest = list(inner.itersiblings())
        outer.addnext(inner)
        if rest:
            tail = etree.Element(w("r"))
            tail.extend(rest)
            inner.addnext(tail)


def _is_allowed(element: Element, name: str, value: str, *, free_text: bool) -> bool:
    space = etree.QName(name).namespace
    if space == R:
        # ids are renewed once the relationships are written anew
        return True
    if name in FONT_ATTRIBUTES:
        return FONT_NAME.fullmatch(value) is not None
    if free_text and element.tag in _FREE_TEXT and name == w("val"):
        return True
    if name in MATH_ATTRIBUTES:
        return MATH_VALUE.fullmatch(value) is not None
    if name == "{http://www.w3.org/XML/1998/namespace}space":
        return value == "preserve"
    if space is None:
        return _is_allowed_plain(element, name, value)
    return name in W_ATTRIBUTES and ATTRIBUTE_VALUE.fullmatch(value) is not None


def _is_allowed_plain(element: Element, name: str, value: str) -> bool:
    if element.tag == f"{{{A}}}graphicData" and name == "uri":
        return value in GRAPHIC_URIS
    if name == "style" and element.tag.startswith(f"{{{V}}}"):
        return True
    return name in PLAIN_ATTRIBUTES and ATTRIBUTE_VALUE.fullmatch(value) is not None


def drop_hidden_drawings(root: Element) -> None:
    """Removes drawings that their own properties hide."""
    for properties in list(root.iter(f"{{{WP}}}docPr")):
        if properties.get("hidden") in ("1", "true"):
            drawing = next(properties.iterancestors(w("drawing")), None)
            if drawing is not None:
                _remove(drawing)
    for shape in list(root.iter()):
        style = shape.get("style") if isinstance(shape.tag, str) else None
        if style and re.search(r"visibility\s*:\s*hidden|display\s*:\s*none", style):
            _remove(shape)


def remove_all(elements: Iterable[Element]) -> int:
    """Removes the elements; returns how many were still there."""
    count = 0
    for element in elements:
        if element.getparent() is not None:
            element.getparent().remove(element)
            count += 1
    return count
