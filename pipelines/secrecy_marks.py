"""The grammar of one line of a 版头: secrecy marks, what stands around them, and what lifts them.

GB/T 9704-2012 7.2: 份号, 密级和保密期限 ("秘密★1年"), 紧急程度, 发文机关标志, 发文字号, 签发人.
All functions take a line as it stands or folded by :func:`fold`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from typing import Final

_STARS = str.maketrans(
    dict.fromkeys("☆⭐✩✪✫✬✭✮✯✰✶✷✸✹✦✧*⋆✱✲✳∗٭⁎﹡＊※✡", "★")
    | {"絕": "绝", "祕": "秘", "袐": "秘", "機": "机", "級": "级", "解": "解"}
)
# letters by category that show nothing: fillers, variation selectors
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
_PAIRS: Final = ("【】", "[]", "()", "〔〕", "<>", "{}", "〖〗", "『』")

LEVEL: Final = r"(?:绝密|机密|秘密)"
_LABEL: Final = (
    r"(?:密级(?:(?:和|及|与|、|/)?保密期限)?|保密(?:等级|级别|密级)|涉密(?:等级|级别)|"
    r"秘密等级|密等|密别|定密(?:级别|情况)?|原(?:定)?密级|原标(?:注|志|定)?)"
)
_COPY_NO: Final = (
    r"(?:(?:份号|编号|副本号|文件编号|No\.?|№)[:.]?[0-9A-Z]{1,10}号?|[0-9]{4,8}|第[0-9]{1,8}[份号])"
)
_URGENCY: Final = r"(?:(?:紧急程度|缓急程度|缓急)?[:]?(?:特急|特提|加急|平急|急件|紧急|急))"
_PERIOD: Final = (
    r"(?:长期|永久|[0-9]{1,3}(?:年|个月|月|天|日)|[一二三四五六七八九十]{1,3}(?:年|个月)|"
    r"[一-龥]{1,8}前|[12][0-9]{3}(?:年|[-./]).{0,20}|至.{1,16}|保密期限.{0,14}|(?:期限)?不限)"
)
_ORGAN: Final = (
    r"(?:省|市|县|区|旗|州|盟|镇|乡|街道|局|厅|部|委|会|室|府|党组|中心|支队|大队|总队|"
    r"指挥部|小组|处|院|公司|学校|协会|办|署|司|团|军|所|站|厂|集团)"
)
_MARK: Final = re.compile(
    rf"(?P<number>{_COPY_NO})?(?P<urgent>{_URGENCY})?(?P<label>{_LABEL}[:]?)?[(\[]?"
    rf"(?P<level>{LEVEL})(?P<word>级)?[)\]]?(?P<tail>.*)",
    re.IGNORECASE,
)
_TAIL: Final = re.compile(
    rf"[(\[〔]?(?P<period>{_PERIOD})?[)\]〕]?[,、;/|·-]?"
    rf"(?:{_URGENCY}|份号[:]?|{_COPY_NO}|[,、;/|·-]){{0,4}}",
    re.IGNORECASE,
)
_ORGAN_TAIL: Final = re.compile(rf".{{2,28}}{_ORGAN}(?:\(.{{1,8}}\))?(?:文件|令|公报)")
_ORGAN_HEAD: Final = re.compile(
    rf"(?P<organ>.{{2,28}}{_ORGAN}(?:文件|令|公报|办公室))(?P<mark>{LEVEL}.*)"
)
_CHECKED: Final = re.compile(
    rf"{_LABEL}[:]?(?:(?:[□○◯☐].{{1,6}}?)*[☑☒√✓✔■●◉]{LEVEL}|"
    rf"{LEVEL}(?:[□○◯☐]{LEVEL})*[☑☒√✓✔■●◉](?!.*非密[☑☒√✓✔■●◉]))"
)
_IRREGULAR: Final = re.compile(rf"(?:{LEVEL}级?(?:文件|资料|材料|件|公文|内容|事项)|密件|涉密文件)")
_SENTENCE: Final = re.compile(
    r"[。?!;“”‘’「」『』《》\"]|表示|标志|标注|字样|属于|是指|分别|什么|哪|如果|称为|意思|等(?:级|字)|两|三级"
)
_LABEL_ONLY: Final = re.compile(rf"{_LABEL}[:]?")
_LONGEST_TAIL: Final = 40


class Grade(Enum):
    """How sure the form of a mark is, before its place is looked at."""

    # with ★, a period, a label or a 份号: nobody writes that by chance
    FORMAL = "formal"
    # the bare word
    BARE = "bare"
    # no form of the standard, yet meant as a mark ("机密文件")
    IRREGULAR = "irregular"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A line that is a secrecy mark by its form."""

    level: str
    grade: Grade


def fold(line: str) -> str:
    """The line after NFKC without white space and invisible characters, stars made one kind."""
    kept = []
    for character in line:
        for folded in unicodedata.normalize("NFKC", character):
            category = unicodedata.category(folded)
            if category[0] in "ZC" or folded.isspace():
                continue
            if folded in _BLANK_LETTERS or "\ufe00" <= folded <= "\ufe0f":
                continue
            kept.append(folded)
    return "".join(kept).translate(_STARS).replace("№", "No")


def read_mark(line: str) -> Mark | None:
    """The mark that a line consists of, or None where it is anything else."""
    if "密" not in line:
        return None
    folded = _bare(fold(line))
    if not 2 <= len(folded) <= 2 * _LONGEST_TAIL:
        return None
    if _CHECKED.match(folded):
        return Mark(level="", grade=Grade.FORMAL)
    if _IRREGULAR.fullmatch(folded):
        return Mark(level="", grade=Grade.IRREGULAR)
    beside = _ORGAN_HEAD.fullmatch(folded)
    found = _MARK.fullmatch(beside["mark"] if beside else folded)
    if found is None:
        return None
    grade = _graded(found)
    if grade is None:
        return None
    return Mark(level=found["level"], grade=Grade.FORMAL if beside else grade)


def _bare(folded: str) -> str:
    """The line without a pair of brackets around it and without leading mark-up."""
    folded = folded.lstrip("★#")
    for opening, closing in _PAIRS:
        if folded.startswith(opening) and folded.endswith(closing) and len(folded) > 2:
            return folded[1:-1]
    return folded


def _graded(found: re.Match[str]) -> Grade | None:
    tail = found["tail"]
    # NFKC leaves 「」 and quotation marks alone: a quoted word is quoted
    if not tail:
        formal = found["label"] or found["number"] or found["urgent"]
        return Grade.FORMAL if formal else Grade.BARE
    if tail.startswith("★"):
        rest = tail.lstrip("★")
        if len(rest) > _LONGEST_TAIL or _SENTENCE.search(rest):
            return None
        return Grade.FORMAL
    if _TAIL.fullmatch(tail) or _ORGAN_TAIL.fullmatch(tail):
        return Grade.FORMAL
    return None


def is_label(line: str) -> bool:
    """Whether the line is only the words 密级 or their like, as in a form or a table head."""
    return bool(_LABEL_ONLY.fullmatch(fold(line)))


def continues_mark(line: str) -> bool:
    """Whether the line can be the rest of a mark that the line above began ("★5年")."""
    folded = fold(line)
    if folded.startswith("★"):
        return len(folded) <= _LONGEST_TAIL and not _SENTENCE.search(folded)
    return bool(re.fullmatch(_PERIOD, folded))


# -- what stands around a mark ---------------------------------------------------------------

_IS_COPY_NO: Final = re.compile(
    rf"{_COPY_NO}|(?:份号|编号|No\.?)[:.]?|共?[0-9]{{1,5}}份", re.IGNORECASE
)
_IS_URGENCY: Final = re.compile(_URGENCY)
_IS_DOC_NO: Final = re.compile(
    r"(?:.{1,24}[\[(〔【<„「]{1,2}[12][0-9O〇]{3}[\])〕】>‟」]{1,2}.{0,4}[0-9]{1,5}号.{0,20}|"
    r".{0,10}第[0-9]{1,5}[号期](?:\(.{1,10}\))?)"
)
_IS_RED_HEAD: Final = re.compile(
    r"(?!.*(?:关于|印发|转发|加强|做好|管理(?![局委厅处部办站所中]))).{2,40}"
    r"(?:文件|公报|简报|纪要|内参|专报|信息|快报|要情|命令|令)"
)
_IS_ORGAN: Final = re.compile(rf"(?!.*(?:关于|印发|转发)).{{2,34}}{_ORGAN}(?:\(.{{1,12}}\))?")
_IS_FIELD: Final = re.compile(r"[^:。]{1,10}[:][^。]{1,60}")
_IS_LINE: Final = re.compile(r"[-=_—─━~.·★#|+<>*]+|[-—]?第?[0-9]{1,4}页?[-—]?(?:共[0-9]+页)?")
_IS_DATE: Final = re.compile(
    r"[12二][0-9〇零oO一二三四五六七八九]{3}[年./-].{1,4}(?:[月./-].{0,4}日?)?"
)
_IS_INTERNAL: Final = re.compile(
    r"(?:内部(?:事项|资料|文件|材料|刊物|使用|掌握)?(?:[,、]?(?:注意|妥善)保[管存密])?|"
    r"(?:注意|妥善)保[管存密]|不得(?:外传|复印|翻印)|阅后(?:收回|即?焚|退回)|(?:送审|征求意见|讨论)稿)"
)


def is_copy_number(line: str) -> bool:
    """Whether the line is a 份号."""
    return bool(_IS_COPY_NO.fullmatch(fold(line)))


def is_urgency(line: str) -> bool:
    """Whether the line is a 紧急程度."""
    return bool(_IS_URGENCY.fullmatch(fold(line)))


def is_red_head(line: str) -> bool:
    """Whether the line is a 发文机关标志 ("…文件") or a 发文字号."""
    folded = fold(line)
    return bool(_IS_RED_HEAD.fullmatch(folded) or _IS_DOC_NO.fullmatch(folded))


def is_furniture(line: str) -> bool:
    """Whether the line belongs to a 版头: not a title, not text."""
    folded = fold(line)
    if not folded or is_copy_number(line) or is_urgency(line) or is_red_head(line):
        return True
    if _IS_FIELD.fullmatch(folded) and not _SENTENCE.search(folded):
        return True
    return any(
        form.fullmatch(folded)
        for form in (_IS_ORGAN, _IS_LINE, _IS_DATE, _IS_INTERNAL, _LABEL_ONLY)
    ) or (folded[0] in "(〔[【" and len(folded) <= 40 and not _SENTENCE.search(folded))


_ENDS_HEAD: Final = re.compile(
    r"[一二三四五六七八九十]{1,3}、.*|[(][一二三四五六七八九十]{1,3}[)].*"
)
_IS_DOCUMENT_END: Final = re.compile(
    r".*[0-9日]印(?:发|制|刷)?|.*印发|\(?共印[0-9]+份\)?|.*(?:承办)?校对[:].*"
)
_IS_DOCUMENT_START: Final = re.compile(
    r"第[一二三四五六七八九十百0-9]{1,4}[篇件份部][:、.]?.{0,60}|附(?:件|录)?[一二三四五六七八九十0-9]{0,3}[:.]?"
)
LONGEST_TITLE_LINE: Final = 45


def ends_head(line: str) -> bool:
    """Whether the line is text or a 主送机关: below it nothing is 版头 any more."""
    folded = fold(line)
    if _ENDS_HEAD.fullmatch(folded) or "。" in folded or len(folded) > LONGEST_TITLE_LINE:
        return True
    return is_addressee(line)


def is_addressee(line: str) -> bool:
    """Whether the line is a 主送机关 by its form: a short line that ends with a colon."""
    folded = fold(line)
    if not folded.endswith(":") or "。" in folded:
        return False
    return not is_label(line) and not _IS_COPY_NO.fullmatch(folded)


def ends_document(line: str) -> bool:
    """Whether the line ends a 版记, so that another document may begin below it."""
    return bool(_IS_DOCUMENT_END.fullmatch(fold(line)))


def starts_document(line: str) -> bool:
    """Whether the line announces a document of a bundle or an attachment."""
    return bool(_IS_DOCUMENT_START.fullmatch(fold(line)))


# -- what lifts a mark -----------------------------------------------------------------------

_NOT_LIFTED: Final = re.compile(
    r"(?:未|没有|不(?:得|能|予|宜|应|可)?|尚未|严禁|禁止|并非)(?:经|被|予|作|擅自|自行)*.{0,4}(?:解密|作废)"
)
# a mark says itself until when it holds: that is a live mark
_PROSPECTIVE: Final = re.compile(
    r"(?:到期|期满|届满|自动|自行|定期|适时)后?(?:自行|自动)?解密|解密(?:时间|日期|条件|期限|时限|年限|前|后|审核|工作)|"
    r"(?:后|前|时|将|将于|拟|待|[0-9年月日])(?:方可|予以|再|可以?|自动|自行)?解密|日起解密(?!章)"
)
_DONE: Final = re.compile(
    r"原(?:定)?密级|原标(?:注|定|志|密)?[:]|划(?:横)?线(?:处|作废|删除)?|划去|解密章|"
    r"已(?!定|标|列|确定)[^,。;未不]{0,34}(?:解密|作废|解除)|(?:现|予以|现予|准予|同意|宣布|公告|提前|确认|批准)解密|"
    r"(?:密级|标志|秘密标志).{0,6}(?:作废|解除|撤销|取消)|(?:撤销|取消|解除)(?:密级|保密|秘密)|"
    r"(?:变更|调整|降)为(?:非密|公开|内部)|不再(?:作为|属于)国家秘密"
)
_LIFTING_WORD: Final = re.compile(r"解密|作废")
_STAMP: Final = re.compile(
    r"[(\[〔【]?(?:本|此|该)?(?:文件|件|文)?(?:密级|标志)?(?:已|现已|现|于|[0-9年月日./-])*(?:解密|作废)"
    r"(?:专用章|章|处理)?[0-9年月日./:-]{0,12}[)\]〕】]?"
)


def lifts_itself(line: str) -> bool:
    """Whether the line with a mark also says that the mark holds no more."""
    folded = fold(line)
    if _NOT_LIFTED.search(folded):
        return False
    if _DONE.search(folded):
        return True
    return bool(_LIFTING_WORD.search(folded)) and not _PROSPECTIVE.search(folded)


def lifts_neighbor(line: str) -> bool:
    """Whether the line says of the mark beside it that it holds no more.

    A title that speaks of 解密工作 does not; a stamp ("已解密") or a statement of the act does.
    """
    folded = fold(line)
    if "关于" in folded or _NOT_LIFTED.search(folded):
        return False
    if _DONE.search(folded):
        return True
    return bool(_STAMP.fullmatch(folded)) and not _PROSPECTIVE.search(folded)
