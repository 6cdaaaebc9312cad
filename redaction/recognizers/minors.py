"""Whether the place of a name says that the person is under age."""

from __future__ import annotations

import re

from redaction.recognizers.name_forms import HAN

_ADULT_AGE = 18
_AGE = re.compile(r"([1-9]?[0-9])\s?(?:周岁|岁|个月大)")
_BORN = re.compile(r"((?:19|20)[0-9]{2})\s?[年.][0-9]{0,2}月?[^,;。\n]{0,6}?生")
_BORN_IN_ID = re.compile(r"[1-9][0-9]{5}((?:19|20)[0-9]{2})[01][0-9][0-3][0-9][0-9]{3}[0-9Xx]")
_YEAR_OF_PAPER = re.compile(r"(20[0-9]{2}|19[89][0-9])\s?年")
_CLASS = re.compile(
    r"(?:小学|幼儿园|托育园?|中心校|初中|附小|学前班)"
    r"|[一二三四五六七八九1-9]\s?\([一二三四五六七八九十0-9]{1,2}\)\s?班|[一二三四五六七八九]年级|[大中小]班"
)
_STAFF = re.compile("老师|教师|班主任|校长|家长|园长|主任|教导")
_NEXT_PERSON = re.compile(rf"[;。\n]|、(?=[{HAN}]{{2,4}}[(,，、])")


def latest_year(text: str) -> int:
    """The latest year the paper speaks of, 0 where it names none: ages are counted to it."""
    return max((int(year) for year in _YEAR_OF_PAPER.findall(text)), default=0)


def is_minor_mention(text: str, start: int, end: int, *, roles: tuple[str, ...], year: int) -> bool:
    """True where the label is that of a pupil or the particulars tell of less than 18 years.

    ``year`` is the paper's (``latest_year``), or 0.
    """
    if "student" in roles:
        return True
    row = _own_words(text, start, end)
    age = _AGE.search(row)
    if age:
        return int(age.group(1)) < _ADULT_AGE and age.start() < 30
    born = _BORN.search(row) or _BORN_IN_ID.search(row)
    if born:
        return bool(year) and year - int(born.group(1)) < _ADULT_AGE
    school = _CLASS.search(row[:30])
    before = text[max(0, start - 6) : start]
    return bool(school) and not _STAFF.search(before) and not _STAFF.search(row[:30])


def _own_words(text: str, start: int, end: int) -> str:
    """What follows the name up to the next person or sentence."""
    following = text[end : end + 60]
    # a row of a table tells of its person by number or class; what is free text there does not
    following = re.sub(r"\t(?:[^\t\n]*[^0-9Xx男女岁\t\n][^\t\n]{6,})", "", following)
    stop = _NEXT_PERSON.search(following)
    return following[: stop.start()] if stop else following
