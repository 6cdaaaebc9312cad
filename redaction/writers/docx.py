"""Redacted docx: a new package of what the extractor saw, never an edited original."""

from __future__ import annotations

import posixpath
from typing import Any

from lxml import etree

from domain.documents import UNPUBLISHED_KINDS, ExtractedText, MediaType
from domain.errors import CannotMask
from domain.publication import Mark, RedactionPlan, WrittenCopy
from redaction.writers import docx_cleaning, docx_pictures, docx_styles, docx_text
from redaction.writers.base import MaskedText, ground_number, legend, unseen_marks
from redaction.writers.docx_package import (
    XML,
    Element,
    NewPackage,
    R,
    Relationship,
    SourcePackage,
    W,
    w,
)
from redaction.writers.docx_visibility import Visibility

_MAIN = "word/document.xml"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
_NOTES = ("footnotes", "endnotes")
_HEADERS = {w("headerReference"): "header", w("footerReference"): "footer"}
# Notes with these ids are the separator lines, which nothing refers to.
_SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})


def write(data: bytes, extracted: ExtractedText, plan: RedactionPlan) -> WrittenCopy:
    """A new docx with document, headers, footers, notes, styles and numbering, and nothing else.

    Text is kept only where an anchor of a visible block speaks for it. ``notes`` tell what was left
    out: ``unanchored:<part>:<characters>``, ``hidden_runs:<part>:<count>``,
    ``pictures_covered:<part>:<count>``, ``picture_unreadable:<part>:<ordinal>``,
    ``part_left_out:<part>``.

    Raises:
        DigestMismatch: if the plan belongs to another text.
        CannotMask: if the file is damaged, an anchor does not tell the truth, or a mark covers
            visible text that no anchor finds.
    """
    masked = MaskedText(extracted, plan)
    if unseen_marks(extracted, plan):
        raise CannotMask
    return _Rebuild(SourcePackage(data), extracted, plan, masked).run()


class _Rebuild:
    """One docx on its way from the source package to the new one."""

    def __init__(
        self,
        source: SourcePackage,
        extracted: ExtractedText,
        plan: RedactionPlan,
        masked: MaskedText,
    ) -> None:
        self._source = source
        self._extracted = extracted
        self._plan = plan
        self._masked = masked
        self._target = NewPackage()
        self._notes: list[str] = []
        self._done: set[str] = set()
        self._main = source.main_part()
        self._rels = source.relationships(self._main)
        styles = self._only("styles")
        self._styles = source.tree(styles) if styles else None
        theme = self._only("theme")
        self._fonts = docx_styles.theme_fonts(source.tree(theme) if theme else None)
        self._style_ids = docx_styles.renamed_styles(self._styles)
        self._used_styles: set[str] = set()
        self._visibility = Visibility(self._styles)

    def run(self) -> WrittenCopy:
        """The finished copy."""
        root = self._text_part(self._main, _MAIN)
        self._headers(root)
        self._note_parts(root)
        self._add_legend(root)
        self._target.add_xml(_MAIN, root, _TYPE.format("document.main"))
        self._formatting_parts()
        self._target.relate("", _MAIN, "officeDocument")
        self._report_parts()
        return WrittenCopy(
            data=self._target.finish(),
            media_type=MediaType.DOCX,
            extension=".docx",
            method="rebuild",
            notes=tuple(self._notes),
        )

    def _only(self, kind: str) -> str | None:
        return next((r.target for r in self._rels.values() if r.kind == kind), None)

    def _text_part(self, name: str, new_name: str) -> Element:
        """A part with its marks applied, cleaned, its pictures placed."""
        root = self._source.tree(name)
        self._done.add(name)
        anchors = docx_text.anchors_by_node(self._extracted, name)
        anchored = self._visible_nodes(root, anchors)
        pictures = docx_pictures.picture_elements(root)
        kept, failed = docx_pictures.kept_pictures(
            self._source,
            self._source.relationships(name),
            pictures,
            docx_pictures.decided_pictures(self._plan, name),
        )
        live, dropped = docx_text.apply(
            root, anchors, self._extracted, self._masked, self._number_of
        )
        hidden = docx_cleaning.remove_all(self._visibility.hidden_runs(root))
        docx_cleaning.drop_hidden_drawings(root)
        docx_cleaning.choose_branches(root, anchored | live)
        docx_styles.resolve_theme_fonts(root, self._fonts)
        docx_cleaning.clean(root, live)
        self._used_styles |= docx_styles.references(root)
        docx_styles.rename_references(root, self._style_ids)
        black = docx_pictures.place_pictures(root, new_name, kept, self._target)
        _drop_relationship_ids(root)
        _number_drawings(root)
        for code, count in (
            ("unanchored", dropped),
            ("hidden_runs", hidden),
            ("pictures_covered", black),
        ):
            if count:
                self._notes.append(f"{code}:{name}:{count}")
        self._notes.extend(f"picture_unreadable:{name}:{number}" for number in failed)
        return root

    def _visible_nodes(self, root: Element, anchors: docx_text.Anchors) -> frozenset[Any]:
        nodes = docx_text.text_nodes(root)
        return frozenset(
            nodes[number]
            for number, runs in anchors.items()
            if number < len(nodes) and not any(self._masked.is_hidden(run.span) for run in runs)
        )

    def _number_of(self, mark: Mark) -> str:
        return ground_number(self._plan, mark)

    def _headers(self, root: Element) -> None:
        made: dict[str, str] = {}
        for reference in list(root.iter(*_HEADERS)):
            rel = self._rels.get(reference.get(f"{{{R}}}id") or "")
            kind = _HEADERS[reference.tag]
            if rel is None or rel.kind != kind:
                reference.getparent().remove(reference)
                continue
            if rel.target not in made:
                new_name = f"word/{kind}{len(made) + 1}.xml"
                self._add_part(rel, new_name, kind)
                made[rel.target] = self._target.relate(_MAIN, new_name, kind)
            reference.set(f"{{{R}}}id", made[rel.target])

    def _add_part(self, rel: Relationship, new_name: str, kind: str) -> None:
        part = self._text_part(rel.target, new_name)
        self._target.add_xml(new_name, part, _TYPE.format(kind))

    def _note_parts(self, root: Element) -> None:
        for kind in _NOTES:
            name = self._only(kind)
            references = list(root.iter(w(f"{kind[:-1]}Reference")))
            if name is None or not references:
                docx_cleaning.remove_all(references)
                continue
            new_name = f"word/{kind}.xml"
            part = self._text_part(name, new_name)
            used = {r.get(w("id")) for r in references}
            for note in list(part):
                if note.get(w("type")) not in _SEPARATORS and note.get(w("id")) not in used:
                    part.remove(note)
            present = {note.get(w("id")) for note in part}
            docx_cleaning.remove_all(r for r in references if r.get(w("id")) not in present)
            self._target.add_xml(new_name, part, _TYPE.format(kind))
            self._target.relate(_MAIN, new_name, kind)

    def _formatting_parts(self) -> None:
        numbering = self._only("numbering")
        if numbering is not None:
            root = self._source.tree(numbering)
            self._used_styles |= docx_styles.references(root)
            docx_styles.resolve_theme_fonts(root, self._fonts)
            docx_styles.clean_numbering(root, self._style_ids)
            self._add_formatting("numbering", root)
        if self._styles is not None:
            docx_styles.drop_unused(self._styles, self._used_styles)
            docx_styles.resolve_theme_fonts(self._styles, self._fonts)
            docx_styles.clean_styles(self._styles, self._style_ids)
            self._add_formatting("styles", self._styles)
        self._add_formatting("settings", self._settings())

    def _add_formatting(self, kind: str, root: Element) -> None:
        name = f"word/{kind}.xml"
        self._target.add_xml(name, root, _TYPE.format(kind))
        self._target.relate(_MAIN, name, kind)

    def _settings(self) -> Element:
        """Settings of our own: the layout rules of today's Word, and even headers if used."""
        root = etree.Element(w("settings"), nsmap={"w": W})
        name = self._only("settings")
        if name is not None:
            even = self._source.tree(name).find(w("evenAndOddHeaders"))
            if even is not None and even.get(w("val")) not in ("0", "false", "off"):
                etree.SubElement(root, w("evenAndOddHeaders"))
        etree.SubElement(
            etree.SubElement(root, w("compat")),
            w("compatSetting"),
            {
                w("name"): "compatibilityMode",
                w("uri"): "http://schemas.microsoft.com/office/word",
                w("val"): "15",
            },
        )
        return root

    def _add_legend(self, root: Element) -> None:
        text = legend(self._plan)
        body = root.find(w("body"))
        if not text or body is None:
            return
        paragraph = etree.Element(w("p"))
        run = etree.SubElement(paragraph, w("r"))
        properties = etree.SubElement(run, w("rPr"))
        for name in ("sz", "szCs"):
            etree.SubElement(properties, w(name), {w("val"): "21"})
        node = etree.SubElement(run, w("t"), {f"{{{XML}}}space": "preserve"})
        node.text = text
        section = body.find(w("sectPr"))
        if section is not None:
            section.addprevious(paragraph)
        else:
            body.append(paragraph)

    def _report_parts(self) -> None:
        parts = {
            block.part
            for block in self._extracted.blocks
            if block.kind not in UNPUBLISHED_KINDS and block.part
        }
        self._notes.extend(
            f"part_left_out:{posixpath.basename(part)}" for part in sorted(parts - self._done)
        )


def _drop_relationship_ids(root: Element) -> None:
    """Pictures have their new ids, headers get theirs next; nothing else refers to a part."""
    kept = {*docx_pictures.PICTURE_TAGS, *_HEADERS}
    for element in root.iter():
        if element.tag in kept:
            continue
        for name in [n for n in element.attrib if n.startswith(f"{{{R}}}")]:
            del element.attrib[name]


def _number_drawings(root: Element) -> None:
    """Ids of drawings must differ within a part; the old ones are nobody's business."""
    number = 0
    for element in root.iter():
        if element.tag.endswith(("}docPr", "}cNvPr")):
            number += 1
            element.set("id", str(number))
