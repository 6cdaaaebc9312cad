"""The attribute a drafter declared, read as evidence: 附注, 版记 and 信息公开选项.

国办发〔2016〕80号 has agencies fix the attribute while drafting. A mark counts in its place (a line
of its own, the note under the date, the imprint, the head), never where running text quotes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from classifiers.squeezed import Squeezed, squeeze
from domain.labels import DeclaredAttribute, Label
from domain.spans import TextSpan

_OPTIONS: tuple[tuple[str, Label], ...] = (
    ("依申请公开", Label.ON_REQUEST),
    ("依申请", Label.ON_REQUEST),
    ("申请公开", Label.ON_REQUEST),
    ("删减后主动公开", Label.PROACTIVE),
    ("删减后公开", Label.PROACTIVE),
    ("部分公开", Label.PROACTIVE),
    ("不予公开", Label.EXEMPT),
    ("不予主动公开", Label.EXEMPT),
    ("免予公开", Label.EXEMPT),
    ("不宜公开", Label.EXEMPT),
    ("不得公开", Label.EXEMPT),
    ("不公开", Label.EXEMPT),
    ("非公开", Label.EXEMPT),
    ("主动公开", Label.PROACTIVE),
    ("全文公开", Label.PROACTIVE),
    ("公开发布", Label.PROACTIVE),
    ("可以公开", Label.PROACTIVE),
    ("公开", Label.PROACTIVE),
)
_LABELS = dict(_OPTIONS)
_OPTION = "|".join(name for name, _ in sorted(_OPTIONS, key=lambda o: -len(o[0])))
_CHECKED = "[☑☒✓✔√■●◆]"
_UNCHECKED = "[□☐○◇]"
_OPEN = r"[(\[【〔]"
_CLOSE = r"[)\]】〕]"

# 附注: （此件公开发布）
_NOTE = re.compile(
    rf"(?:此件|本件|此文|本文件|该件)(?:属于|属|为|按|可|拟|确定为)?(?P<option>{_OPTION})"
)
# 版记 and templates: 信息公开选项：依申请公开, 公开方式：☑主动公开 □依申请公开
_KEY = re.compile(
    r"(?:(?:政府)?信息公开(?:选项|属性|类别|类型|方式|形式)?"
    r"|(?:文件)?公开(?:选项|属性|方式|类别|类型|形式)"
    rf"|(?:信息|公文|文件)属性|公开与否|是否公开)(?:建议|意见)?{_CLOSE}?:{_OPEN}?"
)
_CHOICE = re.compile(rf"(?P<box>{_CHECKED}|{_UNCHECKED})|(?P<option>{_OPTION})|[、/|;,]")
# a line that is nothing but （主动公开）
_BARE = re.compile(rf"{_OPEN}(?P<option>主动公开|依申请公开|不予公开|公开发布){_CLOSE}")

_DATE_END = re.compile(r"(?:日|章\))$")
_IMPRINT = re.compile(r"^(?:抄送|抄报|分送|主题词|印发|附件)|印发$|共印[0-9]+份")
_HEAD_LINES = 8
_END_LINES = 8


def find_declared(text: str, *, within: TextSpan | None = None) -> DeclaredAttribute | None:
    """The declared attribute with its span in ``text``, or None where none stands in its place.

    Where several stand, the last one rules (the note under the date comes after a head's remark).
    A form with several boxes and none checked declares nothing.
    """
    squeezed = squeeze(text, within=within)
    found = None
    for start, end, option in sorted(_marks(squeezed, text)):
        if _in_place(squeezed, start, end):
            found = DeclaredAttribute(
                label=_LABELS[option], raw=option, span=squeezed.span(start, end)
            )
    return found


def declared_spans(text: str, *, within: TextSpan | None = None) -> tuple[TextSpan, ...]:
    """Spans of every mark that is not quoted, in its place or not: no model may read them."""
    squeezed = squeeze(text, within=within)
    return tuple(squeezed.span(start, end) for start, end, _ in sorted(_marks(squeezed, text)))


def _marks(squeezed: Squeezed, text: str) -> Iterator[tuple[int, int, str]]:
    """Marks that are not quoted, as (start, end, option) in the squeezed text."""
    wording = squeezed.text
    for match in _NOTE.finditer(wording):
        if _opens(squeezed, text, match.start()) and _closes(squeezed, text, match.end()):
            yield match.start(), match.end(), match["option"]
    for match in _KEY.finditer(wording):
        choice = _chosen(wording, match.end())
        if (
            choice is not None
            and _opens(squeezed, text, match.start())
            and _closes(squeezed, text, choice[1])
        ):
            yield match.start(), choice[1], choice[0]
    for line in squeezed.lines:
        bare = _BARE.fullmatch(line.text)
        if bare:
            yield line.start, line.end, bare["option"]


def _chosen(text: str, start: int) -> tuple[str, int] | None:
    """The option that is checked, or the only one, with its end; None where the choice is open.

    A row of boxes has them all before or all after its options: the first token tells which.
    """
    options: list[tuple[str, int]] = []
    boxes: list[str] = []
    box_first = None
    position = start
    while match := _CHOICE.match(text, position):
        position = match.end()
        if match["box"]:
            boxes.append(match["box"])
        elif match["option"]:
            options.append((match["option"], position))
        if box_first is None and match.group() not in "、/|;,":
            box_first = bool(match["box"])
    if not boxes:
        return options[0] if len(options) == 1 else None
    checked = [
        option for option, box in zip(options, boxes, strict=False) if re.match(_CHECKED, box)
    ]
    if len(checked) != 1 or len(options) != len(boxes):
        return None
    return checked[0][0], position if not box_first else checked[0][1]


def _gap(squeezed: Squeezed, text: str, index: int) -> bool:
    """Whether layout parts code point ``index`` from the one before: a line end or a wide space."""
    if index in (0, len(squeezed.text)):
        return True
    between = text[squeezed.origin[index - 1] + 1 : squeezed.origin[index]]
    return "\n" in between or "\r" in between or "\t" in between or len(between) > 1


def _opens(squeezed: Squeezed, text: str, start: int) -> bool:
    """A mark opens a line, a bracket or an item of a note; a sentence about marks does not."""
    if _gap(squeezed, text, start):
        return True
    before = squeezed.text[start - 1]
    return before in "([【〔;。" or squeezed.text[:start].endswith("附注:")


def _closes(squeezed: Squeezed, text: str, end: int) -> bool:
    if _gap(squeezed, text, end):
        return True
    return squeezed.text[end] in ")]】〕;,。([【〔□☐抄"


def _in_place(squeezed: Squeezed, start: int, end: int) -> bool:
    """In the head, in the end region, or alone under a date or above an imprint before an annex."""
    lines = squeezed.lines
    number = squeezed.line_at(start)
    if number < _HEAD_LINES or number >= len(lines) - _END_LINES:
        return True
    if lines[number].end - lines[number].start > end - start + 4:
        return False
    return any(_DATE_END.search(line.text) for line in lines[number - 3 : number]) or any(
        _IMPRINT.search(line.text) for line in lines[number + 1 : number + 3]
    )
