"""What programs that share no code with the writer find in a finished PDF."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
from fontTools.cffLib import CFFFontSet
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from numpy.typing import NDArray
from pdfminer.high_level import extract_text
from PIL import Image

from domain.documents import ExtractedText
from domain.findings import FindingType
from domain.publication import Mark, RedactionPlan, RegionMark
from domain.spans import Rect, TextSpan
from redaction.matching import find, fold

GROUND = "个人隐私，条例第十五条"
PROGRAMS = ("pdftotext", "pdftoppm", "mutool", "qpdf")
WHITE = 250


def programs() -> set[str]:
    """The programs of Debian that are here; all of them must be where GONGKAI_CI is set."""
    found = {name for name in PROGRAMS if shutil.which(name)}
    if os.environ.get("GONGKAI_CI"):
        assert found == set(PROGRAMS), f"missing: {sorted(set(PROGRAMS) - found)}"
    return found


def plan_for(
    extracted: ExtractedText,
    strings: Sequence[str],
    *,
    ground: str = GROUND,
    keep_regions: bool = True,
    spans: Sequence[TextSpan] | None = None,
) -> RedactionPlan:
    """A plan that marks every place of ``strings`` (or ``spans``) and decides every region."""
    found = spans if spans is not None else find(extracted.text, strings)
    return RedactionPlan(
        text_digest=extracted.digest,
        policy_version="test",
        marks=tuple(
            Mark(span=span, type=FindingType.PERSON, replacement="▇▇▇", ground=ground)
            for span in found
        ),
        regions=tuple(
            RegionMark(
                ground=ground,
                rect=region.rect,
                part=region.part,
                node=region.node,
                keep=keep_regions,
            )
            for region in extracted.unreadable
        ),
    )


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return done.stdout.decode("utf-8", "replace")


def pdfium_text(data: bytes) -> str:
    """The text by pdfium, page after page."""
    document = pypdfium2.PdfDocument(data)
    out = []
    for page in document:
        text_page = page.get_textpage()
        out.append(text_page.get_text_range())
        text_page.close()
    document.close()
    return "\n".join(out)


def texts(data: bytes, folder: Path) -> dict[str, str]:
    """The text by every reader there is."""
    path = folder / "copy.pdf"
    path.write_bytes(data)
    found = {"pdfium": pdfium_text(data), "pdfminer": extract_text(io.BytesIO(data))}
    here = programs()
    if "pdftotext" in here:
        found["poppler"] = _run("pdftotext", "-raw", str(path), "-")
        found["poppler layout"] = _run("pdftotext", "-layout", str(path), "-")
    if "mutool" in here:
        found["mupdf"] = _run("mutool", "draw", "-q", "-F", "txt", str(path))
    return found


def streams(data: bytes) -> Iterator[bytes]:
    """The file and every stream in it, decoded."""
    yield data
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                yield item.read_raw_bytes()
                try:
                    yield item.read_bytes()
                except pikepdf.PdfError:
                    continue
            else:
                yield item.unparse()


def disguises(secret: str) -> Iterator[bytes]:
    """The bytes a string may be written in."""
    for codec in ("utf-8", "utf-16-be", "utf-16-le", "gb18030"):
        raw = secret.encode(codec)
        yield raw
        yield raw.hex().encode()
        yield raw.hex().upper().encode()


def traces(data: bytes, secrets: Sequence[str], folder: Path) -> list[str]:
    """Where any secret is still found, by reader or stream."""
    found = []
    for reader, text in texts(data, folder).items():
        folded = fold(text).text
        found += [f"{reader}: {s}" for s in secrets if fold(s).text in folded]
        backwards = folded[::-1]
        found += [f"{reader} backwards: {s}" for s in secrets if fold(s).text in backwards]
    for stream in streams(data):
        found += [f"stream: {s}" for s in secrets for d in disguises(s) if d in stream]
    if "qpdf" in programs():
        path = folder / "copy.pdf"
        spelled = subprocess.run(
            ["qpdf", "--qdf", "--object-streams=disable", str(path), "-"],
            capture_output=True,
            check=True,
        ).stdout
        found += [f"qpdf: {s}" for s in secrets for d in disguises(s) if d in spelled]
    return found


def outlines(data: bytes) -> list[str]:
    """The outline of every code of every embedded font, as points in 1/1000 em."""
    found = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            if not isinstance(item, pikepdf.Dictionary) or "/W" not in item:
                continue
            descriptor = item.FontDescriptor
            if "/FontFile2" in descriptor:
                font = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()))
                assert not {"cmap", "name", "post"} & set(font.keys())
                names = [f"n{n}" for n in range(font["maxp"].numGlyphs)]
                font.setGlyphOrder(names)
                glyphs: Any = font.getGlyphSet()
                scale = 1000 / font["head"].unitsPerEm
            elif "/FontFile3" in descriptor:
                fonts = CFFFontSet()
                fonts.decompile(io.BytesIO(descriptor.FontFile3.read_bytes()), TTFont())
                glyphs, scale = fonts[0].CharStrings, 1.0
                names = list(fonts[0].charset)
            else:
                continue
            codes = _codes(item.W)
            # beyond the codes a program holds only the parts their outlines are made of
            assert set(codes) == set(range(1, len(codes) + 1))
            found += [shape for n in codes if (shape := _shape(glyphs, names[n], scale))]
    return found


def _codes(widths: Any) -> list[int]:
    listed = list(widths)
    return [
        int(first) + step
        for first, row in zip(listed[::2], listed[1::2], strict=True)
        for step in range(len(row))
    ]


def _shape(glyphs: Any, name: str, scale: float) -> str:
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    points = [
        tuple(round(value * scale) for value in point)
        for _, operands in pen.value
        for point in operands or ()
        if point is not None
    ]
    return repr(points) if points else ""


def meanings(data: bytes) -> set[str]:
    """Every character that a ToUnicode map in the file names."""
    found: set[str] = set()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and "/ToUnicode" in item:
                body = item.ToUnicode.read_bytes()
                for digits in re.findall(rb"<[0-9A-F]+> <([0-9A-F]+)>\n", body):
                    if b"beginbfrange" not in body:
                        found.update(bytes.fromhex(digits.decode()).decode("utf-16-be"))
    return found


def grey(data: bytes, page_index: int, dpi: int) -> NDArray[np.int16]:
    """A page's pixels in grey by pdfium, without annotations."""
    document = pypdfium2.PdfDocument(data)
    page = document[page_index]
    bitmap = page.render(scale=dpi / 72, grayscale=True, draw_annots=False, may_draw_forms=False)
    pixels = np.array(bitmap.to_numpy(), dtype=np.int16)
    bitmap.close()
    page.close()
    document.close()
    return pixels.reshape(pixels.shape[:2])


def grey_by_poppler(data: bytes, page_index: int, dpi: int) -> NDArray[np.int16]:
    """A page's pixels in grey by poppler."""
    page = str(page_index + 1)
    done = subprocess.run(
        ["pdftoppm", "-cropbox", "-gray", "-r", str(dpi), "-f", page, "-l", page, "-"],
        input=data,
        capture_output=True,
        check=True,
        timeout=60,
    )
    return np.array(Image.open(io.BytesIO(done.stdout)), dtype=np.int16)


def changed_pixels(
    was: NDArray[np.int16],
    now: NDArray[np.int16],
    covered: Sequence[Rect],
    dpi: int,
    *,
    wobble_px: int = 0,
) -> int:
    """Pixels that differ though they are neither covered nor were blank before.

    ``wobble_px``: pdfium moves a glyph by a whole pixel according to what follows on its line, so
    what follows may be removed only at that price; other renderers do not.
    """
    assert was.shape == now.shape
    different = np.abs(was - now) > 16
    for step in range(-wobble_px, wobble_px + 1):
        for axis in (0, 1):
            different &= np.abs(np.roll(was, step, axis=axis) - now) > 16
            different &= np.abs(was - np.roll(now, step, axis=axis)) > 16
    # boxes may be rounded out over blank page, never over anything somebody drew
    different &= was < WHITE
    scale = dpi / 72
    for rect in covered:
        x0, y0 = int((rect.x0 - 3) * scale), int((rect.top - 3) * scale)
        x1, y1 = int((rect.x1 + 3) * scale) + 1, int((rect.bottom + 3) * scale) + 1
        different[max(y0, 0) : y1, max(x0, 0) : x1] = False
    return int(different.sum())


def covered_places(extracted: ExtractedText, plan: RedactionPlan, page_index: int) -> list[Rect]:
    """The boxes of the marked characters on a page."""
    return [
        rect
        for mark in plan.marks
        for rect in extracted.glyphs[mark.span.start : mark.span.end]
        if rect is not None and rect.page_index == page_index
    ]
