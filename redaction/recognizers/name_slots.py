"""Places of running text where a person's name stands: labels, posts, particulars, brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from redaction.recognizers.name_cutting import NameCutter, Place
from redaction.recognizers.name_forms import (
    DOTTED,
    HAN,
    is_common,
    is_han_name,
    is_numeral,
    looks_transcribed,
    never_names,
    surname_length,
    surnames,
)
from redaction.recognizers.name_lists import Item, glued, items
from redaction.recognizers.name_words import (
    ends_with_organization,
    followed_by_end,
    label_role,
    roles_of,
    title_before,
)

_LABEL = re.compile(
    f"(?<![{HAN}])((?:[{HAN}/]|[{HAN}] {{1,3}}(?=[{HAN}])){{1,24}}|[0-9]{{1,3}}人)"
    r"\s*(?:\(([^()\n]{1,14})\))?\s*[:：]"
)
_BARE_LABEL = re.compile(
    rf"(?<![{HAN}])([{HAN}]{{2,10}})(?:\(([^()\n]{{1,8}})\))?[ \t]{{1,8}}(?=[{HAN}A-Z“])"
)
_COUNTED = re.compile("(?<!第)[0-9一二三四五六七八九十]+(?:人|名|位)$")
_AFTER_LABEL = re.compile(r"[ \t]*\n?[ \t]*")
_LINE_OF_NAMES = re.compile(
    rf"[ ]*([{HAN}·]{{2,30}}(?:[ 、]+[{HAN}·]{{2,30}}){{0,7}})[ 、]*(?=\n|$)"
)
_REST_OF_LIST = " 、,，;；\t"
_BIO_AFTER = re.compile(
    r"\s{0,8}(?:[,、(]\s?)?(?:"
    r"[男女](?=[,，、。;；\s)(]|$)"
    r"|[1-9][0-9]?岁|时年|年仅|现年|年龄"
    rf"|[{HAN}]{{1,5}}[族籍](?=[,，、\s)])"
    r"|(?:19|20)[0-9]{2}\s?[年.][0-9]{0,2}月?[^,;。\n]{0,8}?生"
    r"|(?:公民)?身份证|身份号码|公民身份|证件|护照|化名|曾用名|别名|绰号|籍贯|户籍|时任"
    r"|[0-9]{6}(?:19|20|\*)[0-9*]{2,}|[1-9][0-9Xx]{16,17}(?![0-9])"
    r")"
)
_PHONE_AFTER = re.compile(
    r"\s{0,8}[,(:]?\s?(?:手机|(?:办公|联系)?电话)?[:：]?\s?"
    r"(?:1[3-9][0-9](?:[\- ]?[0-9*]){5}|0[0-9]{2,3}-[0-9]{7}|(?<=[话:])\s?[2-8][0-9]{6,7}(?![0-9]))"
)
_BADGE_AFTER = re.compile(
    r"\s{0,8}[,(]?\s?(?:行政)?(?:执法|工作|监察|检查)?证(?:编)?号(?:码)?\s?[:：]?\s?[A-Z]{0,4}[0-9]"
)
_OPENS_ITEM = re.compile(r"(?:\t|[0-9][.、]\s?|[部股科室局所站]\s?)$")
_HONORIFIC = re.compile("同志|先生|女士|小姐|律师|老师|师傅|医生|委员|代表[:,、。;]|烈士")
_HONORED = {
    "律师": "lawyer",
    "委员": "deputy",
    "代表": "deputy",
    "老师": "teacher",
    "医生": "doctor",
}
_SURNAME_ONLY = re.compile(rf"([{HAN}])(?:先生|女士|小姐|师傅)")
_BRACKET_AFTER = re.compile(r"\s?\(([^()\n]{2,30})\)")
_PERSONAL = re.compile(
    r"[男女](?:[,，、]|$)|[1-9][0-9]?岁|化名|已故|列席|签[名字]|主持|[^,]{0,4}之[父母妻夫子女兄弟]"
)
_SPEAKER = re.compile(
    rf"(?m)^\s*(?:[^\s:、,]{{1,10}}[班组室部户村局股]\)? {{1,3}})?"
    rf"([{HAN}·]{{2,8}})\s?(?:\([^()\n]{{1,8}}\))?[:：]"
)
_NUMBERED = re.compile(
    r"(?m)^\s*(?:[0-9]{1,2}[.、)]\s*(?:[长次三幺]?[子女]|妻|夫|[父母]|孙女?|儿媳|女婿)?"
    rf"|\([0-9一二三四五六七八九十]{{1,3}}\)|[一二三四五六七八九十]、)\s*([{HAN}·]{{2,8}})(?=[,，(])"
)
_DEED = re.compile("曾|系|原|现|因|自|于|在|对|未|违|负|患|住|该|其")
_APPOINTED = re.compile(
    rf"(?m)^\s*([{HAN}·]{{2,8}})(?=(?:\([^()\n]{{1,10}}\))?(?:"
    rf"[为任][{HAN}]{{3,24}}(?:长|主任|书记|理事|工程师|主席|调研员|委员|主任科员)(?=[(,;；。\n]|$)"
    rf"|的[{HAN}]{{3,30}}(?:\([^()\n]{{1,4}}\))?职务))"
)
_MASKED_FIND = re.compile(
    rf"[{HAN}]{{1,2}}某(?:某|[甲乙丙丁戊己庚辛壬癸])?|[{HAN}][*]{{1,2}}(?:[{HAN}](?![{HAN}]))?|[{HAN}][×✕○]{{1,2}}(?![0-9])"
)
_FIRM_BEHIND = re.compile(
    rf"[{HAN}]{{0,6}}?(?:公司|厂|单位|企业|幼儿园|学校|部队?|团|地|县|市|镇|村|局|店|事务所|医院)"
)
_ENGLISH_TITLE = re.compile(r"(?:Mr|Ms|Mrs|Dr)\.? ?[A-Z][A-Za-z\-]+(?: [A-Z][A-Za-z\-]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A name at a place of the reading; ``sure`` tells whether the place demands a name."""

    start: int
    end: int
    pattern: str
    roles: tuple[str, ...] = ()
    sure: bool = False


def line_end(text: str, position: int) -> int:
    """Where the line of ``position`` ends."""
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def from_items(
    found: Iterable[Item], pattern: str, role: str, *, sure: bool = True
) -> Iterator[Mention]:
    """The items of a list as mentions in one role, beside what each item says itself."""
    for item in found:
        roles = tuple(r for r in (item.role, role) if r and r not in ("neutral", "agent"))
        if item.by_organization:
            roles = (*roles, "of_office")
        yield Mention(start=item.start, end=item.end, pattern=pattern, roles=roles, sure=sure)


def labels(cutter: NameCutter) -> Iterator[Mention]:
    """ "经办人:王五、李四", "法定代表人 赵六", "负责人(签名):…", lists over several lines too."""
    text = cutter.text
    for match in _LABEL.finditer(text):
        label = match.group(1).replace(" ", "")
        last = match.group(1).split(" ")[-1]
        role = (
            (label_role(last) if len(last) > 1 else "")
            or label_role(label)
            or (label_role(match.group(2)) if match.group(2) else "")
        )
        if not role and _COUNTED.search(label):
            role = "neutral"
        if role:
            yield from _after_label(cutter, match.end(), role)
    for match in _BARE_LABEL.finditer(text):
        if match.group(1) in roles_of("labels.txt"):
            found = items(cutter, match.end(), line_end(text, match.end()), Place.POST)
            yield from from_items(found, "label", label_role(match.group(1)))


def _after_label(cutter: NameCutter, start: int, role: str) -> Iterator[Mention]:
    text = cutter.text
    gap = _AFTER_LABEL.match(text, start)
    first = gap.end() if gap else start
    # on the next line only a list that fills the line belongs to the label
    place = Place.POST if "\n" in text[start:first] else Place.SURE
    limit = line_end(text, first)
    found = list(items(cutter, first, limit, place))
    yield from from_items(found, "label", role)
    while found and not text[found[-1].end : limit].strip(_REST_OF_LIST):
        follow = _LINE_OF_NAMES.match(text, limit + 1)
        if not follow or label_role(follow.group(1).strip()):
            return
        limit = follow.end()
        found = list(items(cutter, follow.start(1), limit, Place.POST))
        if not found or text[found[-1].end : limit].strip(_REST_OF_LIST):
            return
        yield from from_items(found, "label", role)


def particulars(cutter: NameCutter) -> Iterator[Mention]:
    """A name before sex, age, people, birth or a number of identity: "王五,男,汉族"."""
    text = cutter.text
    for pattern, own in (
        (_BIO_AFTER, "particulars"),
        (_PHONE_AFTER, "reachable"),
        (_BADGE_AFTER, "badge"),
    ):
        for match in pattern.finditer(text):
            end = match.start()
            if not end or text[end - 1].isspace():
                continue
            start = cutter.name_before(end, Place.SURE)
            if start < 0 or (start, end) in cutter.other_cells or text[start:end][-1] in "族籍":
                continue
            role = title_before(text[max(0, start - 8) : start])[1]
            plain = is_common(text[start:end]) and not role
            if (
                plain
                and own == "reachable"
                and not _OPENS_ITEM.search(text[max(0, start - 4) : start])
            ):
                continue
            roles = (role, own) if role and role not in ("agent", "assigned") else (own,)
            yield Mention(start=start, end=end, pattern="bio", roles=roles, sure=True)


@lru_cache(maxsize=1)
def _titles_by_first() -> dict[str, tuple[str, ...]]:
    by_first: dict[str, list[str]] = {}
    for word in roles_of("titles.txt"):
        by_first.setdefault(word[0], []).append(word)
    return {char: tuple(sorted(words, key=len, reverse=True)) for char, words in by_first.items()}


def _title_places(text: str) -> Iterator[tuple[int, int, str]]:
    """Posts and relations of the text: start, end, role; the longest at each place."""
    by_first = _titles_by_first()
    known = roles_of("titles.txt")
    last_end = 0
    for position, char in enumerate(text):
        for word in by_first.get(char, ()):
            if text.startswith(word, position):
                # "副局长" holds "局长", but "其妻弟" is more than "其妻"
                if position + len(word) > last_end:
                    last_end = position + len(word)
                    role = known[word]
                    if role == "official" and text[position - 1 : position] in ("原", "前"):
                        role = "former"
                    yield position, last_end, role
                break


def titles(cutter: NameCutter) -> Iterator[Mention]:
    """A name beside a post or a relation: "局长王五主持", "执法人员赵六、钱七", "王五局长"."""
    for start, end, role in _title_places(cutter.text):
        if end - start == 1 and cutter.words and start not in cutter.words:
            continue
        yield from _behind_title(cutter, end, role)
        if role in ("official", "expert", "lawyer", "principal", "worker"):
            yield from _before_title(cutter, start, role)


def _behind_title(cutter: NameCutter, position: int, role: str) -> Iterator[Mention]:
    text = cutter.text
    gap = re.compile(r"[ ]{0,2}[“\"]?").match(text, position)
    first = gap.end() if gap else position
    limit = line_end(text, first)
    end = cutter.name_at(first, Place.POST)
    if (
        role == "agent"
        and cutter.modelled(first, end) is None
        and text[first:end] not in (cutter.known)
    ):
        # a preposition says too little by itself: a verb of persons or a list must follow
        end = end if cutter.acts_as_person(cutter.run_at(end), end) else 0
    if not end:
        if role in ("official", "enforcement", "expert"):
            yield from from_items(glued(cutter, first, cutter.run_at(first)), "title", role)
        return
    roles = () if role == "agent" else (role,)
    yield Mention(start=first, end=end, pattern="title", roles=roles)
    more = re.compile(r"(?:\([^()\n]{1,20}\))?\s?[、和与及](?=\S)").match(text, end)
    if more:
        rest = items(cutter, more.end(), limit, Place.POST)
        yield from from_items(rest, "title", role, sure=False)


def _before_title(cutter: NameCutter, title_start: int, role: str) -> Iterator[Mention]:
    text = cutter.text
    end = title_start - (text[title_start - 1 : title_start] == " ")
    if end < 2:
        return
    start = cutter.name_before(end, Place.HINT)
    if start < 0 or (start and re.match(f"[{HAN}]", text[start - 1])):
        return
    if cutter.modelled(start, end) is None and text[start:end] not in cutter.known:
        spaced = end < title_start and surname_length(text[start:end])
        if not spaced or is_common(text[start:end]):
            return
    yield Mention(start=start, end=end, pattern="title", roles=(role,))


def honorifics(cutter: NameCutter) -> Iterator[Mention]:
    """A name before 同志, 先生, 律师 …; a family name alone is as good as masked."""
    text = cutter.text
    for match in _HONORIFIC.finditer(text):
        start = cutter.name_before(match.start(), Place.POST)
        role = _HONORED.get(match.group()[:2], "")
        name = text[max(start, 0) : match.start()]
        if start < 0 or is_numeral(name):
            continue
        yield Mention(
            start=start, end=match.start(), pattern="honorific",
            roles=(role,) if role else (), sure=not is_common(name),
        )  # fmt: skip
    for match in _SURNAME_ONLY.finditer(text):
        before = text[max(0, match.start() - 8) : match.start()]
        if match.group(1) in surnames() and _opens(before):
            yield Mention(
                start=match.start(), end=match.end(), pattern="surname_only",
                roles=("already_masked",), sure=True,
            )  # fmt: skip


def _opens(before: str) -> bool:
    """Whether a name may begin behind ``before``."""
    return not re.search(f"[{HAN}]$", before) or bool(title_before(before)[0])


def brackets(cutter: NameCutter) -> Iterator[Mention]:
    """A name before a bracket that holds a post, an office, a sex: "王五(县应急局)"."""
    text = cutter.text
    for match in _BRACKET_AFTER.finditer(text):
        inside = match.group(1).strip()
        title, role = title_before(inside)
        office = ends_with_organization(inside)
        if not (office or title or _PERSONAL.match(inside)):
            continue
        before = match.start() - len(
            re.sub(f".*[^{HAN}]", "", text[max(0, match.start() - 5) : match.start()])
        )
        listed = bool(re.match("[:、;]", text[before - 1 : before])) and not ends_with_organization(
            text[before : match.start()]
        )
        start = cutter.name_before(match.start(), Place.SURE if listed else Place.HINT)
        if start < 0 or (start, match.start()) in cutter.other_cells:
            continue
        roles = (role,) if title else (("of_office",) if office else ())
        if inside[0] in "原前" and roles:
            roles = ("former",)
        yield Mention(start=start, end=match.start(), pattern="bracket", roles=roles)


def speakers(cutter: NameCutter) -> Iterator[Mention]:
    """A line that opens with a name and a colon, as in minutes or letters."""
    text = cutter.text
    for match in _SPEAKER.finditer(text):
        name = match.group(1)
        if label_role(name) or name in never_names() or is_numeral(name):
            continue
        modelled = cutter.modelled(match.start(1), match.end(1)) is not None
        modelled |= bool(text[match.start() : match.start(1)].strip()) and is_han_name(name)
        if name in cutter.known or (modelled and not is_common(name)):
            yield Mention(
                start=match.start(1), end=match.end(1), pattern="speaker", roles=("speaker",)
            )


def numbered(cutter: NameCutter) -> Iterator[Mention]:
    """Names that open a numbered item or an appointment: "2.王五,项目经理", "李四为县…局长"."""
    text = cutter.text
    for match in _NUMBERED.finditer(text):
        start, end = match.span(1)
        if cutter.name_at(start, Place.SURE) != end:
            continue
        note = text[end : end + 24].lstrip(",，(")
        clause = re.split("[,，。;；)]", note)[0]
        personal = bool(title_before(clause)[0]) or bool(_BIO_AFTER.match(text, end))
        if (
            personal
            or _DEED.match(clause)
            or (cutter.modelled(start, end) and not is_common(match.group(1)))
        ):
            role = title_before(clause)[1]
            yield Mention(
                start=start, end=end, pattern="bio", sure=True,
                roles=(role,) if role else (),
            )  # fmt: skip
    for match in _APPOINTED.finditer(text):
        start, end = match.span(1)
        if cutter.name_at(start, Place.SURE) == end or surname_length(match.group(1)):
            found = cutter.name_at(start, Place.POST) or end
            if found == end and not is_numeral(match.group(1)) and end - start <= 4:
                yield Mention(start=start, end=end, pattern="bio", roles=("official",), sure=True)


def special(cutter: NameCutter) -> Iterator[Mention]:
    """Names with a middle dot, and Latin names behind Mr or Ms."""
    text = cutter.text
    for match in DOTTED.finditer(text):
        parts = match.group()
        bare = re.sub(f"[^{HAN}]", "", parts)
        seen = any(cutter.seen.get(place) for place in range(match.start(), match.end()))
        if seen or looks_transcribed(bare[:8]):
            yield Mention(start=match.start(), end=match.end(), pattern="bio", sure=True)
    for match in _ENGLISH_TITLE.finditer(text):
        role = title_before(text[max(0, match.start() - 8) : match.start()])[1]
        yield Mention(
            start=match.start(), end=match.end(), pattern="honorific", sure=True,
            roles=(role,) if role else (),
        )  # fmt: skip


def masked(cutter: NameCutter) -> Iterator[Mention]:
    """Names masked before: "张某某", "文**"; they stay as they are."""
    text = cutter.text
    for match in _MASKED_FIND.finditer(text):
        start, end = match.span()
        mark = re.compile("[某*×✕○]").search(text, start)
        stem = mark.start() if mark else end
        start = next((s for s in range(start, stem) if text[s:stem] in surnames()), -1)
        if start < 0:
            continue
        before, after = text[max(0, start - 8) : start], text[end : end + 8]
        if text[stem] == "某" and _FIRM_BEHIND.match(after) and not followed_by_end(after):
            continue
        loose = text[stem] == "某" and (ends_with_organization(before) or end - stem > 1)
        if not (_opens(before) or loose):
            continue
        yield Mention(start=start, end=end, pattern="masked", roles=("already_masked",), sure=True)
