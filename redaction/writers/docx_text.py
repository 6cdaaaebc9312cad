"""The marks laid on a part's text nodes, exactly where the extractor found the text."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lxml import etree

from domain.documents import AnchoredRun, ExtractedText
from domain.errors import CannotMask
from domain.publication import Mark
from domain.spans import TextSpan
from redaction.writers.base import MaskedText, Piece
from redaction.writers.docx_package import XML, A, Element, M, w

TEXT_TAGS = frozenset({w("t"), w("delText"), f"{{{M}}}t", f"{{{A}}}t"})
"""Text-bearing elements; anchors count them in document order of the untouched part."""

_SHADE = "D9D9D9"
_INSIDE_MARKS = tuple(w(name) for name in ("noBreakHyphen", "softHyphen", "sym"))
_KEPT_IN_MARKS = tuple(w(name) for name in ("rFonts", "b", "sz", "szCs"))

Anchors = Mapping[int, Sequence[AnchoredRun]]


def anchors_by_node(extracted: ExtractedText, part: str) -> Anchors:
    """The anchors of one part, by text node, in order of offset."""
    out: dict[int, list[AnchoredRun]] = {}
    for run in extracted.anchors:
        if run.part == part:
            out.setdefault(run.node, []).append(run)
    for runs in out.values():
        runs.sort(key=lambda run: run.offset)
    return out


def text_nodes(root: Element) -> list[Element]:
    """Text-bearing elements of an untouched part in document order."""
    return [node for node in root.iter() if node.tag in TEXT_TAGS]


def apply(
    root: Element,
    anchors: Anchors,
    extracted: ExtractedText,
    masked: MaskedText,
    number_of: Callable[[Mark], str],
) -> tuple[frozenset[Any], int]:
    """Leaves in the part only text that the extractor saw, called visible, and no mark covers.

    Replacements go to the first node of their mark, in a shaded run of its own. ``number_of`` gives
    the legend's number for a mark's ground.

    Returns:
        The nodes that still hold text, and how many characters of other nodes were dropped because
        no anchor speaks for them.

    Raises:
        CannotMask: if an anchor does not tell the truth about the part.
    """
    nodes = text_nodes(root)
    if anchors and max(anchors) >= len(nodes):
        raise CannotMask
    _drop_between(root, nodes, anchors, masked)
    live: set[Any] = set()
    dropped = 0
    for number, node in enumerate(nodes):
        text = node.text or ""
        pieces: list[Piece] = []
        seen = 0
        for run in anchors.get(number, ()):
            _check(run, text, extracted, seen)
            seen = run.offset + run.span.length
            pieces.extend(_visible(run.span, masked))
        if not anchors.get(number):
            dropped += len(text.strip()) if node.tag != w("delText") else 0
        live.update(_put(node, pieces, number_of))
    return frozenset(live), dropped


def _drop_between(
    root: Element, nodes: Sequence[Element], anchors: Anchors, masked: MaskedText
) -> None:
    """Removes hyphens and symbols that stand inside one mark: they would tell of its shape."""
    edges = {
        nodes[number]: (
            masked.mark_at(runs[0].span.start),
            masked.mark_at(runs[-1].span.end - 1),
        )
        for number, runs in anchors.items()
    }
    before: int | None = None
    waiting: list[Element] = []
    for element in list(root.iter(*TEXT_TAGS, *_INSIDE_MARKS, w("p"))):
        if element.tag == w("p"):
            before, waiting = None, []
        elif element.tag in _INSIDE_MARKS:
            waiting.append(element)
        elif element in edges:
            first, last = edges[element]
            if before is not None and first == before:
                for inner in waiting:
                    inner.getparent().remove(inner)
            before, waiting = last, []


def _check(run: AnchoredRun, text: str, extracted: ExtractedText, seen: int) -> None:
    end = run.offset + run.span.length
    if run.offset < seen or text[run.offset : end] != run.span.cut(extracted.text):
        raise CannotMask


def _visible(span: TextSpan, masked: MaskedText) -> tuple[Piece, ...]:
    if not masked.is_hidden(span):
        return masked.pieces(span)
    # a node lies in one block: partly hidden means the extractor split it, so keep what is shown
    out: list[Piece] = []
    at = span.start
    for hidden in masked.hidden:
        if hidden.end <= at or hidden.start >= span.end:
            continue
        if hidden.start > at:
            out.extend(masked.pieces(TextSpan(start=at, end=hidden.start)))
        at = hidden.end
    if at < span.end:
        out.extend(masked.pieces(TextSpan(start=at, end=span.end)))
    return tuple(out)


def _put(node: Element, pieces: Sequence[Piece], number_of: Callable[[Mark], str]) -> list[Element]:
    """Writes the pieces in the node's place; returns the nodes that now hold text."""
    run = node.getparent()
    if not any(piece.mark for piece in pieces) or node.tag != w("t") or run.tag != w("r"):
        _set(node, "".join(piece.text for piece in pieces))
        return [node] if pieces else []
    rest = list(node.itersiblings())
    at = run
    out: list[Element] = []
    first = pieces[0]
    if first.mark is None:
        _set(node, first.text)
        out.append(node)
        pieces = pieces[1:]
    else:
        run.remove(node)
    for piece in pieces:
        fresh = (
            _plain_run(run, piece.text)
            if piece.mark is None
            else _shaded_run(run, piece.text, number_of(piece.mark))
        )
        at.addnext(fresh)
        at = fresh
        out.extend(fresh.iter(w("t")))
    if rest:
        tail = _plain_run(run, None)
        tail.extend(rest)
        at.addnext(tail)
    return out


def _set(node: Element, text: str) -> None:
    node.text = text
    if text != text.strip() and node.tag == w("t"):
        node.set(f"{{{XML}}}space", "preserve")


def _plain_run(model: Element, text: str | None) -> Element:
    run = etree.Element(w("r"))
    properties = model.find(w("rPr"))
    if properties is not None:
        run.append(copy.deepcopy(properties))
    if text is not None:
        _set(etree.SubElement(run, w("t")), text)
    return run


def _shaded_run(model: Element, text: str, number: str) -> Element:
    run = etree.Element(w("r"))
    properties = etree.SubElement(run, w("rPr"))
    source = model.find(w("rPr"))
    if source is not None:
        # width, spacing and fitted text would tell how long the removed text was
        for name in _KEPT_IN_MARKS:
            found = source.find(name)
            if found is not None:
                properties.append(copy.deepcopy(found))
    etree.SubElement(
        properties, w("shd"), {w("val"): "clear", w("color"): "auto", w("fill"): _SHADE}
    )
    _set(etree.SubElement(run, w("t")), text + number)
    return run
