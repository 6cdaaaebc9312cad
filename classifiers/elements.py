"""Elements of an official paper by their place (GB/T 9704-2012): title, 文号, 署名, dates.

Layout noise is expected: a heading spaced out or broken over lines, brackets of every fashion, a
numeral year with a Latin O.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import date

from classifiers.document_kind import kind_of
from classifiers.squeezed import Line, Squeezed, squeeze
from domain.documents import UNPUBLISHED_KINDS, BlockKind, ExtractedText
from domain.spans import TextSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """What stands where in one document; spans are of the text that was given.

    ``title`` is joined from its lines without white space; ``doc_no`` has its year in 〔〕.
    ``signer_line`` is the place of a 签发人 line, the sign of a paper that goes upwards.
    """

    title: str = ""
    title_span: TextSpan | None = None
    doc_no: str | None = None
    doc_no_span: TextSpan | None = None
    issuer: str | None = None
    issuer_span: TextSpan | None = None
    formed_on: date | None = None
    formed_on_span: TextSpan | None = None
    signer_line: TextSpan | None = None
    recipients: str | None = None
    recipients_span: TextSpan | None = None
    kind: str = "unknown"


_HEAD_LINES = 16
_PHRASE = 3
_TITLE_CHARS = 120
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "O": 0, "o": 0, "0": 0}
_DIGITS |= {"○": 0, "Ο": 0, "О": 0, "◯": 0}
_YEAR = r"(?:[12][0-9]{3}|[一二][一二三四五六七八九〇零○◯OΟОo0]{3})"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十])"
_ONES = "[一二三四五六七八九]"
_DAY = rf"(?:3[01]|[12][0-9]|0?[1-9]|三十一?|二十{_ONES}?|廿{_ONES}?|十{_ONES}?|{_ONES})"
_DATE = re.compile(rf"(?P<year>{_YEAR})年(?P<month>{_MONTH})月(?P<day>{_DAY})日")
_DATE_KEY = re.compile(
    r"(?:成文|发文|签发|填表|制表|签订|审定|报告|编制|批准|决定|出具|印制|形成|作出)(?:日期|时间):?$|^日期:$|(?:盖章|公章|印章|签名|签字)\)?:?$"
)
_LINE_DATE = re.compile(_DATE.pattern + r"\)?$")

_DOC_NO = re.compile(
    r"(?P<word>[\u4e00-\u9fff()A-Z]{1,24}?)[〔\[(（„﹝【〖](?P<year>(?:19|20)?[0-9]{2})[〕\])）‟﹞】〗]"
    r"(?:第)?(?P<number>[\u4e00-\u9fff]?[0-9]{1,6}(?:[-—之][0-9]+)?)号"
)
_SIGNER = re.compile(r"签发人(?:\(?会签\)?)?:?")
_HEAD_MARK = re.compile(
    r"^(?:[0-9]{6}|份号.*|(?:绝密|机密|秘密)(?:★.*)?|特急|加急|特提|平急|内部(?:资料|事项|文件).*|注意保[存管]"
    r"|\(.{0,60}\)|【.{0,6}章】.{0,80}|解密章.*|原标.*|附件[0-9]*:?|(?:[0-9]{4}年)?第[0-9]+期(?:\(.*\))?|密封件.*|商业秘密.*|公开(?:属性|类别|方式):.*)$"
)
_ORG_END = (
    r"(?:人民政府|政府办公室|政府|管理局|监督局|分局|局|委员会|办公室|办公厅|委办|指挥部|领导小组|联席会议|调查组|工作组"
    r"|大队|支队|总队|中队|中心|党组|党委|委|厅|部|院|站|所|处|公司|集团|协会|学校|中学|小学|医院|银行|合作社|司)"
)
_ORG_LINE = re.compile(
    rf"^[\u4e00-\u9fff、()·“”]{{2,40}}?{_ORG_END}(?:\((?:印章|公章|盖章|章)\))?$"
)
_ORG_HEAD = re.compile(rf"^(?P<org>[\u4e00-\u9fff()·]{{2,40}}?{_ORG_END})(?:文件)?$")
_NOT_AN_ISSUER = re.compile(r"^(?:关于|单位|填报|被|委托|申请|受理|项目|企业|地址|收件|主送|抄送)")
_ORG_OPENING = re.compile(
    rf"^(?P<org>(?!关于)[\u4e00-\u9fff]{{2,30}}?{_ORG_END})"
    r"(?=关于|印发|转发|行政|[0-9〇二]|开展|公告|通告|通报|机构|主要|领导|后勤|部门|依申请|政府信息|准予|安全生产)"
)
_KIND_END = re.compile(
    r"(?:通知|通报|通告|公告|公示|决定|决定书|意见|意见书|请示|报告|报告书|批复|函|复函|纪要|记录|笔录|方案|预案|计划|规划|要点"
    r"|总结|打算|办法|规定|细则|规则|制度|条例|表|单|书|名单|名录|台账|明细|合同|协议|说明|解读|公报|年报|手册|名册|花名册|指南"
    r"|安排|回执|快报|初报|材料|活动|情况|答复|信|启事|预算|决算|目录|备忘录|问答|信息|概况|分工|机构|职能|一览表|选编|标准|清单)"
    r"(?:\([^()]{1,30}\)|[0-9A-Z第〔〕年期号-])*$"
)
# （讨论稿）, （公开版）, （2026年修订）: a line of its own under the title
_VERSION_LINE = re.compile(
    r"^\((?!.*(?:日\)|此件|印发|通过|提交|依申请|主动公开|期)).{1,16}[稿版本行订示录选报开类型密分结]\)$"
)
_SENTENCE = re.compile(r"[。;!?]|,.{8,}$|:$")
_METADATA_TITLE = re.compile(r"^(?:标题|文件名称|信息名称|公文标题|文章标题):(?P<title>.{4,})$")
_RECIPIENTS = re.compile(r"^(?P<who>[\u4e00-\u9fff、,()·“”0-9A-Za-z]{2,160}):$")
_FIELD_LINE = re.compile(r"^[\u4e00-\u9fff()、/]{2,12}:.+")
_SECTION = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}、|\([一二三四五六七八九十]{1,3}\)|[0-9]+[.、]|第[一二三]条)"
)
_TABLE_LINE = re.compile(r"^(?:序号|编号|日期|批次|姓名)")


def body_of(extracted: ExtractedText) -> TextSpan | None:
    """The visible body: without page headers before it and the annex of hidden text after it.

    None where the whole text is the body (a format without blocks).
    """
    text_end = len(extracted.text)
    start, end = 0, text_end
    for block in extracted.blocks:
        if block.kind is BlockKind.HEADER and block.span.start <= start + 1:
            start = min(block.span.end, text_end)
        if block.kind in UNPUBLISHED_KINDS:
            end = min(end, block.span.start)
    if (start, end) == (0, text_end) or end <= start:
        return None
    return TextSpan(start=start, end=end)


def recognize(text: str, *, within: TextSpan | None = None) -> Elements:
    """The elements of one document; what is not found stays None.

    ``within`` limits the look to the visible body of ``text`` (an annex of hidden text, or other
    documents of the same file, left out); spans are of ``text`` all the same.
    """
    squeezed = _by_layout(squeeze(text, within=within), text)
    lines = squeezed.lines
    if not lines:
        return Elements()
    numbers, raw_title = _title_lines(squeezed)
    title, title_span = "", None
    if numbers:
        title = raw_title
        title_span = squeezed.span(lines[numbers[0]].start, lines[numbers[-1]].end)
    doc_no, doc_no_span = _doc_no(squeezed, numbers)
    formed_on, formed_span, date_line = _formed_on(squeezed)
    issuer, issuer_span = _issuer(squeezed, numbers, date_line)
    signer = _signer(squeezed)
    recipients, recipients_span = _recipients(squeezed, numbers)
    return Elements(
        title=title,
        title_span=title_span,
        doc_no=doc_no,
        doc_no_span=doc_no_span,
        issuer=issuer,
        issuer_span=issuer_span,
        formed_on=formed_on,
        formed_on_span=formed_span,
        signer_line=signer,
        recipients=recipients,
        recipients_span=recipients_span,
        kind=kind_of(title, squeezed.text, upward=signer is not None),
    )


def _by_layout(squeezed: Squeezed, text: str) -> Squeezed:
    """The same text with lines also parted where a wide space stands between two phrases."""
    pieces: list[Line] = []
    for line in squeezed.lines:
        cuts = [line.start]
        for index in range(line.start + 1, line.end):
            between = text[squeezed.origin[index - 1] + 1 : squeezed.origin[index]]
            if between and "\t" not in between and (len(between) > 1 or between == "\u3000"):
                cuts.append(index)
        cuts.append(line.end)
        parts = [Line(a, b, squeezed.text[a:b]) for a, b in itertools.pairwise(cuts) if b > a]
        # a heading spaced out character by character is one phrase
        whole = any(b.end - b.start < _PHRASE for b in parts)
        pieces.extend([line] if whole else parts)
    return Squeezed(squeezed.text, squeezed.origin, tuple(pieces))


def _title_lines(squeezed: Squeezed) -> tuple[range, str]:
    """Line numbers of the title and its wording; an empty range where there is none."""
    lines = squeezed.lines[:_HEAD_LINES]
    for number, line in enumerate(lines[:4]):
        metadata = _METADATA_TITLE.match(line.text)
        if metadata:
            return range(number, number + 1), metadata["title"]
    best: tuple[int, range, str] | None = None
    for number, line in enumerate(lines):
        if _not_a_title(line, number):
            if best is not None and _ends_head(line.text):
                break
            continue
        numbers = _joined(lines, number)
        wording = "".join(lines[n].text for n in numbers)
        score = _title_score(wording, number)
        if score > 0 and (best is None or score > best[0]):
            best = (score, numbers, wording)
        if _ends_head(line.text):
            break
    if best is None:
        return range(0), ""
    _, numbers, wording = best
    after = lines[numbers.stop].text if numbers.stop < len(lines) else ""
    if _VERSION_LINE.match(after):
        return range(numbers.start, numbers.stop + 1), wording.strip("。") + after
    return numbers, wording.strip("。")


def _not_a_title(line: Line, number: int) -> bool:
    wording = line.text
    return bool(
        _HEAD_MARK.match(wording)
        or _SIGNER.search(wording)
        or (
            _DOC_NO.search(wording)
            and len(wording) <= 30
            and not _KIND_END.search(_DOC_NO.sub("", wording))
        )
        or _LINE_DATE.fullmatch(wording)
        or _TABLE_LINE.match(wording)
        or (_FIELD_LINE.match(wording) and not wording.startswith("关于"))
        or (_ORG_LINE.match(wording) and "关于" not in wording)
        or (wording.endswith("文件") and _ORG_HEAD.match(wording))
        or _SECTION.match(wording)
        or wording.endswith("文书")
        or len(wording) < 2
        or not re.search(r"[\u4e00-\u9fff]{2}", wording)
    )


def _ends_head(wording: str) -> bool:
    """A sentence or a 主送 line: the title stands above it."""
    return bool(_RECIPIENTS.match(wording) or wording.endswith("。") or len(wording) > _TITLE_CHARS)


def _joined(lines: tuple[Line, ...], number: int) -> range:
    """The line and those that continue its title (关于… broken before its last word)."""
    end = number + 1
    wording = lines[number].text
    while end < min(len(lines), number + 4) and _continues(wording, lines[end].text):
        wording += lines[end].text
        end += 1
    return range(number, end)


def _continues(wording: str, following: str) -> bool:
    if len(wording) + len(following) > _TITLE_CHARS or _SENTENCE.search(following):
        return False
    if _HEAD_MARK.match(following) or _DOC_NO.search(following) or _LINE_DATE.search(following):
        return False
    if _FIELD_LINE.match(following):
        return False
    complete = bool(_KIND_END.search(wording)) and wording.count("《") == wording.count("》")
    if complete:
        return False
    return bool(_KIND_END.search(following)) or wording.count("《") > wording.count("》")


def _title_score(wording: str, number: int) -> int:
    if len(wording) > _TITLE_CHARS or _SENTENCE.search(wording):
        return 0
    score = 1
    if _KIND_END.search(wording):
        score += 4
    if "关于" in wording:
        score += 3
    if len(wording) > 60 and "关于" not in wording:
        score -= 3
    # of equals the first stands
    return score * 100 - number


def _doc_no(squeezed: Squeezed, title: range) -> tuple[str | None, TextSpan | None]:
    """The document's own number: a line of the head, or a bracket of the title."""
    last = max(_HEAD_LINES // 2, (title.stop if title else 0) + 2)
    for number, line in enumerate(squeezed.lines[:last]):
        match = _DOC_NO.search(line.text)
        if match is None:
            continue
        own_line = match.start() == 0 and len(line.text) <= match.end() + 24
        in_title = number in title and match.end() >= len(line.text) - 1
        if (own_line or in_title) and not _SENTENCE.search(line.text[: match.start()]):
            word = match["word"].lstrip(")")
            start = match.end("word") - len(word)
            # a bracket opened before the number belongs to the title, not to the number
            if word.startswith("(") and ")" not in word:
                word, start = word[1:], start + 1
            span = squeezed.span(line.start + start, line.start + match.end())
            return f"{word}〔{match['year']}〕{match['number']}号", span
    return None, None


def _formed_on(squeezed: Squeezed) -> tuple[date | None, TextSpan | None, int | None]:
    """成文日期: the last date standing by itself or closing the text; an imprint's date last."""
    best: tuple[int, int, re.Match[str]] | None = None
    for match in _DATE.finditer(squeezed.text):
        number = squeezed.line_at(match.start())
        rank = _date_rank(squeezed, match, squeezed.lines[number])
        if rank and (best is None or (rank, number) >= best[:2]):
            best = (rank, number, match)
    if best is None:
        return None, None, None
    _, number, match = best
    day = _as_date(match)
    return day, (squeezed.span(match.start(), match.end()) if day else None), number


def _date_rank(squeezed: Squeezed, match: re.Match[str], line: Line) -> int:
    """3 = a line of its own, 2 = closes a sentence or names itself, 1 = imprint, 0 = in passing."""
    after = squeezed.text[match.end() : match.end() + 2]
    if after == "印发":
        return 1
    if after[:1] not in ("", ")", "(") and match.end() < line.end:
        return 0
    before = squeezed.text[line.start : match.start()]
    if not before or _ORG_LINE.match(before):
        return 3
    if before == "(" or before.endswith(("。", "章)")) or _DATE_KEY.search(before):
        return 2
    # the very end of the text closes it, unless it is the end of a period
    last = match.end() >= len(squeezed.text) - 1 and not before.endswith(("至", "到", "截止", "-"))
    return 2 if last else 0


def _as_date(match: re.Match[str]) -> date | None:
    try:
        return date(_number(match["year"], True), _number(match["month"]), _number(match["day"]))
    except ValueError:
        return None


def _number(wording: str, digitwise: bool = False) -> int:
    if wording.isascii() and wording.isdigit():
        return int(wording)
    if digitwise:
        return int("".join(c if c.isdigit() and c.isascii() else str(_DIGITS[c]) for c in wording))
    wording = wording.replace("廿", "二十")
    tens, ten, ones = wording.rpartition("十")
    if not ten:
        return _DIGITS[ones]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def _issuer(
    squeezed: Squeezed, title: range, date_line: int | None
) -> tuple[str | None, TextSpan | None]:
    """署名 above the date, else the 发文机关标志 of the head, else the title's opening."""
    lines = squeezed.lines
    if date_line is not None and date_line > len(lines) // 3:
        for number in range(date_line, max(date_line - 3, -1), -1):
            wording = _DATE.sub("", lines[number].text)
            if number not in title and _ORG_LINE.match(wording):
                start = lines[number].start
                return _bare_org(wording), squeezed.span(start, start + len(wording))
    for line in lines[: max(6, title.start if title else 0)]:
        head = _ORG_HEAD.match(line.text)
        if head and not _NOT_AN_ISSUER.match(line.text):
            return head["org"], squeezed.span(line.start, line.start + head.end("org"))
    if title:
        line = lines[title.start]
        opening = _ORG_OPENING.match(line.text)
        if opening:
            return opening["org"], squeezed.span(line.start, line.start + opening.end("org"))
    return None, None


def _bare_org(wording: str) -> str:
    return re.sub(r"\((?:印章|公章|盖章|章)\)$", "", wording)


def _signer(squeezed: Squeezed) -> TextSpan | None:
    for line in squeezed.lines[:_HEAD_LINES]:
        match = _SIGNER.search(line.text)
        if match:
            return squeezed.span(line.start + match.start(), line.end)
    return None


def _recipients(squeezed: Squeezed, title: range) -> tuple[str | None, TextSpan | None]:
    """主送机关: the line under the title that ends with a colon."""
    start = title.stop if title else 0
    for line in squeezed.lines[start : start + 4]:
        match = _RECIPIENTS.match(line.text)
        if match:
            return match["who"], squeezed.span(line.start, line.start + match.end("who"))
    return None, None
