"""A WordprocessingML package: its parts by role, their relations, and names of its elements."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from lxml import etree

from domain.errors import UnreadableFile
from pipelines.extraction.base import Package

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_STRICT = "http://purl.oclc.org/ooxml"
# prefix by namespace: the transitional and the strict form of ISO/IEC 29500 read alike
PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    f"{_STRICT}/wordprocessingml/main": "w",
    f"{_OFFICE}/math": "m",
    f"{_STRICT}/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    f"{_STRICT}/drawingml/main": "a",
    "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing": "wp",
    f"{_STRICT}/drawingml/wordprocessingDrawing": "wp",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    f"{_STRICT}/drawingml/chart": "c",
    "http://schemas.openxmlformats.org/drawingml/2006/diagram": "dgm",
    f"{_STRICT}/drawingml/diagram": "dgm",
    f"{_OFFICE}/relationships": "r",
    f"{_STRICT}/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingShape": "wps",
    "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas": "wpc",
    "urn:schemas-microsoft-com:vml": "v",
    "urn:schemas-microsoft-com:office:office": "o",
}
# elements whose text is a document's text: the nodes that AnchoredRun.node counts
TEXT_TAGS = frozenset({"w:t", "m:t", "a:t", "w:delText"})
PICTURE_TAGS = frozenset({"a:blip", "v:imagedata"})


@lru_cache(maxsize=4096)
def _short(tag: str) -> str:
    namespace, brace, name = tag.rpartition("}")
    if not brace:
        return tag
    prefix = PREFIXES.get(namespace[1:])
    return f"{prefix}:{name}" if prefix else name


def short(element: etree._Element) -> str:
    """Element name as ``w:p``; a bare local name for namespaces we do not know; "" for comments."""
    tag = element.tag
    return _short(tag) if isinstance(tag, str) else ""


def attribute(element: etree._Element | None, name: str) -> str | None:
    """Attribute ``w:val`` (or ``r:id`` …) of an element in either form of the standard."""
    if element is None:
        return None
    for key, value in element.attrib.items():
        if _short(str(key)) == name:
            return str(value)
    return None


def child(element: etree._Element | None, *path: str) -> etree._Element | None:
    """The first descendant along a path of short names, or None."""
    for name in path:
        if element is None:
            return None
        element = next((c for c in element if short(c) == name), None)
    return element


def is_on(element: etree._Element | None) -> bool | None:
    """Value of a toggle property: None where it is not given."""
    if element is None:
        return None
    return (attribute(element, "w:val") or "true") not in {"0", "false", "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One relation of a part; ``target`` is a part name, or an outside address."""

    id: str
    kind: str
    target: str
    external: bool


class WordPackage:
    """The parts of one docx; each XML part is parsed once.

    Raises (on opening):
        UnreadableFile, EncryptedFile, TooLarge: as :class:`Package`; no main document.
    """

    def __init__(self, data: bytes) -> None:
        self.package = Package(data)
        self._roots: dict[str, etree._Element] = {}
        self._related: dict[str, tuple[Relation, ...]] = {}
        main = next((r for r in self.related("") if r.kind == "officeDocument"), None)
        if main is None or main.external:
            raise UnreadableFile
        self.main = main.target
        if short(self.root(self.main)) != "w:document":
            raise UnreadableFile

    def root(self, part: str) -> etree._Element:
        """Root element of a part; raises as :meth:`Package.xml`."""
        if part not in self._roots:
            self._roots[part] = self.package.xml(part)
        return self._roots[part]

    def related(self, part: str) -> tuple[Relation, ...]:
        """Relations of a part ("" for the package)."""
        if part not in self._related:
            self._related[part] = tuple(self._relations(part))
        return self._related[part]

    def _relations(self, part: str) -> Iterator[Relation]:
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        if source not in self.package:
            return
        for element in self.package.xml(source):
            if not isinstance(element.tag, str):
                continue
            target = str(element.get("Target") or "")
            external = element.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            yield Relation(
                id=str(element.get("Id") or ""),
                kind=str(element.get("Type") or "").rsplit("/", 1)[-1],
                target=target,
                external=external,
            )

    def target(self, part: str, relation_id: str | None) -> Relation | None:
        """The relation of ``part`` with this id."""
        return next((r for r in self.related(part) if r.id == relation_id), None)

    def parts_of_kind(self, kind: str) -> tuple[str, ...]:
        """Parts the main document relates to in this role, each once, that exist."""
        targets = [r.target for r in self.related(self.main) if r.kind == kind and not r.external]
        return tuple(t for t in dict.fromkeys(targets) if t in self.package)

    @cached_property
    def styles(self) -> etree._Element | None:
        """Root of the style sheet, or None."""
        parts = self.parts_of_kind("styles")
        return self.root(parts[0]) if parts else None


def text_nodes(root: etree._Element) -> dict[etree._Element, int]:
    """Ordinal of every text-bearing element in document order of the untouched part."""
    found = (element for element in root.iter() if short(element) in TEXT_TAGS)
    return {element: n for n, element in enumerate(found)}


def picture_nodes(root: etree._Element) -> dict[etree._Element, int]:
    """Ordinal of every picture (a:blip, v:imagedata) in document order of the untouched part."""
    found = (element for element in root.iter() if short(element) in PICTURE_TAGS)
    return {element: n for n, element in enumerate(found)}
