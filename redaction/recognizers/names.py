"""Persons of a document: what the model reads and what the place of a word demands, united.

A name found once is sought everywhere in the document. What part a person plays goes along as cues
("role:applicant", "elsewhere:official"); ``redaction.roles`` makes the decision of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from domain.findings import FindingType
from redaction.recognizers import name_slots, name_tables
from redaction.recognizers.base import Candidate, ScreeningContext
from redaction.recognizers.minors import is_minor_mention, latest_year
from redaction.recognizers.name_cutting import NameCutter, opens_document_number
from redaction.recognizers.name_forms import (
    HAN,
    is_common,
    is_han_name,
    is_masked,
    is_special_name,
    looks_transcribed,
    never_names,
    opens_weightily,
    surname_length,
)
from redaction.recognizers.name_slots import Mention
from redaction.recognizers.name_words import (
    ends_with_organization,
    followed_by_end,
    label_role,
    speaks,
    title_before,
)
from redaction.recognizers.ner import NameModel
from redaction.recognizers.reading import Reading, read

_SENTENCE = re.compile(r"[^。;;！!？?\n\t]+[。;;！!？?\t]?")
_CLAUSE_END = re.compile(r"[,，、 ]")
_LONGEST_SENTENCE = 160
_HAN_CHAR = re.compile(f"[{HAN}]")
# Which finder is believed where two disagree about the same characters.
_RANK = {
    "masked": 9, "surname_only": 8, "form": 7, "column": 7, "label": 7, "bio": 6, "honorific": 5,
    "title": 5, "bracket": 5, "speaker": 5, "list": 5, "signature": 4, "known": 4, "model": 3,
    "nickname": 1,
}  # fmt: skip
_SCORE = {
    "form": 0.97, "column": 0.97, "label": 0.97, "bio": 0.96, "masked": 0.99, "surname_only": 0.9,
    "honorific": 0.93, "title": 0.92, "bracket": 0.9, "speaker": 0.9, "signature": 0.85,
    "list": 0.9, "model": 0.85, "known": 0.9, "nickname": 0.6,
}  # fmt: skip
_FINDERS = (
    name_tables.forms_and_columns,
    name_tables.spaced_columns,
    name_tables.signatures,
    name_tables.rows_of_names,
    name_slots.labels,
    name_slots.particulars,
    name_slots.titles,
    name_slots.honorifics,
    name_slots.brackets,
    name_slots.speakers,
    name_slots.numbered,
    name_slots.special,
    name_slots.masked,
)
# What follows a person's name that is part of a firm's, a place's or a doctrine's name.
_PART_OF_MORE = re.compile(
    rf"[{HAN}]{{0,8}}?(?:有限|公司|厂|店|铺|超市|合作社|集团|酒楼|饭店|餐馆|经营部|门市|商行|农场"
    r"|理论|思想|精神|大桥|中学|小学|医院|幼儿园|家园|花园|小区|水库|煤矿|采石场|矿|商贸|食品|建材|村委会)"
)
_GRAMMAR = re.compile("[的在对向为于从将把被是有等和与及到给因以]")
_NICKNAME = re.compile(
    rf"(?<![{HAN}])(?:[老小阿][{HAN}]|[{HAN}](?:老[大二三四五六七八九幺]|阿[公婆])"
    rf"|老[二三四五六七八九幺])(?![{HAN}])|老[{HAN}](?=[前讲说带打让喊叫给也又还])"
)
_DOCTRINE = re.compile(
    "(?:同志)?(?:[、和]?“?三个代表|理论|思想|重要(?:思想|讲话|指示)|新时代|精神)"
)
_TITLE_BEHIND = re.compile(
    " ?(?:总书记|国家主席|副?总理|副?省长|副?市长|副?县长|副?区长|副?镇长"
    "|副?乡长|副?书记|副?局长|副?主任|副?部长|副?厅长|大?队长|所长|站长|科长|股长|组长|院士)"
)
_TAKES_POST = re.compile(
    rf"(?:、[{HAN}]{{2,4}}){{0,8}}(?:同志)?(?:为|任|兼任|担任)([{HAN}]{{1,6}}?[长任员记])"
)
_OFFICE_BEFORE = re.compile(rf"[{HAN}](?:局|股|科|办公室|处|委|大队|支队)\s?$")
_WEAK_ROLES = frozenset({"particulars", "reachable", "listed"})
_APPOSITION = re.compile(
    rf"(?:\([^()\n]{{1,12}}\))?\s{{0,8}}[,(]?\s?([{HAN}]{{2,16}})(?=[,，、。;；)\s(:]|$)"
)
_UNUSUAL = re.compile(f"(?!.*[佰仟拾整份元])[{HAN}]{{2,5}}")
_PRIVATE_ROLES = frozenset({"informant", "case_person", "applicant", "student", "worker"})
VERSION = "1"


@dataclass(slots=True, kw_only=True)
class _Person:
    """One name of the document with everything its places say."""

    roles: dict[str, None] = field(default_factory=dict)
    minor: bool = False


class NameRecognizer:
    """Finds persons. ``model`` None leaves the rules alone (used to measure what each adds)."""

    name = "names"

    def __init__(self, model: NameModel | None) -> None:
        self._model = model
        self.version = f"{VERSION}+{model.version}" if model else VERSION

    def find(self, ctx: ScreeningContext) -> Iterable[Candidate]:
        """Every mention of a person, masked ones and minors included."""
        reading = read(ctx.text)
        cutter = self._cutter(reading, ctx)
        mentions = self._first_pass(cutter)
        cutter.known.update(_sure_names(cutter.text, mentions))
        mentions = self._first_pass(cutter)
        people = _people(cutter.text, mentions)
        found = _settle([*mentions, *_everywhere(cutter, people)])
        found = _settle([*found, *_nicknames(cutter.text, people)])
        for mention in found:
            yield self._candidate(mention, reading, people)

    def _cutter(self, reading: Reading, ctx: ScreeningContext) -> NameCutter:
        text = reading.text
        starts = set(ctx.tokens.starts)
        words = frozenset(i for i, place in enumerate(reading.origin) if place in starts)
        cutter = NameCutter(text=text, words=words)
        if self._model is None:
            return cutter
        places = [(m.start(), m.group()) for m in _sentences(text)]
        for (offset, _), spans in zip(
            places, self._model.spans([sentence for _, sentence in places]), strict=True
        ):
            for span in spans:
                if span.label == "PER":
                    ends = cutter.seen.setdefault(offset + span.start, {})
                    ends[offset + span.end] = ends.get(offset + span.end, False) or span.certain
        return cutter

    def _first_pass(self, cutter: NameCutter) -> list[Mention]:
        found = [mention for finder in _FINDERS for mention in finder(cutter)]
        return _settle([*found, *_modelled(cutter)])

    def _candidate(
        self, mention: Mention, reading: Reading, people: dict[str, _Person]
    ) -> Candidate:
        name = reading.text[mention.start : mention.end]
        person = people.get(name)
        roles = mention.roles
        if _WEAK_ROLES.issuperset(roles):
            beside = _role_behind(reading.text, mention.end)
            roles = (*(beside or _role_before(reading.text, mention.start)), *roles)
        if is_masked(name):
            roles = ("already_masked", *roles)
        cues = [f"role:{role}" for role in roles]
        minor = False
        if person:
            cues += [f"elsewhere:{r}" for r in person.roles if r not in roles]
            minor = person.minor
        return Candidate(
            span=reading.span(mention.start, mention.end),
            type=FindingType.MINOR if minor else FindingType.PERSON,
            score=_SCORE[mention.pattern],
            pattern=mention.pattern,
            recognizer=self.name,
            version=self.version,
            cues=tuple(cues),
        )


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of the reading handed to the model."""

    offset: int
    text: str

    def start(self) -> int:
        return self.offset

    def group(self) -> str:
        return self.text


def _sentences(text: str) -> Iterator[_Piece]:
    """Sentences and cells of the reading, cut at commas where they are long."""
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        while end - start > _LONGEST_SENTENCE:
            cut = start + _LONGEST_SENTENCE
            marks = list(_CLAUSE_END.finditer(text, start + _LONGEST_SENTENCE // 2, cut))
            if marks:
                cut = marks[-1].end()
            yield _Piece(start, text[start:cut])
            start = cut
        if text[start:end].strip():
            yield _Piece(start, text[start:end])


def _modelled(cutter: NameCutter) -> Iterator[Mention]:
    """Persons only the model sees, where nothing speaks against it."""
    text = cutter.text
    for start, ends in cutter.seen.items():
        for end, certain in ends.items():
            name = text[start:end]
            if not certain or (start, end) in cutter.other_cells or not _plausible(name, text, end):
                continue
            title, role = title_before(text[max(0, start - 8) : start])
            roles = (role,) if title and role not in ("agent", "assigned") else ()
            yield Mention(start=start, end=end, pattern="model", roles=roles)


def _plausible(name: str, text: str, end: int) -> bool:
    """Whether a person the model alone sees may stand there: no part of another name."""
    if name in never_names() or label_role(name):
        return False
    if is_common(name):
        # a word of the language: only what persons do behind it makes a person of it
        after = text[end : end + 4]
        return opens_weightily(name) and (speaks(after) or followed_by_end(after))
    if opens_document_number(text, end):
        return False
    if _PART_OF_MORE.match(text, end) and not _GRAMMAR.match(text, end):
        return False
    if is_han_name(name) or is_special_name(name) or looks_transcribed(name):
        return True
    # no shape of a name known here: a pen name, a foreigner, a rare family name
    return bool(_UNUSUAL.fullmatch(name)) and not ends_with_organization(name)


def _settle(mentions: Iterable[Mention]) -> list[Mention]:
    """Disjoint mentions: the better believed wins, roles of the same place are united."""
    united: dict[tuple[int, int], Mention] = {}
    for mention in mentions:
        place = (mention.start, mention.end)
        other = united.get(place)
        if other is None:
            united[place] = mention
            continue
        first, second = sorted((other, mention), key=lambda m: -_RANK[m.pattern])
        united[place] = replace(
            first,
            roles=tuple(dict.fromkeys((*first.roles, *second.roles))),
            sure=first.sure or second.sure,
        )
    kept: list[Mention] = []
    taken: set[int] = set()
    order = sorted(
        united.values(), key=lambda m: (-_RANK[m.pattern], -m.sure, m.start - m.end, m.start)
    )
    for mention in order:
        places = range(mention.start, mention.end)
        if not taken.intersection(places):
            taken.update(places)
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _sure_names(text: str, mentions: Iterable[Mention]) -> Iterator[str]:
    """Names certain enough to look for everywhere."""
    for mention in mentions:
        name = text[mention.start : mention.end]
        if is_masked(name) or mention.pattern in ("surname_only", "nickname"):
            continue
        if mention.sure or (mention.pattern != "model" or len(name) > 2):
            yield name


def _people(text: str, mentions: Iterable[Mention]) -> dict[str, _Person]:
    people: dict[str, _Person] = defaultdict(_Person)
    year = latest_year(text)
    for mention in mentions:
        person = people[text[mention.start : mention.end]]
        person.roles.update(dict.fromkeys(mention.roles))
        person.minor |= is_minor_mention(
            text, mention.start, mention.end, roles=mention.roles, year=year
        )
    return dict(people)


def _role_before(text: str, start: int) -> tuple[str, ...]:
    """Whether an office stands right before the name ("法规股王五")."""
    return ("behind_office",) if _OFFICE_BEFORE.search(text[max(0, start - 6) : start]) else ()


def _role_behind(text: str, end: int) -> tuple[str, ...]:
    """The part that a post or an office right behind the name gives ("王五  副局长")."""
    if _DOCTRINE.match(text, end):
        return ("public_figure",)
    direct = _TITLE_BEHIND.match(text, end)
    if direct:
        return ("official",)
    post = _TAKES_POST.match(text, end)
    if post and title_before(post.group(1))[1] == "official":
        return ("official",)
    match = _APPOSITION.match(text, end)
    if not match:
        return ()
    title, role = title_before(match.group(1))
    if title and role not in ("agent", "assigned", "reader"):
        return (role,)
    inside = text[end : match.start(1)].strip().startswith("(")
    return ("of_office",) if inside and ends_with_organization(match.group(1)) else ()


def _everywhere(cutter: NameCutter, people: dict[str, _Person]) -> Iterator[Mention]:
    """Further places of the names found."""
    text = cutter.text
    for name in cutter.known:
        if name not in people or len(name) < 2:
            continue
        private = not _PRIVATE_ROLES.isdisjoint(people[name].roles)
        position = text.find(name)
        while position >= 0:
            end = position + len(name)
            if len(name) > 3 or _stands_as_name(cutter, name, position, private=private):
                yield Mention(start=position, end=end, pattern="known")
            position = text.find(name, position + 1)


def _stands_as_name(cutter: NameCutter, name: str, start: int, *, private: bool) -> bool:
    """Whether a known name stands for the person here and is not part of other words.

    ``private`` persons are rather masked once too often where their name is a word as well.
    """
    text, end = cutter.text, start + len(name)
    if end in cutter.seen.get(start, {}):
        return True
    for longer, sure in cutter.seen.get(start, {}).items():
        if longer > end and sure and is_han_name(text[start:longer]):
            return False
    before, after = text[max(0, start - 8) : start], text[end : end + 4]
    opens = not _HAN_CHAR.match(before[-1:]) if before else True
    closes = not _HAN_CHAR.match(after[:1]) if after else True
    title = bool(title_before(before)[0])
    ends = closes or followed_by_end(after) or is_common(after[:2])
    if is_common(name):
        if opens and (speaks(after) or (private and ends)):
            return True
        return (opens and closes) or (title and ends)
    if len(name) >= 3:
        return True
    return closes or ((opens or title) and ends)


def _nicknames(text: str, people: dict[str, _Person]) -> Iterator[Mention]:
    """ "老王" where a person of that family name is in the document."""
    families: dict[str, _Person] = {}
    for name, person in people.items():
        if is_han_name(name) and not is_masked(name):
            families.setdefault(name[: surname_length(name)], person)
    for match in _NICKNAME.finditer(text):
        start, end = match.span()
        name = match.group()
        holder = families.get(name[1:2]) if name[0] in "老小" else families.get(name[:1])
        quoted = text[start - 1 : start] in ("“", '"') and start > 0
        if holder is not None:
            yield Mention(
                start=start, end=end, pattern="nickname", roles=("nickname", *holder.roles)
            )
        elif quoted:
            yield Mention(start=start, end=end, pattern="nickname", roles=("nickname",))
