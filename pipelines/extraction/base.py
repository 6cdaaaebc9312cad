"""What every extractor shares: limits, the guarded zip package, and the text being built."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from domain.documents import (
    AnchoredRun,
    Block,
    BlockKind,
    ExtractedText,
    MediaType,
    UnreadableRegion,
)
from domain.errors import EncryptedFile, TooLarge, UnreadableFile
from domain.spans import TextSpan

MIB = 1 << 20
MAX_FILE_BYTES = 200 * MIB
MAX_PARTS = 5_000
MAX_PART_BYTES = 64 * MIB
MAX_PACKAGE_BYTES = 400 * MIB
# deflate reaches 1000:1; text of real documents stays below 100:1 once a part is over a megabyte
MAX_RATIO = 200
RATIO_FROM_BYTES = MIB
MAX_ELEMENTS = 2_000_000
MAX_TEXT_LENGTH = 20_000_000

_DTD = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCRYPTED_FLAG = 0x1
ZIP_MAGIC = b"PK\x03\x04"


class Package:
    """A zip container of untrusted origin, read in memory only and never extracted to disk.

    Part names are the members' names without a leading slash. Content is inflated under a limit
    that does not trust the sizes the archive declares.

    Raises (on opening):
        EncryptedFile: a member needs a password.
        TooLarge: over a limit of parts, size or ratio.
        UnreadableFile: not a zip, or the same member twice (readers disagree on which counts).
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError):
            raise UnreadableFile from None
        members = [m for m in self._zip.infolist() if not m.filename.endswith("/")]
        if len(members) > MAX_PARTS:
            raise TooLarge(code="too_many_parts")
        if any(m.flag_bits & _ENCRYPTED_FLAG for m in members):
            raise EncryptedFile
        if sum(m.file_size for m in members) > MAX_PACKAGE_BYTES:
            raise TooLarge(code="too_large_inside")
        self._members: dict[str, zipfile.ZipInfo] = {}
        folded: set[str] = set()
        for member in members:
            name = member.filename.lstrip("/")
            if not name:
                raise UnreadableFile
            # part names are equal without regard to case (ECMA-376 part 2, 6.2.2)
            if name.casefold() in folded:
                raise UnreadableFile(code="duplicate_part")
            folded.add(name.casefold())
            self._members[name] = member
        self._inflated_bytes = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Part names in the order of the archive."""
        return tuple(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def read(self, name: str) -> bytes:
        """The content of a part.

        Raises:
            TooLarge: it inflates beyond the limits.
            UnreadableFile: it is missing or damaged.
        """
        member = self._members.get(name)
        if member is None:
            raise UnreadableFile(code="missing_part")
        limit = min(MAX_PART_BYTES, MAX_PACKAGE_BYTES - self._inflated_bytes)
        try:
            with self._zip.open(member) as stream:
                data = stream.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
            raise UnreadableFile from None
        if len(data) > limit:
            raise TooLarge(code="too_large_inside")
        if len(data) > RATIO_FROM_BYTES and len(data) > MAX_RATIO * max(member.compress_size, 1):
            raise TooLarge(code="compression_ratio")
        self._inflated_bytes += len(data)
        return data

    def xml(self, name: str) -> etree._Element:
        """The root element of a part; raises as :meth:`read` and :func:`parse_xml`."""
        return parse_xml(self.read(name))


def refuse_dtd(data: bytes) -> None:
    """Refuse XML with a document type: entities expand, read files, or silently lose text.

    Raises:
        UnreadableFile: code ``dtd``.
    """
    # UTF-16 shows the same letters with a zero byte beside each
    if _DTD.search(data) or _DTD.search(data.replace(b"\0", b"")):
        raise UnreadableFile(code="dtd")


def parse_xml(data: bytes) -> etree._Element:
    """The root element of untrusted XML: no DTD, no entities, no network, bounded size and depth.

    Raises:
        TooLarge: too many elements, or too deep.
        UnreadableFile: not well-formed, or with a document type.
    """
    refuse_dtd(data)
    # each element costs memory before anything can be counted in the tree: count its "<" first
    if data.count(b"<") > 2 * MAX_ELEMENTS:
        raise TooLarge(code="too_many_elements")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise TooLarge(code="too_deep") from None
        raise UnreadableFile from None
    except ValueError:
        raise UnreadableFile from None
    if root.getroottree().docinfo.doctype:
        raise UnreadableFile(code="dtd")
    return root


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Text with its place in the source: ``node`` None for what the extractor added."""

    text: str
    node: int | None = None
    offset: int = 0


class Draft:
    """An extracted text in the making: visible text in reading order, then the annex.

    ``write`` needs an open block only for text that is the document's own; separators go through
    ``separate``. Blocks without text leave no trace.
    """

    def __init__(self, media_type: MediaType, extractor_version: str) -> None:
        self._media_type = media_type
        self._version = extractor_version
        self._pieces: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._anchors: list[AnchoredRun] = []
        self._annex: list[tuple[BlockKind, str, Sequence[Piece]]] = []
        self._unreadable: list[UnreadableRegion] = []

    @property
    def length(self) -> int:
        """Code points written so far."""
        return self._length

    def separate(self, text: str) -> None:
        """Append characters that belong to no block."""
        self._append(text)

    def block(
        self,
        kind: BlockKind,
        pieces: Iterable[Piece],
        *,
        part: str = "",
        table: int | None = None,
        row: int | None = None,
        column: int | None = None,
    ) -> None:
        """Append the pieces as one block."""
        start = self._length
        for piece in pieces:
            self._write(piece, part)
        if self._length > start:
            self._blocks.append(
                Block(
                    kind=kind,
                    span=TextSpan(start=start, end=self._length),
                    part=part,
                    table=table,
                    row=row,
                    column=column,
                )
            )

    def annex(self, kind: BlockKind, pieces: Sequence[Piece], *, part: str = "") -> None:
        """Put the pieces on a line of their own after the visible text."""
        if any(piece.text for piece in pieces):
            self._annex.append((kind, part, pieces))

    def metadata(self, name: str, value: str, *, part: str = "") -> None:
        """Put ``name=value`` into the annex, unless the value is blank."""
        if value.strip():
            self.annex(BlockKind.METADATA, (Piece(text=f"{name}={value.strip()}"),), part=part)

    def unreadable(self, region: UnreadableRegion) -> None:
        """Note something a person can see and this extractor cannot read."""
        self._unreadable.append(region)

    def finish(self, *, encoding: str | None = None) -> ExtractedText:
        """The extracted text; the draft is not to be used afterwards."""
        for kind, part, pieces in self._annex:
            if self._length:
                self._append("\n")
            self.block(kind, pieces, part=part)
        return ExtractedText(
            text="".join(self._pieces),
            media_type=self._media_type,
            blocks=tuple(self._blocks),
            anchors=tuple(self._anchors),
            unreadable=tuple(self._unreadable),
            encoding=encoding,
            extractor_version=self._version,
        )

    def _write(self, piece: Piece, part: str) -> None:
        if not piece.text:
            return
        if piece.node is not None:
            self._anchors.append(
                AnchoredRun(
                    span=TextSpan(start=self._length, end=self._length + len(piece.text)),
                    part=part,
                    node=piece.node,
                    offset=piece.offset,
                )
            )
        self._append(piece.text)

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
        if self._length > MAX_TEXT_LENGTH:
            raise TooLarge(code="too_much_text")
