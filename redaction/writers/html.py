"""Redacted copies as one self-contained HTML page."""

from __future__ import annotations

import html
from collections.abc import Iterator

from domain.documents import ExtractedText, MediaType
from domain.publication import RedactionPlan, WrittenCopy
from redaction.writers.base import GENERATOR, Piece, ground_number, legend
from redaction.writers.layout import Line, Paragraph, Sheet, Table, sheets

_TITLE_LENGTH = 60
_UNTITLED = "公开文件"

# Printed copies keep the covered places visible: browsers drop backgrounds, not letters.
_STYLE = """
body{max-width:46em;margin:2em auto;padding:0 1em;line-height:1.8;
font-family:"Songti SC","Noto Serif CJK SC",SimSun,serif}
p,td{white-space:pre-wrap}
p{margin:0 0 .4em}
table{border-collapse:collapse;margin:1em 0}
td{border:1px solid #888;padding:.2em .5em;vertical-align:top}
.redacted{background:#222;color:#222;border:1px solid #222}
.pseudonym{border-bottom:2px solid #222}
.legend{margin-top:2em;border-top:1px solid #888;padding-top:.5em;font-size:.9em}
@media print{.redacted{background:none;color:#000;border:1px solid #000}}
"""


def write(data: bytes, extracted: ExtractedText, plan: RedactionPlan) -> WrittenCopy:
    """A UTF-8 page of the visible text; nothing of ``data`` itself is copied.

    Covered places carry their ground for eyes (title) and screen readers (aria-label). No script,
    no link, no picture.

    Raises:
        DigestMismatch: if the plan belongs to another text.
    """
    parts = sheets(extracted, plan)
    body = "\n".join(line for sheet in parts for line in _sheet(sheet, plan))
    closing = legend(plan)
    if closing:
        body += f'\n<p class="legend">{html.escape(closing)}</p>'
    page = (
        "<!DOCTYPE html>\n"
        '<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="generator" content="{GENERATOR}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(_title(parts))}</title>\n<style>{_STYLE}</style>\n"
        f"</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
    return WrittenCopy(
        data=page.encode("utf-8"),
        media_type=MediaType.HTML,
        extension=".html",
        method="rebuild",
        notes=left_out_notes(extracted),
    )


def left_out_notes(extracted: ExtractedText) -> tuple[str, ...]:
    """Codes of what could not be read and this kind of copy leaves out."""
    return tuple(
        f"left_out:{number}:{region.reason}" for number, region in enumerate(extracted.unreadable)
    )


def _title(parts: tuple[Sheet, ...]) -> str:
    """The first line of the masked text."""
    for sheet in parts:
        for unit in sheet.units:
            cells = ((unit.lines,),) if isinstance(unit, Paragraph) else unit.rows
            for line in (line for row in cells for cell in row for line in cell):
                text = "".join(piece.text for piece in line).strip()
                if text:
                    return text[:_TITLE_LENGTH]
    return _UNTITLED


def _sheet(sheet: Sheet, plan: RedactionPlan) -> Iterator[str]:
    if sheet.name:
        yield f"<h2>{_line(sheet.name, plan)}</h2>"
    for unit in sheet.units:
        if isinstance(unit, Table):
            yield from _table(unit, plan)
        else:
            for line in unit.lines:
                yield f'<p class="{unit.kind.value}">{_line(line, plan)}</p>'


def _table(table: Table, plan: RedactionPlan) -> Iterator[str]:
    yield "<table>"
    for row in table.rows:
        cells = "".join(
            f"<td>{'<br>'.join(_line(line, plan) for line in cell)}</td>" for cell in row
        )
        yield f"<tr>{cells}</tr>"
    yield "</table>"


def _line(line: Line, plan: RedactionPlan) -> str:
    return "".join(_piece(piece, plan) for piece in line)


def _piece(piece: Piece, plan: RedactionPlan) -> str:
    text = html.escape(piece.text)
    if piece.mark is None:
        return text
    ground = html.escape(piece.mark.ground)
    title = f' title="{ground}"' if ground else ""
    number = ground_number(plan, piece.mark)
    suffix = f"<sup>{number}</sup>" if number else ""
    if set(piece.text) == {"▇"}:
        spoken = f"已遮盖：{ground}" if ground else "已遮盖"
        label = f' role="img" aria-label="{spoken}"'
        return f'<span class="redacted"{title}{label}>{text}</span>{suffix}'
    return f'<span class="pseudonym"{title}>{text}</span>{suffix}'
