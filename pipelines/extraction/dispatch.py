"""One way in: the extractor that fits the content of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.documents import ExtractedText, MediaType
from domain.errors import UnsupportedFormat
from pipelines.extraction import docx, html, pdf, text, xlsx
from pipelines.extraction.sniff import sniff

EXTRACTORS: Mapping[MediaType, Callable[[bytes], ExtractedText]] = {
    MediaType.TXT: text.extract,
    MediaType.HTML: html.extract,
    MediaType.DOCX: docx.extract,
    MediaType.XLSX: xlsx.extract,
    MediaType.PDF: pdf.extract,
}


def extract(data: bytes, filename: str) -> ExtractedText:
    """The text of a file of any format we read. Call it in the sandbox only.

    Raises:
        EmptyFile, EncryptedFile, TooLarge, UnreadableFile: see :func:`sniff.sniff`.
        UnsupportedFormat: a known format without an extractor.
    """
    extractor = EXTRACTORS.get(sniff(data, filename))
    if extractor is None:
        raise UnsupportedFormat
    return extractor(data)
