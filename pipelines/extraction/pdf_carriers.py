"""What a PDF file carries besides drawn pages, and the checks before anything is drawn.

pikepdf opens the file first: it tells a password from damage, counts pages, and gives the strings
that stand in annotations, form fields, document properties, attachments and /ActualText.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from domain.errors import EncryptedFile, TooLarge, UnreadableFile
from pipelines.extraction.pdf_forms import refuse_endless_forms

MAX_PAGES = 2_000
_MAX_STRING = 20_000
_MAX_STRINGS = 5_000
# what every program writes about itself; no person's words
_MACHINE_KEYS = frozenset(
    {"Producer", "Creator", "CreationDate", "ModDate", "Trapped", "SourceModified"}
)
# what libraries write where nobody said anything
_PLACEHOLDERS = frozenset({"", "anonymous", "(anonymous)", "untitled", "unspecified"})
_MACHINE_XMP = re.compile(
    r"(?:CreatorTool|Producer|CreateDate|ModifyDate|MetadataDate|DocumentID|InstanceID|format"
    r"|part|conformance|Trapped|VersionID|RenditionClass|PDFVersion|MajorVersionID)$"
)
_SILENT_ANNOTATIONS = frozenset({"/Link", "/Popup"})
# annotations that print something of their own on the page, which the text does not hold
_SHOWING_ANNOTATIONS = frozenset(
    {"/FreeText", "/Stamp", "/Widget", "/Square", "/Polygon", "/Ink", "/Redact", "/FileAttachment"}
)
_MARKUP = re.compile(r"<[^<>]*>")
# an encoded name (#41) may spell ActualText; such streams are looked into as well
_MAY_HOLD_ACTUAL_TEXT = re.compile(rb"ActualText|/[^\s/<>\[\]()]*#[0-9a-fA-F]{2}")
_COLLECTION_ORDERINGS = frozenset({"GB1", "CNS1", "Japan1", "Korea1", "KR"})
_MEANINGLESS_GLYPH_NAME = re.compile(r"/(?:g|G|c|C|cid|glyph|a|B)\d+$")


@dataclass(frozen=True, slots=True)
class Annotation:
    """The strings of one annotation or form field; ``rect`` in the page's own coordinates."""

    strings: tuple[str, ...]
    shows: bool
    rect: tuple[float, float, float, float] | None


@dataclass(frozen=True, slots=True)
class Carriers:
    """What stands in the file beside the pages' own drawing.

    ``data`` are the bytes to draw from: the source's, or rewritten without /ActualText, which
    pdfium would return in place of the glyphs.
    """

    data: bytes
    page_count: int
    annotations: tuple[tuple[Annotation, ...], ...]
    metadata: tuple[str, ...]
    actual_texts: tuple[str, ...]
    attachments: int
    layered: bool
    untrusted_fonts: frozenset[str]


def read_carriers(data: bytes) -> Carriers:
    """Opens and checks the file and reads what it carries beside its pages.

    Raises:
        EncryptedFile: if it needs a password to open; an owner's password alone does not.
        TooLarge: if it has more than ``MAX_PAGES`` pages.
        UnreadableFile: if it is truncated, loops or is no PDF at all.
    """
    if b"%%EOF" not in data[-4096:]:
        # readers mend a file whose end is missing and lose pages without a word
        raise UnreadableFile
    try:
        with pikepdf.open(io.BytesIO(data), inherit_page_attributes=False) as pdf:
            return _read(pdf, data)
    except pikepdf.PasswordError:
        raise EncryptedFile from None
    except (pikepdf.PdfError, RecursionError, ValueError, TypeError, KeyError, AttributeError):
        # pikepdf reports a structure of the wrong kind by Python's own exceptions
        raise UnreadableFile from None


def _read(pdf: pikepdf.Pdf, data: bytes) -> Carriers:
    declared = pdf.Root.Pages.get("/Count", 0)
    if isinstance(declared, int) and declared > MAX_PAGES:
        raise TooLarge
    pages = list(pdf.pages)
    if len(pages) > MAX_PAGES:
        raise TooLarge
    if not pages:
        raise UnreadableFile
    refuse_endless_forms(pdf)
    actual_texts: list[str] = []
    rewritten = _without_actual_text(pdf, actual_texts)
    metadata = [*_info(pdf), *_xmp(pdf)]
    names = [str(name) for name in pdf.attachments]
    metadata += [f"Attachment={name}" for name in names]
    annotations = tuple(tuple(_annotations(page)) for page in pages)
    drawn_from = data
    if rewritten:
        out = io.BytesIO()
        pdf.save(out)
        drawn_from = out.getvalue()
    return Carriers(
        data=drawn_from,
        page_count=len(pages),
        annotations=annotations,
        metadata=tuple(dict.fromkeys(_capped(metadata))),
        actual_texts=tuple(dict.fromkeys(_capped(actual_texts))),
        attachments=len(names) + sum(1 for p in pages for a in _annots(p) if _is_attachment(a)),
        layered=_has_layers_off(pdf),
        untrusted_fonts=_untrusted_fonts(pdf),
    )


def _capped(strings: list[str]) -> list[str]:
    cut = (string.replace("\x00", "").strip()[:_MAX_STRING] for string in strings[:_MAX_STRINGS])
    return [string for string in cut if string]


def _info(pdf: pikepdf.Pdf) -> Iterator[str]:
    info = pdf.trailer.get("/Info")
    if not isinstance(info, Dictionary):
        return
    for key, value in info.items():
        name = str(key).lstrip("/")
        if name in _MACHINE_KEYS or not isinstance(value, String):
            continue
        if str(value).strip() not in _PLACEHOLDERS:
            yield f"{name}={value}"


def _xmp(pdf: pikepdf.Pdf) -> Iterator[str]:
    if "/Metadata" not in pdf.Root:
        return
    try:
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
            entries = [(str(key), xmp.get(key)) for key in xmp]
    except (ValueError, TypeError, KeyError, NotImplementedError, pikepdf.PdfError):
        # a broken packet names nothing that could be read out; the copy never carries it
        return
    for key, value in entries:
        name = key.rsplit("}", 1)[-1]
        if _MACHINE_XMP.search(name):
            continue
        for item in value if isinstance(value, list | set | tuple) else [value]:
            if str(item or "").strip() not in _PLACEHOLDERS:
                yield f"{name}={item}"


def _annots(page: pikepdf.Page) -> Iterator[Dictionary]:
    annots = page.obj.get("/Annots")
    if isinstance(annots, Array):
        yield from (item for item in annots if isinstance(item, Dictionary))


def _is_attachment(annotation: Dictionary) -> bool:
    return annotation.get("/Subtype") == Name.FileAttachment


def _annotations(page: pikepdf.Page) -> Iterator[Annotation]:
    for item in _annots(page):
        subtype = str(item.get("/Subtype", ""))
        strings = list(dict.fromkeys(_strings_of(item)))
        shows = subtype in _SHOWING_ANNOTATIONS and ("/AP" in item or bool(strings))
        if subtype in _SILENT_ANNOTATIONS and not strings:
            continue
        if strings or shows:
            yield Annotation(strings=tuple(_capped(strings)), shows=shows, rect=_rect(item))


def _strings_of(item: Dictionary) -> Iterator[str]:
    for key in ("/Contents", "/T", "/Subj", "/TU", "/V", "/DV"):
        value = item.get(key)
        if value is None and key in ("/V", "/DV"):
            parent = item.get("/Parent")
            value = parent.get(key) if isinstance(parent, Dictionary) else None
        if isinstance(value, String):
            yield str(value)
        elif isinstance(value, Array):
            yield from (str(part) for part in value if isinstance(part, String))
    rich = item.get("/RC")
    if isinstance(rich, String):
        yield _MARKUP.sub("", str(rich))


def _rect(item: Dictionary) -> tuple[float, float, float, float] | None:
    rect = item.get("/Rect")
    if not isinstance(rect, Array) or len(rect) != 4:
        return None
    left, bottom, right, top = (float(value) for value in rect)
    return min(left, right), min(bottom, top), max(left, right), max(bottom, top)


# -- /ActualText ----------------------------------------------------------------------------------


def _without_actual_text(pdf: pikepdf.Pdf, found: list[str]) -> bool:
    """Takes /ActualText out of every content stream and collects it; whether any was there."""
    changed = False
    for item in pdf.objects:
        if isinstance(item, Dictionary) and not isinstance(item, Stream):
            changed |= _take(item, found)
            if item.get("/Type") == Name.Page and _rewrite_contents(pdf, item, found):
                changed = True
        elif isinstance(item, Stream) and item.get("/Subtype") == Name.Form:
            rewritten = _rewritten(item, item, found)
            if rewritten is not None:
                item.write(rewritten)
                changed = True
    return changed


def _take(properties: Dictionary, found: list[str]) -> bool:
    """Property lists are dictionaries of their own, or stand in resources."""
    changed = False
    if "/ActualText" in properties and "/S" not in properties:
        found.append(str(properties["/ActualText"]))
        del properties["/ActualText"]
        changed = True
    named = properties.get("/Properties")
    if isinstance(named, Dictionary):
        for value in named.values():
            if isinstance(value, Dictionary):
                changed |= _take(value, found)
    resources = properties.get("/Resources")
    if isinstance(resources, Dictionary) and not resources.is_indirect:
        changed |= _take(resources, found)
    return changed


def _rewrite_contents(pdf: pikepdf.Pdf, page: Dictionary, found: list[str]) -> bool:
    contents = page.get("/Contents")
    streams = [contents] if isinstance(contents, Stream) else list(contents or ())
    raw = b"\n".join(_decoded(stream) for stream in streams if isinstance(stream, Stream))
    if not _MAY_HOLD_ACTUAL_TEXT.search(raw):
        return False
    rewritten = _rewritten(pikepdf.Page(page), None, found)
    if rewritten is None:
        return False
    page.Contents = pdf.make_stream(rewritten)
    return True


def _decoded(stream: Stream) -> bytes:
    try:
        return bytes(stream.read_bytes())
    except pikepdf.PdfError:
        return b""


def _rewritten(container: Any, stream: Stream | None, found: list[str]) -> bytes | None:
    """The content with bare marks in place of those that carry /ActualText, or None."""
    if stream is not None and not _MAY_HOLD_ACTUAL_TEXT.search(_decoded(stream)):
        return None
    instructions = pikepdf.parse_content_stream(container)
    changed = False
    out: list[Any] = []
    for instruction in instructions:
        operands = instruction.operands
        if str(instruction.operator) in {"BDC", "DP"} and len(operands) == 2:
            properties = operands[1]
            if isinstance(properties, Dictionary) and "/ActualText" in properties:
                found.append(str(properties["/ActualText"]))
                bare = "BMC" if str(instruction.operator) == "BDC" else "MP"
                out.append(([operands[0]], pikepdf.Operator(bare)))
                changed = True
                continue
        out.append(instruction)
    return pikepdf.unparse_content_stream(out) if changed else None


# -- layers ---------------------------------------------------------------------------------------


def _has_layers_off(pdf: pikepdf.Pdf) -> bool:
    """Whether some layer may not show; a file whose layers are all on draws like any other."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, Dictionary):
        return False
    default = properties.get("/D")
    if not isinstance(default, Dictionary):
        return True
    if default.get("/OFF") or "/AS" in default or default.get("/BaseState", Name.ON) != Name.ON:
        return True
    # a membership dictionary may ask for layers to be off
    return any(
        isinstance(item, Dictionary) and item.get("/Type") == Name.OCMD for item in pdf.objects
    )


# -- fonts ----------------------------------------------------------------------------------------


def _untrusted_fonts(pdf: pikepdf.Pdf) -> frozenset[str]:
    """Base names of fonts whose codes lead to no character for certain ("" for those unnamed)."""
    names = set()
    for item in pdf.objects:
        if (
            isinstance(item, Dictionary)
            and item.get("/Type") == Name.Font
            and "/ToUnicode" not in item
            and _is_meaningless(item)
        ):
            names.add(str(item.get("/BaseFont", "")).lstrip("/"))
    return frozenset(names)


def _is_meaningless(font: Dictionary) -> bool:
    subtype = font.get("/Subtype")
    encoding = font.get("/Encoding")
    if subtype == Name.Type0:
        if str(encoding) not in {"/Identity-H", "/Identity-V"}:
            return False
        descendants = font.get("/DescendantFonts")
        system = descendants[0].get("/CIDSystemInfo") if descendants else None
        ordering = system.get("/Ordering", "") if isinstance(system, Dictionary) else ""
        return str(ordering) not in _COLLECTION_ORDERINGS
    if isinstance(encoding, Dictionary):
        names = [str(n) for n in encoding.get("/Differences", []) if isinstance(n, Name)]
        strange = sum(1 for name in names if _MEANINGLESS_GLYPH_NAME.match(name))
        return bool(names) and strange > len(names) / 2
    if subtype == Name.Type3:
        return True
    descriptor = font.get("/FontDescriptor")
    if subtype != Name.TrueType or not isinstance(descriptor, Dictionary):
        return False
    symbolic = int(descriptor.get("/Flags", 0)) & 4
    return bool(symbolic) and encoding is None and "/FontFile2" in descriptor
