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
_DETAIL = (
    r"(?:[男女]|化名|[1-9]?[0-9]\s?(?:周岁|岁)|(?:19|20)[0-9]{2}\s?[年.][^,;。()\n]{0,8}?生"
    r"|[^,;。、()\n]{0,12}(?:小学|幼儿园|托育园?|中心校|中学|初中|附小)[^,;。、\n]{0,12}"
    r"|[^,;。、\n]{0,8}(?:年级|\)\s?班|[大中小一二]班)[^,;。、()\n]{0,4})"
)
_DETAILS = re.compile(rf"\s?[,(]\s?({_DETAIL}(?:[,、]\s?{_DETAIL}){{0,4}})(?=[,;。)\n]|$)")
_STAFF = re.compile("老师|教师|班主任|校长|家长|园长|主任|教导")
_NEXT_PERSON = re.compile(rf"[;。\n]|、(?=[{HAN}]{{2,4}}[(,，、])")


def details_of_minor(text: str, end: int) -> tuple[int, int] | None:
    """What follows a minor's name of sex, age, birth, school and class, or None.

    Together they tell who the child is even without the name.
    """
    match = _DETAILS.match(text, end)
    return (match.start(1), match.end(1)) if match else None


def is_minor_mention(text: str, start: int, end: int, roles: tuple[str, ...]) -> bool:
    """True where the label is that of a pupil or the particulars tell of less than 18 years."""
    if "student" in roles:
        return True
    row = _own_words(text, start, end)
    age = _AGE.search(row)
    if age:
        return int(age.group(1)) < _ADULT_AGE and age.start() < 30
    born = _BORN.search(row) or _BORN_IN_ID.search(row)
    if born:
        years = [int(y) for y in _YEAR_OF_PAPER.findall(text)]
        latest = max((y for y in years if y < 2100), default=0)
        return bool(latest) and latest - int(born.group(1)) < _ADULT_AGE
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
