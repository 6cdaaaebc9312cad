"""Plain text (UTF-8, UTF-16 with a byte order mark, GB18030), exactly as it stands in the file."""

from __future__ import annotations

import codecs
import unicodedata

from domain.documents import Block, BlockKind, ExtractedText, MediaType
from domain.errors import TooLarge, UnreadableFile
from domain.spans import TextSpan
from pipelines.extraction.base import MAX_TEXT_LENGTH

VERSION = "text-1"

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# controls that occur in honest text: tab, line ends, page break, and the old end-of-file mark
_ALLOWED_CONTROLS = frozenset("\t\n\r\v\f\x1a\x85")
# wrongly decoded bytes land in rare characters; real Chinese text is made of the common ones
# (level 1 of GB 2312: the 3,755 most used). Short texts may well be names only.
_COMMON_SHARE = 0.5
_JUDGED_FROM_CHARACTERS = 20
_LEVEL_1 = frozenset(
    bytes((high, low)).decode("gb2312")
    for high in range(0xB0, 0xD8)
    for low in range(0xA1, 0xFF)
    if not (high == 0xD7 and low > 0xF9)
)


def extract(data: bytes) -> ExtractedText:
    """The decoded file as one text, byte order mark removed and nothing else changed.

    Raises:
        UnreadableFile: binary content, or no encoding in which it reads as text.
        TooLarge: more characters than a document has.
    """
    text, encoding = decode(data)
    if len(text) > MAX_TEXT_LENGTH:
        raise TooLarge(code="too_much_text")
    blocks = (
        (Block(kind=BlockKind.PARAGRAPH, span=TextSpan(start=0, end=len(text))),) if text else ()
    )
    return ExtractedText(
        text=text,
        media_type=MediaType.TXT,
        blocks=blocks,
        encoding=encoding,
        extractor_version=VERSION,
    )


def decode(data: bytes) -> tuple[str, str]:
    """The text of the bytes and the name of its encoding.

    Raises:
        UnreadableFile: no known encoding gives text.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            text = _decoded(data[len(bom) :], encoding)
            break
    else:
        encoding = "utf-8"
        text = _decoded(data, encoding)
        if text is None:
            encoding = "gb18030"
            text = _decoded(data, encoding)
            if text is not None and not _reads_as_chinese(text):
                text = None
    if text is None or not _is_text(text):
        raise UnreadableFile(code="not_text")
    return text, encoding


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _is_text(text: str) -> bool:
    """Whether controls and unassigned code points are at most a stray one in a thousand."""
    if "\0" in text:
        return False
    bad = {
        character
        for character in set(text) - _ALLOWED_CONTROLS
        if unicodedata.category(character) in {"Cc", "Cn", "Cs"}
    }
    # text out of old office systems carries a printer code now and then
    return sum(text.count(character) for character in bad) * 1000 <= len(text)


def _reads_as_chinese(text: str) -> bool:
    private = sum(unicodedata.category(c) == "Co" for c in text)
    if private * 100 > len(text):
        return False
    han = [c for c in text if "\u3400" <= c <= "\u9fff"]
    if len(han) < _JUDGED_FROM_CHARACTERS:
        return True
    return sum(c in _LEVEL_1 for c in han) >= _COMMON_SHARE * len(han)
