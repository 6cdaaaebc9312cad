"""Several documents in one file: where each begins and what it is called.

Two signs, both demanded in full, since splitting one document is as wrong as joining two:

* a collection: lines "第一篇:标题", "第二篇:…" counted from one, whose documents repeat the title
  below or are named after a kind of paper (the parts of a plan, 第一篇 总则, are not);
* heads: a title with an own-line 文号 beside it, or over a line of those addressed, after the
  document before has ended with its date or 版记. What follows an "附件" line belongs to the
  document before, and so does the paper that a 转发 notice passes on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from domain.documents import UNPUBLISHED_KINDS, BlockKind, ExtractedText, Part
from domain.spans import TextSpan
from pipelines.normalization import normalize

# kinds in which no document begins
_ASIDE = UNPUBLISHED_KINDS | {
    BlockKind.TABLE_CELL,
    BlockKind.CELL,
    BlockKind.SHEET_NAME,
    BlockKind.HEADER,
    BlockKind.FOOTER,
    BlockKind.FOOTNOTE,
}
_NUMERALS = {c: i for i, c in enumerate("〇一二三四五六七八九")}
_KIND = (
    "通知书|告知书|决定书|意见书|建议书|报告书|鉴定书|责任书|通知|通告|公告|公示|通报|决定|命令|方案|计划|报告|制度"
    "|办法|规定|规则|细则|意见|总结|要点|预案|纪要|批复|请示|函|答复|答复书|笔录|汇报|讲话|规划|指南|目录|条例|议案|守则"
)
_FORM = "申请表|登记表|审批表|备案表|呈批表|合同|协议书|协议|笔录|记录|记录表"
_COLLECTION = re.compile(
    r"(?:第(?P<ordinal>[一二三四五六七八九十]{1,3}|[0-9]{1,2})篇[:、. ]*"
    r"|[【\[]?(?:范文|文件|篇)(?P<other>[一二三四五六七八九十]{1,3}|[0-9]{1,2})[】\]]?[:、.][ ]*)"
    r"(?P<title>.*)"
)
_ENDS_IN_KIND = re.compile(rf"(?:{_KIND})(?:\([^()]{{1,12}}\))*$")
_NOTE = re.compile(r"\((?:推荐|精选|优秀|通用|完整版|范文|参考|[0-9]+)\)$")
_CHAPTER = re.compile(r"第([一二三四五六七八九十]{1,3}|[0-9]{1,2})章")
_DOC_NO = re.compile(
    r"(?P<word>[\u4e00-\u9fff()]{1,16})[〔\[(][0-9]{4}[〕\])]第?[0-9]{1,5}号(?: +签发人:.*)?"
)
# lines of a 版头 beside title and 文号: copy number, marks, urgency, signer, issuing bodies
_HEAD_LINE = re.compile(
    r"[0-9]{6}|(?:绝密|机密|秘密).{0,8}|特急|加急|特提|平急|急件|签发人:.*|文 ?件"
    r"|[\u4e00-\u9fff ()]{3,40}文 ?件"
    r"|[\u4e00-\u9fff ()]{2,30}(?:局|厅|部|委|会|办公室|政府|院|办事处|支队|大队|中心|公司)"
)
_DATE = re.compile(
    r".{0,30}(?:(?:19|20)[0-9]{2}|[一二][一二三四五六七八九〇零○O0]{3})年"
    r".{1,3}月.{1,3}日(?:印发)?[ )]*"
)
_IMPRINT = re.compile(
    r"(?:抄送|抄报|主题词|印发机关):.*|.{2,30}(?:19|20)[0-9]{2}年.{1,3}月.{1,3}日印发"
)
_ATTACHMENT = re.compile(r"附(?:件|表|录)[0-9一二三四五六七八九十]{0,3}(?:[:. ].*)?")
_TITLE = re.compile(rf"(?!附件|附表|\()[^。;!?]{{4,60}}(?:{_KIND})(?:\([^()]{{1,12}}\))?")
_FORM_TITLE = re.compile(rf"(?!附件|附表|\()[^。;:!?,]{{2,30}}(?:{_FORM})(?:\([^()]{{1,12}}\))?")
_FORM_LINE = re.compile(r"[^:。]{2,12}:.*")
_ADDRESSEE = re.compile(r"[^。;]{2,120}:")
_LEAST_CHARACTERS = 60
_LOOK_BACK = 10


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that shows, with its folded text and its place in the extracted text."""

    start: int
    text: str


def split(extracted: ExtractedText) -> tuple[Part, ...]:
    """The documents of the file, covering its whole text; empty if it holds only one."""
    lines = _visible_lines(extracted)
    starts = _collection(lines) or _heads(lines)
    if len(starts) < 2:
        return ()
    # whatever stands before the first head belongs to it; the annex goes with the last document
    bounds = [0, *(lines[index].start for index, _ in starts[1:]), len(extracted.text)]
    return tuple(
        Part(span=TextSpan(start=start, end=end), title=title)
        for (start, end), (_, title) in zip(pairwise(bounds), starts, strict=True)
    )


def _visible_lines(extracted: ExtractedText) -> list[_Line]:
    """Lines with something on them, without cells, margins and what is never published."""
    closed = [block.span for block in extracted.blocks if block.kind in _ASIDE]
    lines: list[_Line] = []
    position = number = 0
    for raw in extracted.text.split("\n"):
        start, position = position, position + len(raw) + 1
        while number < len(closed) and closed[number].end <= start:
            number += 1
        if number < len(closed) and closed[number].start < start + len(raw):
            continue
        text = normalize(raw).text.strip()
        if text:
            lines.append(_Line(start=start, text=text))
    return lines


# -- collections ----------------------------------------------------------------------------------


def _number(written: str) -> int:
    if written.isdigit():
        return int(written)
    tens, _, ones = written.rpartition("十")
    if "十" not in written:
        return _NUMERALS.get(written, 0)
    return _NUMERALS.get(tens, 1 if not tens else 0) * 10 + _NUMERALS.get(ones, 0)


def _collection(lines: list[_Line]) -> list[tuple[int, str]]:
    """Index and title of the documents of a numbered collection, or nothing."""
    found: list[tuple[int, str, bool]] = []
    for index, line in enumerate(lines):
        match = _COLLECTION.fullmatch(line.text) if len(line.text) <= 60 else None
        if match is None:
            continue
        if _number(match["ordinal"] or match["other"]) != len(found) + 1:
            continue
        title, is_document = _collected_title(match["title"].strip(), lines[index + 1 : index + 4])
        found.append((index, title, is_document))
    documents = sum(1 for _, _, is_document in found if is_document)
    if len(found) < 2 or documents * 2 <= len(found) or _chapters_run_on(lines, found):
        return []
    return [(index, title) for index, title, _ in found]


def _collected_title(heading: str, below: list[_Line]) -> tuple[str, bool]:
    """The document's title and whether the heading is that of a document of its own.

    The line below the heading mostly repeats it in full; a title may take three lines.
    """
    heading = _NOTE.sub("", heading)
    first = below[0].text if below else ""
    if heading and len(first) <= 60 and first.startswith(heading):
        title = first
        for line in below[1:3]:
            if _ENDS_IN_KIND.search(title) or len(line.text) > 20 or "。" in line.text:
                break
            title += line.text
        return (title if _ENDS_IN_KIND.search(title) else first), True
    if _ENDS_IN_KIND.search(heading):
        return heading, True
    if not heading and _TITLE.fullmatch(first):
        return first, True
    return heading or first, False


def _chapters_run_on(lines: list[_Line], found: list[tuple[int, str, bool]]) -> bool:
    """Whether chapters are counted through: then 篇 are the parts of one plan."""
    for number, (index, _, _) in enumerate(found[1:], start=1):
        end = found[number + 1][0] if number + 1 < len(found) else len(lines)
        for line in lines[index:end]:
            chapter = _CHAPTER.match(line.text)
            if chapter is not None:
                return _number(chapter[1]) != 1
    return False


# -- heads ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a document begins, its title, and the word of its 文号 ("" without one)."""

    index: int
    title: str
    word: str


def _heads(lines: list[_Line]) -> list[tuple[int, str]]:
    """Index and title of each document that begins with a head of its own."""
    if not lines:
        return []
    starts = [_head_at(lines, 0) or _Head(index=0, title=_first_title(lines), word="")]
    ended_at = -_LOOK_BACK
    for index, line in enumerate(lines):
        if index - ended_at <= _LOOK_BACK and index > starts[-1].index:
            head = _head_at(lines, index)
            if head is not None and _may_follow(lines, starts[-1], head):
                starts.append(head)
                ended_at = -_LOOK_BACK
        # what follows a date or a 版记 may be a document of its own, unless an annex comes first
        if _ATTACHMENT.fullmatch(line.text):
            ended_at = -_LOOK_BACK
        elif _IMPRINT.fullmatch(line.text) or _DATE.fullmatch(line.text):
            ended_at = index
    return [(head.index, head.title) for head in starts]


def _head_at(lines: list[_Line], index: int) -> _Head | None:
    return _numbered_head(lines, index) or _titled_head(lines, index) or _form_head(lines, index)


def _first_title(lines: list[_Line]) -> str:
    for index in range(min(len(lines), 8)):
        title = _title_at(lines, index)
        if title:
            return title[0]
    return lines[0].text[:60]


def _may_follow(lines: list[_Line], before: _Head, head: _Head) -> bool:
    """Whether a head begins a document of its own after the one that began at ``before``."""
    between = lines[before.index : head.index]
    if sum(len(line.text) for line in between) < _LEAST_CHARACTERS:
        return False
    # a notice carries behind its own date what it passes on or puts in force
    if re.search("转发|批转", before.title):
        return bool(head.word) and head.word == before.word
    return bool(head.word) or not re.search("印发|发布|公布", before.title)


def _numbered_head(lines: list[_Line], index: int) -> _Head | None:
    """The head that begins at ``index`` and has a 文号 on a line of its own, if there is one."""
    title, number = "", index
    while number < len(lines) and (match := _DOC_NO.fullmatch(lines[number].text)) is None:
        if number > index + 6:
            return None
        found = _title_at(lines, number) if not title else None
        if found is not None:
            title, number = found
        elif not _HEAD_LINE.fullmatch(lines[number].text):
            return None
        number += 1
    if number >= len(lines) or match is None:
        return None
    below = _title_below(lines, number + 1)
    if title and not below and "关于" not in title:
        # decisions have their name over the number and no title under it
        title = f"{title} {match[0]}"
    title = below or title
    return _Head(index=index, title=title, word=match["word"]) if title else None


def _title_below(lines: list[_Line], index: int) -> str:
    for begin in (index, index + 1):
        found = _title_at(lines, begin)
        if found is not None:
            return found[0]
        if begin < len(lines) and not _HEAD_LINE.fullmatch(lines[begin].text):
            return ""
    return ""


def _title_at(lines: list[_Line], index: int) -> tuple[str, int] | None:
    """The title that begins at ``index``, joined from up to four lines, and its last line."""
    title = ""
    for number in range(index, min(index + 4, len(lines))):
        text = lines[number].text
        if len(text) > 60 or re.search("[。;:!?,]", text) or _DOC_NO.fullmatch(text):
            return None
        title += text.replace(" ", "")
        if _TITLE.fullmatch(title):
            return title, number
    return None


def _titled_head(lines: list[_Line], index: int) -> _Head | None:
    """A head without a 文号: a title over the line of those addressed."""
    found = _title_at(lines, index)
    if found is None:
        return None
    title, last = found
    below = lines[last + 1].text if last + 1 < len(lines) else ""
    return _Head(index=index, title=title, word="") if _ADDRESSEE.fullmatch(below) else None


def _form_head(lines: list[_Line], index: int) -> _Head | None:
    """The name of a form, record or contract over its first filled line."""
    title = lines[index].text.replace(" ", "")
    below = [line.text for line in lines[index + 1 : index + 3]]
    if _FORM_TITLE.fullmatch(title) and any(_FORM_LINE.fullmatch(text) for text in below):
        return _Head(index=index, title=title, word="")
    return None
