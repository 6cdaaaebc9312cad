"""Where a name begins and ends at a place where one is expected."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from redaction.recognizers.name_forms import (
    DOTTED,
    HAN,
    LATIN,
    MASKED,
    cut_run,
    is_common,
    is_han_name,
    looks_transcribed,
    name_weight,
    never_names,
    opens_weightily,
    surnames,
)
from redaction.recognizers.name_words import (
    ends_with_organization,
    followed_by_end,
    label_role,
    speaks,
    title_before,
)

_RUN = re.compile(f"[{HAN}]+")
_SEPARATORS = re.compile(r"[\s、,，;；/|]+")
_CONJUNCTION = re.compile("[和及与、]")
_PARENTHESIS = re.compile(r"\([^()\n]{0,40}\)")
_NUMBERS = re.compile(r"[\s:]*[0-9][0-9 \-]{5,20}(?:\([^()\n]{0,8}\))?")
_NEXT_LABEL = re.compile(f"[{HAN}]{{1,12}}(?:\\([^()\\n]{{1,8}}\\))?\\s*:")
_HONORIFIC = re.compile("同志|先生|女士|小姐|律师|老师|师傅|医生|教授")
_NOTE_IN_BRACKETS = re.compile(r"\s{0,2}\(([^()\n]{1,40})\)")
_NOTE_BEHIND = re.compile(r"[,，]?([^,，;；。、:\n\t(]{1,24})")
_QUOTES = "“”\"'「」《》"
_LONGEST_RUN = 24
_LONGEST_NAME = 8
_MOST_ITEMS = 400
_UNLIKELY = -12.0
# A cut of four characters into two names must be about this likely to beat one longer name.
_LIKELY_PAIR = -16.0
_NOT_A_NAME = -math.inf


class Place(Enum):
    """How strongly a place demands a name: a label or column, a post before it, or only hints."""

    SURE = "sure"
    POST = "post"
    HINT = "hint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A name of a list: place in the reading, and what stands before and behind it."""

    start: int
    end: int
    role: str = ""
    note: str = ""
    by_organization: bool = False


@dataclass(slots=True, kw_only=True)
class NameCutter:
    """Cuts names out of one reading with what the model and earlier finds know about it.

    ``seen`` maps a start to the ends of the model's persons there, True where it is certain;
    ``words`` are the places where a word of the tokenizer begins (empty: not known);
    ``other_cells`` are cells of tables that hold something else than names.
    """

    text: str
    seen: dict[int, dict[int, bool]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    words: frozenset[int] = frozenset()
    other_cells: set[tuple[int, int]] = field(default_factory=set)

    # -- one name --------------------------------------------------------------------------------

    def modelled(self, start: int, end: int) -> bool | None:
        """True where the model is certain of this person, False where it leans so, else None."""
        return self.seen.get(start, {}).get(end)

    def run_at(self, position: int) -> str:
        """The unbroken run of Chinese characters from ``position`` on."""
        match = _RUN.match(self.text, position)
        return match.group()[:_LONGEST_RUN] if match else ""

    def name_at(self, position: int, place: Place) -> int:
        """End of the name that starts at ``position``, or 0."""
        for form in (MASKED, DOTTED, LATIN):
            match = form.match(self.text, position)
            if match and (place is Place.SURE or form is not LATIN):
                return match.end()
        run = self.run_at(position)
        if len(run) < 2:
            return 0
        best, best_score = 0, _NOT_A_NAME
        for length in range(2, min(len(run), _LONGEST_NAME) + 1):
            score = self._score(run, position, length, place)
            if score > best_score:
                best, best_score = length, score
        return position + best if best else 0

    def _score(self, run: str, position: int, length: int, place: Place) -> float:
        """How well the first ``length`` characters of ``run`` do as a name."""
        name, rest, end = run[:length], run[length:], position + length
        if name in never_names():
            return _NOT_A_NAME
        if name in self.known:
            return 8.0 + length
        modelled = self.modelled(position, end)
        ends_here = not rest or bool(_HONORIFIC.match(rest)) or followed_by_end(rest)
        if not ends_here and place is not Place.HINT and end in self.words:
            ends_here = is_common(rest[:2]) or is_common(rest[:3])
        if modelled is None and not self._may_stand(position, end, ends_here, place):
            return _NOT_A_NAME
        if modelled is not True and ends_with_organization(name):
            return _NOT_A_NAME
        if modelled is None and place is not Place.SURE and not opens_weightily(name):
            if not self.acts_as_person(rest, end):
                return _NOT_A_NAME
        han = is_han_name(name)
        if not han and not self._other(name, rest, modelled, place):
            return _NOT_A_NAME
        if is_common(name) and not self._word_as_name(name, rest, position, modelled, place):
            return _NOT_A_NAME
        score = name_weight(name) if han else _UNLIKELY
        if not han and not rest:
            score += 8.0
        score += 6.0 * (modelled is True) + 3.0 * (modelled is False)
        return score + 4.0 * (not rest) + 2.0 * (ends_here and bool(rest))

    def _may_stand(self, start: int, end: int, ends_here: bool, place: Place) -> bool:
        """Whether words end and begin where an unconfirmed name would."""
        text = self.text
        goes_on = bool(_RUN.match(text, end))
        if goes_on and not ends_here and not any(self.seen.get(end, {}).values()):
            return False
        if not self.words:
            return True
        glued = start > 0 and bool(_RUN.match(text[start - 1]))
        opens = not glued or start in self.words
        if not opens and place is Place.SURE:
            opens = not is_common(text[start - 1 : start + 1])
        return opens and (not goes_on or end in self.words)

    def _other(self, name: str, rest: str, modelled: bool | None, place: Place) -> bool:
        """Whether a string without the shape of a Han name may be a name here."""
        if modelled is True and not is_common(name) and not ends_with_organization(name):
            return True
        if place is not Place.SURE or rest or ends_with_organization(name) or label_role(name):
            return False
        if len(name) == 4:
            pair = cut_run(name)
            if pair and sum(map(name_weight, pair)) > _LIKELY_PAIR:
                return False
        return looks_transcribed(name) or (len(name) < 4 and not is_common(name))

    def _word_as_name(
        self, name: str, rest: str, start: int, modelled: bool | None, place: Place
    ) -> bool:
        """Whether a word of the language is somebody's name here ("组长高峰", "向前、李四")."""
        if modelled is True or (place is Place.SURE and not rest):
            return True
        if place is Place.HINT:
            return False
        if modelled is False and (not rest or followed_by_end(rest)):
            return True
        return self.acts_as_person(rest, start + len(name))

    def acts_as_person(self, rest: str, end: int) -> bool:
        """Whether a verb of persons follows a place, or the next name of a list does."""
        if rest:
            return speaks(rest) and end in self.words
        following = re.compile(r"[、和](?=\S)").match(self.text, end)
        if not following:
            return False
        ends = self.seen.get(following.end(), {})
        return any(ends.values()) or self.name_at(following.end(), Place.HINT) > 0

    def name_before(self, end: int, place: Place) -> int:
        """Start of the name that ends at ``end``, or -1."""
        text = self.text
        for form in (DOTTED, LATIN):
            for match in form.finditer(text, max(0, end - 40), end):
                if match.end() == end:
                    return match.start()
        first = end
        while first > 0 and end - first < 14 and _RUN.match(text[first - 1]):
            first -= 1
        best, best_score = -1, _NOT_A_NAME
        for start in range(max(first, end - _LONGEST_NAME), end - 1):
            score = self._tail_score(text[first:start], start, end, place)
            if score > best_score:
                best, best_score = start, score
        return best

    def _tail_score(self, before: str, start: int, end: int, place: Place) -> float:
        name = self.text[start:end]
        if name in never_names() or label_role(name):
            return _NOT_A_NAME
        if name in self.known:
            return 8.0 + len(name)
        modelled = self.modelled(start, end)
        title = bool(title_before(before)[0])
        opens = not before or title or ends_with_organization(before)
        if modelled is None and not (opens and (not before or self._word_starts(start))):
            return _NOT_A_NAME
        han = is_han_name(name)
        whole = not before and place is Place.SURE
        labelled = title and place is Place.SURE and len(name) < 4 and not is_common(name)
        if not han and modelled is not True:
            if not labelled and not (whole and looks_transcribed(name)):
                return _NOT_A_NAME
        if modelled is not True and ends_with_organization(name):
            return _NOT_A_NAME
        if modelled is None and place is not Place.SURE and not opens_weightily(name):
            return _NOT_A_NAME
        if is_common(name) and modelled is not True and not whole and not title:
            return _NOT_A_NAME
        score = name_weight(name) if han else _UNLIKELY + 8.0 * (not before)
        score += 6.0 * (modelled is True) + 3.0 * (modelled is False)
        return score + 4.0 * (not before) + 2.0 * title + 1.0 * opens

    def _word_starts(self, position: int) -> bool:
        return not self.words or position in self.words

    # -- lists -----------------------------------------------------------------------------------

    def items(self, start: int, limit: int, place: Place = Place.SURE) -> Iterator[Item]:
        """Names of a list from ``start`` on, before ``limit``; ends at the first thing else.

        Separators, spaces, remarks in brackets and telephone numbers may stand between them;
        an office or a post may stand before each.
        """
        position = start
        for _ in range(_MOST_ITEMS):
            before, position = position, self._skip(position, limit)
            if position > start and re.search("[,，;；]", self.text[before:position]):
                # behind a comma the sentence may go on with something else
                place = Place.POST
            if position >= limit or _NEXT_LABEL.match(self.text, position):
                return
            found = self._item(position, limit, place)
            if not found and _CONJUNCTION.match(self.text, position):
                found = self._item(position + 1, limit, place)
            if not found or found[-1].end > limit:
                return
            yield from found
            position = found[-1].end

    def _skip(self, position: int, limit: int) -> int:
        """Past separators, brackets, honorifics and numbers."""
        while position < limit:
            before = position
            for pattern in (_HONORIFIC, _PARENTHESIS, _NUMBERS, _SEPARATORS):
                match = pattern.match(self.text, position)
                if match and match.end() <= limit:
                    position = match.end()
            if position < limit and self.text[position] in _QUOTES:
                position += 1
            if position == before:
                break
        return position

    def _item(self, position: int, limit: int, place: Place) -> list[Item]:
        end = self.name_at(position, place)
        if end and end <= limit:
            return [Item(start=position, end=end, note=self.note(end))]
        run = self.run_at(position)[: limit - position]
        prefixed = self._after_prefix(position, run, place)
        return [prefixed] if prefixed else self.glued(position, run)

    def note(self, end: int) -> str:
        """The remark in brackets right behind a name, or the words up to the next mark."""
        match = _NOTE_IN_BRACKETS.match(self.text, end) or _NOTE_BEHIND.match(self.text, end)
        return match.group(1) if match else ""

    def _after_prefix(self, position: int, run: str, place: Place) -> Item | None:
        """A name behind an office or a post ("县财政局龙某某", "副局长王五")."""
        spaced = re.compile(r"[ ]{1,2}").match(self.text, position + len(run))
        if spaced and (ends_with_organization(run) or title_before(run)[0]):
            end = self.name_at(spaced.end(), place)
            if end:
                return self._prefixed(run, spaced.end(), end)
        best: tuple[float, Item] | None = None
        for cut in range(1, len(run) - 1):
            before = run[:cut]
            if not title_before(before)[0] and not ends_with_organization(before):
                continue
            start = position + cut
            end = self.name_at(start, place)
            if not end:
                continue
            name = self.text[start:end]
            score = name_weight(name) if is_han_name(name) else _UNLIKELY
            score += 6.0 * (self.modelled(start, end) is True) + 8.0 * (name in self.known)
            score += 1.0 * cut
            if best is None or score > best[0]:
                best = (score, self._prefixed(before, start, end))
        return best[1] if best else None

    def _prefixed(self, before: str, start: int, end: int) -> Item:
        role = title_before(before)[1]
        note = self.note(end)
        return Item(start=start, end=end, role=role, note=note, by_organization=not role)

    def glued(self, position: int, run: str) -> list[Item]:
        """Names written without any separator, as far as the run can be cut into names."""
        known = frozenset(self.known)
        for length in range(len(run), 3, -1):
            rest = run[length:]
            ends = not rest or followed_by_end(rest) or is_common(rest[:2])
            if not ends or (rest and label_role(rest)):
                continue
            names = cut_run(run[:length], known)
            if len(names) < 2 or not self._vouched(position, names):
                continue
            items: list[Item] = []
            at = position
            for name in names:
                items.append(Item(start=at, end=at + len(name)))
                at += len(name)
            items[-1] = Item(start=items[-1].start, end=at, note=self.note(at))
            return items
        return []

    def _vouched(self, position: int, names: tuple[str, ...]) -> bool:
        """Whether model or earlier finds agree with at least one name of a glued list."""
        at = position
        for name in names:
            if name in self.known or self.modelled(at, at + len(name)) is not None:
                return True
            at += len(name)
        return all(len(name) == 3 and name[0] in surnames() for name in names)
