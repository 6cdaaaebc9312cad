"""A docx as the archive it is: parts in, parts out."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from domain.errors import CannotMask

Element = Any
"""An lxml element (lxml ships no types)."""

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
V = "urn:schemas-microsoft-com:vml"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
WPG = "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"
XML = "http://www.w3.org/XML/1998/namespace"
_PACKAGE_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"

# ISO strict files name the same things differently.
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": W.encode(),
    b"http://purl.oclc.org/ooxml/drawingml/main": A.encode(),
    b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": WP.encode(),
    b"http://purl.oclc.org/ooxml/drawingml/picture": PIC.encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/math": M.encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": R.encode(),
}

_MAX_PARTS = 5_000
_MAX_PART_BYTES = 64 << 20
_MAX_TOTAL_BYTES = 256 << 20
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def w(name: str) -> str:
    """The qualified name of a WordprocessingML element or attribute."""
    return f"{{{W}}}{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """A relationship inside the package; external ones are never read."""

    id: str
    kind: str
    target: str


class SourcePackage:
    """The original archive, read only.

    Raises:
        CannotMask: if it is damaged, over a limit, holds a part twice or a DTD.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError):
            raise CannotMask(code="cannot_mask") from None
        infos = self._zip.infolist()
        names = [info.filename for info in infos]
        if len(names) > _MAX_PARTS or len(set(names)) != len(names):
            raise CannotMask
        if sum(info.file_size for info in infos) > _MAX_TOTAL_BYTES:
            raise CannotMask
        self.names = frozenset(names)

    def read(self, name: str) -> bytes:
        """The bytes of a part, counted while inflating."""
        try:
            with self._zip.open(name) as stream:
                data = stream.read(_MAX_PART_BYTES + 1)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError):
            raise CannotMask from None
        except NotImplementedError:
            # a compression method nobody's word processor writes
            raise CannotMask from None
        if len(data) > _MAX_PART_BYTES:
            raise CannotMask
        return data

    def tree(self, name: str) -> Element:
        """The root element of an XML part."""
        data = self.read(name)
        if b"purl.oclc.org/ooxml" in data:
            for strict, usual in _STRICT.items():
                data = data.replace(strict, usual)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError):
            raise CannotMask from None
        if root.getroottree().docinfo.doctype:
            raise CannotMask
        return root

    def relationships(self, name: str) -> Mapping[str, Relationship]:
        """Relationships of a part to parts that exist, by id."""
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", base + ".rels")
        if rels not in self.names:
            return {}
        out: dict[str, Relationship] = {}
        for rel in self.tree(rels):
            if not isinstance(rel.tag, str) or rel.get("TargetMode") == "External":
                continue
            raw = rel.get("Target") or ""
            target = raw.lstrip("/") if raw.startswith("/") else posixpath.join(folder, raw)
            target = posixpath.normpath(target)
            if target in self.names and rel.get("Id"):
                kind = (rel.get("Type") or "").rsplit("/", 1)[-1]
                out[rel.get("Id")] = Relationship(id=rel.get("Id"), kind=kind, target=target)
        return out

    def main_part(self) -> str:
        """Name of the main document part."""
        for rel in self.relationships("").values():
            if rel.kind == "officeDocument":
                return rel.target
        raise CannotMask


class NewPackage:
    """A docx in the making: nothing is in it that was not put there by name."""

    def __init__(self) -> None:
        self._parts: dict[str, bytes] = {}
        self._types: dict[str, str] = {}
        self._rels: dict[str, list[tuple[str, str, str]]] = {}

    def add_xml(self, name: str, root: Element, content_type: str) -> None:
        """Adds an XML part."""
        etree.cleanup_namespaces(root)
        self._parts[name] = etree.tostring(
            root, xml_declaration=True, encoding="UTF-8", standalone=True
        )
        self._types[name] = content_type

    def add_png(self, data: bytes) -> str:
        """Adds a picture and returns its part's name."""
        number = sum(name.startswith("word/media/") for name in self._parts) + 1
        name = f"word/media/image{number}.png"
        self._parts[name] = data
        return name

    def relate(self, source: str, target: str, kind: str) -> str:
        """Relates two parts and returns the new relationship's id."""
        rels = self._rels.setdefault(source, [])
        rel_id = f"rId{len(rels) + 1}"
        where = posixpath.relpath(target, posixpath.dirname(source) or ".")
        rels.append((rel_id, f"{R}/{kind}", where))
        return rel_id

    def finish(self) -> bytes:
        """The archive: fixed dates, no comment, no extra fields."""
        parts = dict(self._parts)
        for source, rels in self._rels.items():
            folder, base = posixpath.split(source)
            root = etree.Element(f"{{{_PACKAGE_RELS}}}Relationships", nsmap={None: _PACKAGE_RELS})
            for rel_id, kind, target in rels:
                etree.SubElement(
                    root,
                    f"{{{_PACKAGE_RELS}}}Relationship",
                    {"Id": rel_id, "Type": kind, "Target": target},
                )
            parts[posixpath.join(folder, "_rels", base + ".rels")] = _DECLARATION + etree.tostring(
                root
            )
        types = etree.Element(f"{{{_CONTENT_TYPES}}}Types", nsmap={None: _CONTENT_TYPES})
        for extension, kind in (
            ("rels", "application/vnd.openxmlformats-package.relationships+xml"),
            ("xml", "application/xml"),
            ("png", "image/png"),
        ):
            etree.SubElement(
                types,
                f"{{{_CONTENT_TYPES}}}Default",
                {"Extension": extension, "ContentType": kind},
            )
        for name, kind in self._types.items():
            etree.SubElement(
                types,
                f"{{{_CONTENT_TYPES}}}Override",
                {"PartName": f"/{name}", "ContentType": kind},
            )
        parts["[Content_Types].xml"] = _DECLARATION + etree.tostring(types)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target_zip:
            # readers look for the content types first
            for name in sorted(parts, key=lambda n: (n != "[Content_Types].xml", n)):
                target_zip.writestr(
                    zipfile.ZipInfo(name, _ZIP_TIME), parts[name], zipfile.ZIP_DEFLATED
                )
        return buffer.getvalue()
