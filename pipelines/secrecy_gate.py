"""The gate before anything is stored: a 密级 mark in its place stops the file (保密法 31(3), 47).

A mark is a matter of form *and* place. The form is a line of its own (``secrecy_marks``); the place
is a 版头, and this is how far down one reaches. GB/T 9704 puts the mark on the second line of the
type area, above the 发文机关标志, the title and the 主送机关. So a 版头 begins where a document can
begin (the file, a page of a PDF, a sheet, a text box, after a page break, after a 版记 or a line
like 第二篇 or 附件) and ends at the first line that only text can be: a 主送机关, a sentence, a
heading 一、, or a line too long for a title; at the latest after 25 lines. A blank line, a file
reference or a title does not end it: real papers put the mark under any of them.

In a 版头 the full form (★, period, label, 份号) stops the file. The bare word stops it only where
nothing but furniture of a 版头 stands above it, or furniture follows at once: under a title it may
be the heading of an explanation. Deeper in the text the full form still stops the file when 份号,
紧急程度, 发文机关标志 or 发文字号 stand beside it (another document of a bundle begins there), and
otherwise sends it to the 保密审查员. Several levels one below the other are a list. A line that
says that the mark is lifted, on the mark or beside it, turns the stop into a hold. Running text
never stops anything, nor do 商业秘密, 工作秘密, 国家秘密 or 保密, which are no marks by form.

Where the gate cannot read (a scan, an attachment, a picture in place of a 版头), or is in doubt,
the content is open to 保密审查 alone: ``uncleared`` with its reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from domain.documents import BlockKind, ExtractedText, MediaType
from domain.secrecy import GateVerdict
from pipelines.secrecy_lines import Line, Place, Stream, streams_of
from pipelines.secrecy_marks import (
    LEVEL,
    Grade,
    Mark,
    continues_mark,
    ends_document,
    ends_head,
    fold,
    is_addressee,
    is_copy_number,
    is_furniture,
    is_label,
    is_red_head,
    is_urgency,
    lifts_itself,
    lifts_neighbor,
    read_mark,
    starts_document,
)
from pipelines.secrecy_unread import unread

HEAD_LINES: Final = 25
BESIDE: Final = 3
STATEMENT_WITHIN: Final = 6
LIST_WITHIN: Final = 4
# a line that is one piece of a mark broken over lines is short even when it is spaced out
LONGEST_JOINED: Final = 40

# what stops a file
HEAD_MARK: Final = "head_mark"
INNER_HEAD_MARK: Final = "inner_head_mark"
MARGIN_MARK: Final = "margin_mark"
TEXT_BOX_MARK: Final = "text_box_mark"
HIDDEN_MARK: Final = "hidden_mark"
DELETED_MARK: Final = "deleted_mark"
PROPERTY_MARK: Final = "property_mark"
# what opens the content to 保密审查 alone
LIFTED_MARK: Final = "lifted_mark"
MARK_OUTSIDE_HEAD: Final = "mark_outside_head"
MARK_IN_TABLE: Final = "mark_in_table"
IRREGULAR_MARK: Final = "irregular_mark"
# what is only told
LEVEL_WORD: Final = "level_word_alone"

STOP_RULES: Final = frozenset(
    {
        HEAD_MARK,
        INNER_HEAD_MARK,
        MARGIN_MARK,
        TEXT_BOX_MARK,
        HIDDEN_MARK,
        DELETED_MARK,
        PROPERTY_MARK,
    }
)
HOLD_RULES: Final = frozenset({LIFTED_MARK, MARK_OUTSIDE_HEAD, MARK_IN_TABLE, IRREGULAR_MARK})
RULE_NAMES: Final = {
    HEAD_MARK: "版头密级标志",
    INNER_HEAD_MARK: "文中另一文件版头密级标志",
    MARGIN_MARK: "页眉或页脚密级标志",
    TEXT_BOX_MARK: "文本框密级标志",
    HIDDEN_MARK: "隐藏文字密级标志",
    DELETED_MARK: "修订中删除的密级标志",
    PROPERTY_MARK: "文件属性密级标志",
    LIFTED_MARK: "密级标志已注明解密或作废",
    MARK_OUTSIDE_HEAD: "正文中有密级标志样式的独立行",
    MARK_IN_TABLE: "表格中有密级标志",
    IRREGULAR_MARK: "不规范的密级字样",
    LEVEL_WORD: "独立成行的密级词语",
    "page_without_text": "有页面无法读出文字",
    "head_in_picture": "首页上部为图片",
    "little_text": "几乎只有图片",
    "garbled_text": "文字编码无法识别",
    "embedded": "含嵌入文件或附件",
}

_PROPERTY: Final = re.compile(
    r".*(?:密级|涉密|保密等级|保密级别|定密|classification|secrecy|securitylevel).*", re.IGNORECASE
)
_LEVEL_VALUE: Final = re.compile(rf"(?<![非无不业作家])(?:{LEVEL})")


def check(extracted: ExtractedText) -> GateVerdict:
    """The verdict over a document: stopped, held for 保密审查, or free to go on.

    ``rules`` names every rule met, those that stop first; ``uncleared_reasons`` names what the gate
    could not read and every rule that holds. Nothing in the verdict is text of the file.
    """
    rules: set[str] = set(_property_rules(extracted))
    streams = streams_of(extracted)
    head_lines = _first_head_length(streams)
    for stream in streams:
        rules |= set(_rules_of(stream, head_lines, extracted.media_type))
    reasons = {*unread(extracted), *(rules & HOLD_RULES)}
    return GateVerdict(
        quarantined=bool(rules & STOP_RULES),
        rules=tuple(sorted(rules, key=lambda r: (r not in STOP_RULES, r))),
        uncleared=bool(reasons),
        uncleared_reasons=tuple(sorted(reasons)),
    )


def check_name(filename: str) -> tuple[str, ...]:
    """Rules that a file's name meets: a name that carries a mark is a soft signal, never a stop."""
    stem = filename.replace("\\", "/").rpartition("/")[2].rpartition(".")[0] or filename
    folded = fold(stem)
    words = re.split(r"[-_+()\[\]【】〔〕,，、 ]", folded)
    if re.search(rf"{LEVEL}级?★", folded) or any(read_mark(word) for word in words if word):
        return (IRREGULAR_MARK,)
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sighting:
    """A mark on the lines ``first`` to ``last`` of a stream."""

    first: int
    last: int
    mark: Mark
    in_table: bool = False


def _rules_of(stream: Stream, head_lines: int, media_type: MediaType) -> Iterator[str]:
    sightings = _sightings(stream.lines)
    if stream.place is Place.BODY:
        for seen in sightings:
            yield from _body_rule(stream, seen, sightings)
        return
    if stream.place is Place.HIDDEN and stream.page_index is not None:
        # the text layer of a scan: its lines stand where the page's lines stand
        for seen in sightings:
            yield from _body_rule(stream, seen, sightings)
        return
    for seen in sightings:
        yield from _aside_rule(stream, seen, sightings, head_lines, media_type)


# -- finding marks ---------------------------------------------------------------------------


def _sightings(lines: Sequence[Line]) -> list[_Sighting]:
    found: list[_Sighting] = []
    n = 0
    while n < len(lines):
        seen = _joined(lines, n) or _on_line(lines, n)
        if seen is not None:
            found.append(seen)
            n = seen.last
        n += 1
    return found


def _on_line(lines: Sequence[Line], n: int) -> _Sighting | None:
    line = lines[n]
    ledger = line.table is not None and _under_ledger(lines, n)
    if not ledger and (mark := read_mark(line.text)):
        return _Sighting(first=n, last=n, mark=mark)
    if len(line.fields) == 1:
        mark = next((m for text in line.fields[0] if (m := read_mark(text))), None)
        return _Sighting(first=n, last=n, mark=mark) if mark else None
    for k, cell in enumerate(line.fields):
        mark = next((m for text in cell if (m := read_mark(text))), None)
        if mark is None:
            continue
        labelled = k > 0 and is_label("".join(line.fields[k - 1]))
        if labelled and mark.grade is not Grade.IRREGULAR:
            return _Sighting(first=n, last=n, mark=Mark(level=mark.level, grade=Grade.FORMAL))
        others = [text for j, c in enumerate(line.fields) if j != k for text in c]
        layout = all(is_furniture(text) for text in others) and not _under_ledger(lines, n)
        return _Sighting(first=n, last=n, mark=mark, in_table=not layout)
    return None


def _under_ledger(lines: Sequence[Line], n: int) -> bool:
    """Whether a row above names its columns and one of them 密级: then the word is a value."""
    return any(
        len(line.fields) > 1 and any(is_label("".join(cell)) for cell in line.fields)
        for line in lines[max(0, n - 200) : n]
        if line.table == lines[n].table
    )


def _joined(lines: Sequence[Line], n: int) -> _Sighting | None:
    """A mark broken over lines: set vertically, its period below it, or its label above it."""
    if len(lines[n].fields) > 1 or len(lines[n].text) > LONGEST_JOINED:
        return None
    first = fold(lines[n].text)
    if first in {"绝", "机", "秘"}:
        return _vertical(lines, n)
    if n + 1 >= len(lines) or len(lines[n + 1].fields) > 1:
        return None
    below = lines[n + 1].text
    mark = read_mark(lines[n].text)
    if mark is not None and mark.grade is Grade.BARE and continues_mark(below):
        formal = Mark(level=mark.level, grade=Grade.FORMAL)
        return _Sighting(first=n, last=n + 1, mark=formal)
    if not is_label(lines[n].text) or lines[n].table is not None:
        return None
    mark = read_mark(below)
    after = read_mark(lines[n + 2].text) if n + 2 < len(lines) else None
    # the words 密级 over several levels head a list
    if mark is None or (after is not None and after.level != mark.level):
        return None
    return _Sighting(first=n, last=n + 1, mark=Mark(level=mark.level, grade=Grade.FORMAL))


def _vertical(lines: Sequence[Line], n: int) -> _Sighting | None:
    best: _Sighting | None = None
    text = ""
    for k in range(n, min(n + 9, len(lines))):
        piece = lines[k].text
        text += piece
        mark = read_mark(text)
        if mark is not None and k > n:
            best = _Sighting(first=n, last=k, mark=mark)
        if k > n and len(fold(piece)) > 2:
            break
    return best


# -- judging their place ---------------------------------------------------------------------


def _body_rule(stream: Stream, seen: _Sighting, all_seen: list[_Sighting]) -> Iterator[str]:
    lines = stream.lines
    if seen.in_table:
        yield MARK_IN_TABLE if seen.mark.grade is Grade.FORMAL else LEVEL_WORD
        return
    if _is_lifted(lines, seen):
        yield LIFTED_MARK
        return
    start = _head_start(lines, seen.first)
    in_head = start is not None
    above = lines[start : seen.first] if start is not None else lines[:0]
    on_top = in_head and all(_is_head_line(line) for line in above)
    beside = _furniture_beside(lines, seen)
    listed = _is_listed(seen, all_seen, lines)
    if seen.mark.grade is Grade.IRREGULAR:
        if in_head:
            yield IRREGULAR_MARK
    elif seen.mark.grade is Grade.FORMAL:
        yield from _formal_rule(in_head, on_top, beside, listed)
    else:
        yield from _bare_rule(stream, seen, start, on_top, beside, listed)


def _formal_rule(in_head: bool, on_top: bool, beside: int, listed: bool) -> Iterator[str]:
    if listed and not on_top and not beside:
        yield LEVEL_WORD
    elif in_head:
        yield HEAD_MARK
    else:
        yield INNER_HEAD_MARK if beside else MARK_OUTSIDE_HEAD


def _bare_rule(
    stream: Stream, seen: _Sighting, start: int | None, on_top: bool, beside: int, listed: bool
) -> Iterator[str]:
    lines = stream.lines
    if listed:
        yield LEVEL_WORD
    elif start is None:
        yield INNER_HEAD_MARK if beside >= 2 else LEVEL_WORD
    elif beside or (on_top and _begins_document(stream, start)) or _is_addressed(lines, seen):
        yield HEAD_MARK
    else:
        # under a title, or alone on top of a later page: a mark or a heading, a person must look
        yield MARK_OUTSIDE_HEAD


def _begins_document(stream: Stream, start: int) -> bool:
    """Whether a document begins at this line, and not only a page."""
    if start == 0:
        return not stream.page_index
    return not stream.lines[start].breaks_before


def _is_addressed(lines: Sequence[Line], seen: _Sighting) -> bool:
    """Whether the line below is a 主送机关: then the word stands where marks stand."""
    return seen.last + 1 < len(lines) and is_addressee(lines[seen.last + 1].text)


def _aside_rule(
    stream: Stream,
    seen: _Sighting,
    all_seen: list[_Sighting],
    head_lines: int,
    media_type: MediaType,
) -> Iterator[str]:
    formal = seen.mark.grade is Grade.FORMAL and not seen.in_table
    listed = _is_listed(seen, all_seen, stream.lines)
    in_margin = stream.place in {Place.HEADER, Place.FOOTER} or "header" in stream.part
    if stream.place in {Place.NOTE, Place.COMMENT}:
        if formal:
            yield MARK_OUTSIDE_HEAD
    elif _is_lifted(stream.lines, seen):
        yield LIFTED_MARK
    elif seen.mark.grade is Grade.IRREGULAR or seen.in_table:
        yield IRREGULAR_MARK
    elif in_margin:
        yield MARGIN_MARK
    elif listed and not formal:
        yield LEVEL_WORD
    elif stream.place is Place.TEXT_BOX:
        in_head = stream.lines_above <= head_lines or bool(_furniture_beside(stream.lines, seen))
        yield TEXT_BOX_MARK if formal or in_head else LEVEL_WORD
    elif media_type is MediaType.XLSX or not formal:
        # hidden columns of a ledger and lists behind a drop-down field are no marks of the file
        yield MARK_OUTSIDE_HEAD if formal else IRREGULAR_MARK
    else:
        yield DELETED_MARK if stream.place is Place.DELETED else HIDDEN_MARK


def _head_start(lines: Sequence[Line], n: int) -> int | None:
    """Where the 版头 begins in which line ``n`` stands, or None where it stands in the text."""
    for k in range(n - 1, -2, -1):
        if k < 0 or starts_document(lines[k].text) or ends_document(lines[k].text):
            start = k + 1
            break
        if lines[k + 1].breaks_before:
            start = k + 1
            break
        if any(ends_head(text) for cell in lines[k].fields for text in cell):
            return None
    return start if n - start < HEAD_LINES else None


def _first_head_length(streams: Sequence[Stream]) -> int:
    """Number of body lines from the start of the file that can be its 版头."""
    body = next((s for s in streams if s.place is Place.BODY), None)
    if body is None:
        return 0
    count = 0
    for line in body.lines[:HEAD_LINES]:
        if any(ends_head(text) for cell in line.fields for text in cell):
            break
        count += 1
    return count


def _is_head_line(line: Line) -> bool:
    return all(is_furniture(text) or read_mark(text) for cell in line.fields for text in cell)


def _furniture_beside(lines: Sequence[Line], seen: _Sighting) -> int:
    """How many lines near a mark are 份号, 紧急程度, 发文机关标志 or 发文字号."""
    near = [*lines[max(0, seen.first - BESIDE) : seen.first]]
    near += lines[seen.last + 1 : seen.last + 1 + BESIDE]
    return sum(
        1
        for line in near
        if any(
            is_copy_number(text) or is_urgency(text) or is_red_head(text)
            for cell in line.fields
            for text in cell
        )
    )


def _is_listed(seen: _Sighting, all_seen: list[_Sighting], lines: Sequence[Line]) -> bool:
    """Whether the line is one of a list of levels, or the heading of an explanation of its own."""
    if seen.mark.level and any(
        other.mark.level not in {"", seen.mark.level}
        and abs(other.first - seen.first) <= LIST_WITHIN
        for other in all_seen
    ):
        return True
    below = fold(lines[seen.last + 1].text) if seen.last + 1 < len(lines) else ""
    return (
        bool(seen.mark.level) and re.match(rf"{seen.mark.level}(?:级|是|指|[:])", below) is not None
    )


def _is_lifted(lines: Sequence[Line], seen: _Sighting) -> bool:
    own = "".join(line.text for line in lines[seen.first : seen.last + 1])
    below = lines[seen.last + 1].text if seen.last + 1 < len(lines) else ""
    if lifts_itself(own):
        return True
    # a remark in brackets may run on in the next line
    if _opens_bracket(own) and lifts_itself(own + below):
        return True
    above = lines[seen.first - 1].text if seen.first else ""
    if lifts_neighbor(above) or lifts_neighbor(below):
        return True
    # a statement of the act ("本件已于…解密") may stand a few lines higher, over the stamp's lines
    earlier = lines[max(0, seen.first - STATEMENT_WITHIN) : seen.first]
    return any(
        lifts_neighbor(line.text) and re.search("解密章|本(?:件|文件?)", fold(line.text))
        for line in earlier
    )


def _opens_bracket(text: str) -> bool:
    folded = fold(text)
    return sum(map(folded.count, "([〔【")) > sum(map(folded.count, ")]〕】"))


# -- beside the text -------------------------------------------------------------------------


def _property_rules(extracted: ExtractedText) -> Iterator[str]:
    for block in extracted.blocks:
        if block.kind is not BlockKind.METADATA:
            continue
        name, _, value = block.span.cut(extracted.text).partition("=")
        folded = fold(value)
        if _PROPERTY.fullmatch(fold(name)) and _LEVEL_VALUE.search(folded):
            yield LIFTED_MARK if lifts_itself(value) else PROPERTY_MARK
        elif (mark := read_mark(value)) is not None and not lifts_itself(value):
            yield PROPERTY_MARK if mark.grade is Grade.FORMAL else IRREGULAR_MARK
