"""What a file is, by its content; the name only breaks ties and exposes a false claim."""

from __future__ import annotations

import io
import re
import struct
from pathlib import PurePosixPath

import msoffcrypto
import olefile  # type: ignore[import-untyped]

from domain.documents import MediaType
from domain.errors import EmptyFile, EncryptedFile, TooLarge, UnreadableFile
from pipelines.extraction import text
from pipelines.extraction.base import MAX_FILE_BYTES, ZIP_MAGIC, Package

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PDF_MAGIC = b"%PDF-"
# a PDF may carry a little rubbish before its header (ISO 32000-1, annex H.3.4.1)
PDF_HEADER_WITHIN = 1024
_IMAGE_MAGIC = (
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"GIF87a",
    b"GIF89a",
    b"II*\0",
    b"MM\0*",
    b"BM",
)
# formats that we know and cannot read: refused as such, not as damaged
_KNOWN_MAGIC = (b"{\\rtf", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"MIME-Version:")
# names that promise a binary format: plain text or rubbish under them is a damaged file
_BINARY_SUFFIXES = frozenset(
    {".doc", ".docx", ".docm", ".dot", ".wps", ".wpt", ".xls", ".xlsx", ".et", ".ppt", ".pptx"}
    | {".pdf", ".ofd", ".zip", ".png", ".jpg", ".jpeg", ".tif", ".tiff"}
)
_TEXT_SUFFIXES = frozenset({"", ".txt", ".text", ".md", ".csv", ".log", ".html", ".htm", ".xhtml"})
_PLAIN_SUFFIXES = frozenset({".txt", ".text", ".md", ".csv", ".log"})
_WORD_TYPES = (
    "wordprocessingml.document.main+xml",
    "wordprocessingml.template.main+xml",
    "ms-word.document.macroEnabled.main+xml",
    "ms-word.template.macroEnabledTemplate.main+xml",
)
_SHEET_TYPES = (
    "spreadsheetml.sheet.main+xml",
    "spreadsheetml.template.main+xml",
    "ms-excel.sheet.macroEnabled.main+xml",
    "ms-excel.template.macroEnabled.main+xml",
)
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
    r"<(?:!doctype\s+html|html|head|body|meta|title|div|p|table|span|h[1-6]|center|article)\b",
    re.IGNORECASE | re.DOTALL,
)
_DECLARED_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"</?(?:html|body|div|p|br|table|span)\b[^<>]*>", re.IGNORECASE)
_LOOK_CHARACTERS = 4096


def sniff(data: bytes, filename: str) -> MediaType:
    """The format of the content; UNKNOWN for a known format that nothing here reads.

    Raises:
        EmptyFile: zero bytes.
        EncryptedFile: an Office file or archive with a password.
        TooLarge: more bytes than any document is taken with.
        UnreadableFile: damaged, or not what its name says.
    """
    if not data:
        raise EmptyFile
    if len(data) > MAX_FILE_BYTES:
        raise TooLarge
    suffix = PurePosixPath(filename.replace("\\", "/")).suffix.lower()
    if data.startswith(OLE_MAGIC):
        return _ole(data)
    if data.startswith((ZIP_MAGIC, b"PK\x05\x06")):
        return _archive(data, suffix)
    if _is_pdf(data):
        return MediaType.PDF
    if data.startswith(_IMAGE_MAGIC[:-1]) or _is_bitmap(data):
        return MediaType.IMAGE
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return MediaType.IMAGE
    if data.startswith(_KNOWN_MAGIC):
        return MediaType.UNKNOWN
    return _textual(data, suffix)


def _is_pdf(data: bytes) -> bool:
    head = data[:PDF_HEADER_WITHIN]
    if head.lstrip(b"\xef\xbb\xbf\0\t\n\f\r ").startswith(PDF_MAGIC):
        return True
    return PDF_MAGIC in head and b"startxref" in data[-2048:]


def _is_bitmap(data: bytes) -> bool:
    return data[:2] == b"BM" and data[6:10] == b"\0\0\0\0"


def _ole(data: bytes) -> MediaType:
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            streams = {"/".join(entry) for entry in ole.listdir()}
    except (OSError, ValueError, IndexError, TypeError, AttributeError, EOFError):
        raise UnreadableFile from None
    if {"EncryptedPackage", "EncryptionInfo"} & streams:
        raise EncryptedFile
    if not streams & {"WordDocument", "Workbook", "Book", "PowerPoint Document"}:
        raise UnreadableFile
    if _needs_password(data):
        raise EncryptedFile
    return MediaType.DOC if "WordDocument" in streams else MediaType.UNKNOWN


def _needs_password(data: bytes) -> bool:
    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted())
    except (
        msoffcrypto.exceptions.FileFormatError,
        msoffcrypto.exceptions.ParseError,
        OSError,
        ValueError,
        IndexError,
        KeyError,
        TypeError,
        AttributeError,
        AssertionError,
        EOFError,
        struct.error,
    ):
        # an old file too damaged to tell: its own reader will refuse it
        return False


def _archive(data: bytes, suffix: str) -> MediaType:
    package = Package(data)
    if "[Content_Types].xml" in package:
        types = package.read("[Content_Types].xml").decode("utf-8", "replace")
        if any(kind in types for kind in _WORD_TYPES):
            return MediaType.DOCX
        if any(kind in types for kind in _SHEET_TYPES):
            return MediaType.XLSX
    names = {name.casefold() for name in package.names}
    if "ofd.xml" in names:
        return MediaType.OFD
    if suffix in {".docx", ".xlsx", ".ofd"}:
        raise UnreadableFile
    return MediaType.UNKNOWN


def _textual(data: bytes, suffix: str) -> MediaType:
    """HTML or plain text, or the refusal of what is neither."""
    try:
        decoded, _ = text.decode(data)
    except UnreadableFile:
        head = data[:_LOOK_CHARACTERS].decode("gb18030", "replace")
        # one damaged byte must not turn a web page into rubbish before its own reader judged it
        if _HTML.match(head):
            return MediaType.HTML
        if suffix in _BINARY_SUFFIXES or suffix in _TEXT_SUFFIXES:
            raise
        return MediaType.UNKNOWN
    head = decoded[:_LOOK_CHARACTERS]
    # a text file may open with a tag; only a declared page is taken out of the text formats
    if (_DECLARED_HTML if suffix in _PLAIN_SUFFIXES else _HTML).match(head):
        return MediaType.HTML
    if suffix in {".html", ".htm", ".xhtml"} and _TAG.search(decoded):
        return MediaType.HTML
    if suffix in _BINARY_SUFFIXES:
        raise UnreadableFile
    if head.lstrip().startswith("<?xml"):
        return MediaType.UNKNOWN
    return MediaType.TXT
