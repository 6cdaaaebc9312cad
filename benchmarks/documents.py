"""Seeded documents to measure with: docx of about 5 KB of text, pdf of five pages.

The sentences are shuffled from the shipped sample papers, so words and lengths are those of real
official writing; persons and numbers in them are invented.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from domain.resources import data_path

DOCX_BYTES = 5_000
PDF_PAGES = 5
LINES_A_PAGE = 30
CHARS_A_LINE = 30
FONT = "benchmark-cjk"


def sentences() -> list[str]:
    """Sentences of the sample papers."""
    text = data_path("samples", "county-bureau-disclosure-papers.txt").read_text(encoding="utf-8")
    return [s.strip() + "。" for s in text.replace("\n", "").split("。") if 8 < len(s) < 120]


def body(rng: random.Random, pool: list[str], size_bytes: int) -> list[str]:
    """Paragraphs of about ``size_bytes`` of UTF-8, with a few invented private particulars."""
    paragraphs: list[str] = []
    used = 0
    while used < size_bytes:
        paragraph = "".join(rng.choice(pool) for _ in range(rng.randint(2, 5)))
        used += len(paragraph.encode())
        paragraphs.append(paragraph)
    phone = f"139{rng.randrange(10**8):08d}"
    paragraphs.insert(len(paragraphs) // 2, f"联系人:林样例,联系电话:{phone}。")
    return paragraphs


def docx_file(number: int, seed: int = 2026) -> bytes:
    """A docx with title, document number and about 5 KB of text; differs for each number."""
    rng = random.Random(seed * 100_003 + number)
    document = Document()
    document.add_paragraph("慈利县应急管理局文件")
    document.add_paragraph(f"慈应急发〔2026〕{number + 1}号")
    document.add_paragraph(f"关于做好第{number + 1}批安全生产检查工作的通知")
    for paragraph in body(rng, sentences(), DOCX_BYTES):
        document.add_paragraph(paragraph)
    document.add_paragraph("慈利县应急管理局")
    document.add_paragraph("2026年5月8日")
    document.add_paragraph("(此件公开发布)")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf_file(number: int, seed: int = 2026) -> bytes:
    """A pdf of five full pages with an embedded subset font; differs for each number."""
    if FONT not in pdfmetrics.getRegisteredFontNames():
        font = next(iter(sorted(data_path("fonts").glob("*.ttf"))))
        pdfmetrics.registerFont(TTFont(FONT, str(font)))
    rng = random.Random(seed * 7 + number)
    pool = sentences()
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4, invariant=True)
    for page_index in range(PDF_PAGES):
        text = "".join(rng.choice(pool) for _ in range(40))
        lines = [text[i : i + CHARS_A_LINE] for i in range(0, len(text), CHARS_A_LINE)]
        if page_index == 0:
            lines[:0] = [
                f"慈应急发〔2026〕{number + 1}号",
                f"关于印发第{number + 1}批检查计划的通知",
            ]
        page.setFont(FONT, 14)
        for row, line in enumerate(lines[:LINES_A_PAGE]):
            page.drawString(70, 780 - row * 24, line)
        page.showPage()
    page.save()
    return out.getvalue()


def write_inbox(folder: Path, *, docx: int, pdf: int) -> Iterator[Path]:
    """Write the files under ``folder`` and yield their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(docx):
        path = folder / f"通知{number + 1:04d}.docx"
        path.write_bytes(docx_file(number))
        yield path
    for number in range(pdf):
        path = folder / f"计划{number + 1:04d}.pdf"
        path.write_bytes(pdf_file(number))
        yield path
