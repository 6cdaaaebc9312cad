"""Where a name begins and ends at a place where one is expected."""

from __future__ import annotations

import math
import re
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
    is_wordy,
    looks_transcribed,
    name_weight,
    never_names,
    opens_weightily,
    surname_length,
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
_HONORIFIC = re.compile("同志|先生|女士|小姐|律师|老师|师傅|医生|教授")
_DOCUMENT_NUMBER = re.compile(
    rf"\s?[{HAN}]{{0,6}}\s?(?:[〔\[【(][0-9X*]{{2,4}}[〕\]】)]|字?第?〔)|[{HAN}]{{0,2}}-?[0-9]{{4}}-"
)
_MARK = re.compile(r"[,，、。;；:：()\s]")
_NEXT_IN_LIST = re.compile(r"[、和](?=\S)")
# Particles that hardly belong to a word with the last character of a name.
_ENDING_PARTICLES = frozenset("的等在被因以将把为是对")
_LEADING_PARTICLES = frozenset("将对向在是为被把从由和")
_AUXILIARIES = frozenset("应自可未须不已曾正将都会先在有是因为")
_LONGEST_RUN = 24
_LONGEST_NAME = 8
# Log weights, on the scale of name_weight: a name of no Han shape, what the model's opinion, the
# end of the run and a fitting word behind the name add.
_UNLIKELY = -12.0
_FOREIGN_WHOLE = 8.0
_MODEL_SURE, _MODEL_LEANS = 6.0, 3.0
_RUN_ENDS, _WORD_FOLLOWS, _TITLE_BEFORE, _OPENS = 4.0, 2.0, 2.0, 1.0
_KNOWN = 8.0
# Bearers per 100,000 below which a family name that is a word is rather the word.
_RARE = 20.0
# A cut of four characters into two names must be about this likely to beat one longer name.
_LIKELY_PAIR = -16.0
_NOT_A_NAME = -math.inf


class Place(Enum):
    """How strongly a place demands a name: a label or column, a post before it, or only hints."""

    SURE = "sure"
    POST = "post"
    HINT = "hint"


@dataclass(slots=True, kw_only=True)
class _Spot:
    """One way to cut a name: the string with what stands before and behind it in its run."""

    name: str
    start: int
    end: int
    place: Place
    modelled: bool | None
    before: str = ""
    rest: str = ""
    ends_here: bool = False

    @property
    def han(self) -> bool:
        return is_han_name(self.name)

    @property
    def common(self) -> bool:
        return is_common(self.name)


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

    def modelled(self, start: int, end: int) -> bool | None:
        """True where the model is certain of this person, False where it leans so, else None."""
        return self.seen.get(start, {}).get(end)

    def run_at(self, position: int) -> str:
        """The unbroken run of Chinese characters from ``position`` on."""
        match = _RUN.match(self.text, position)
        return match.group()[:_LONGEST_RUN] if match else ""

    # -- a name that begins here -----------------------------------------------------------------

    def name_at(self, position: int, place: Place) -> int:
        """End of the name that starts at ``position``, or 0."""
        for form in (MASKED, DOTTED, LATIN):
            match = form.match(self.text, position)
            if match and self._special_fits(match, form, place):
                return match.end()
        run = self.run_at(position)
        best, best_score = 0, _NOT_A_NAME
        for length in range(2, min(len(run), _LONGEST_NAME) + 1):
            score = self._score(run, position, length, place)
            if score > best_score:
                best, best_score = length, score
        return position + best if best else 0

    def _special_fits(self, match: re.Match[str], form: re.Pattern[str], place: Place) -> bool:
        if form is MASKED:
            return surname_length(match.group()) > 0
        return place is Place.SURE or form is not LATIN

    def _score(self, run: str, position: int, length: int, place: Place) -> float:
        """How well the first ``length`` characters of ``run`` do as a name."""
        end = position + length
        spot = _Spot(
            name=run[:length], rest=run[length:], start=position, end=end, place=place,
            modelled=self.modelled(position, end),
        )  # fmt: skip
        if spot.name in never_names():
            return _NOT_A_NAME
        if spot.name in self.known:
            return _KNOWN + length
        spot.ends_here = self._ends_here(spot)
        if not spot.modelled and spot.ends_here and self._completes(position, end):
            spot.modelled = True
        if any(
            forbids(spot)
            for forbids in (
                self._is_title,
                self._heads_something,
                self._is_phrase,
                self._is_torn,
                self._is_office,
                self._opens_like_a_word,
                self._is_misshapen,
                self._is_only_a_word,
            )
        ):
            return _NOT_A_NAME
        score = self._weight(spot) + (_FOREIGN_WHOLE if not spot.han and not spot.rest else 0)
        if not spot.rest:
            return score + _RUN_ENDS
        return score + (_WORD_FOLLOWS if spot.ends_here else 0)

    @staticmethod
    def _weight(spot: _Spot) -> float:
        score = name_weight(spot.name) if spot.han else _UNLIKELY
        if spot.modelled is None:
            return score
        return score + (_MODEL_SURE if spot.modelled else _MODEL_LEANS)

    def _ends_here(self, spot: _Spot) -> bool:
        """Whether what follows the name ends it."""
        rest = spot.rest
        if not rest or _HONORIFIC.match(rest) or followed_by_end(rest):
            return True
        if spot.place is Place.HINT:
            return False
        # a heading without its colon, or the next word where the tokenizer sees one begin
        return rest[:2] in never_names() or (
            spot.end in self.words and (is_common(rest[:2]) or is_common(rest[:3]))
        )

    def _completes(self, start: int, end: int) -> bool:
        """Whether the model stopped one character short of this name ("陈文|远任组长")."""
        text = self.text
        if end - start < 3 or self.modelled(start, end - 1) is not True:
            return False
        if not is_han_name(text[start:end]) and not looks_transcribed(text[start:end]):
            return False
        last_two = text[end - 1 : end + 1]
        return not is_common(last_two) and not followed_by_end(text[end - 1 : end + 3])

    # What forbids a cut, each for itself.

    def _is_title(self, spot: _Spot) -> bool:
        return spot.modelled is not True and bool(title_before(spot.name)[0])

    def _heads_something(self, spot: _Spot) -> bool:
        """The letters of a document number ("慈安监发〔2014〕36号"), a people, part of a date."""
        text, name = self.text, spot.name
        dated = name[0] in "年月日时号" and text[spot.start - 1 : spot.start].isdigit()
        return name[-1] in "族籍" or dated or opens_document_number(text, spot.end)

    def _is_phrase(self, spot: _Spot) -> bool:
        """Three characters that are rather a word, or a shorter name, and a piece of another."""
        if spot.modelled is True or len(spot.name) != 3:
            return False
        ended = _MARK.match(self.text, spot.end) is not None or spot.end == len(self.text)
        if spot.name[2] in _LEADING_PARTICLES and is_han_name(spot.name[:2]) and not ended:
            return True
        if not spot.rest:
            return False
        if spot.place is not Place.SURE and self._continues_word(spot):
            return True
        rare = surnames().get(spot.name[0], 0.0) < _RARE
        if rare and is_wordy(spot.name) and is_common(spot.name[1:]):
            return True
        return is_common(spot.name[:2]) and not self.acts_as_person(spot.rest, spot.end)

    def _continues_word(self, spot: _Spot) -> bool:
        """Whether the first character ends a word, over a line end too, and the rest is one."""
        before = self.text[max(0, spot.start - 4) : spot.start].rstrip("\n ")
        titled = len(title_before(self.text[max(0, spot.start - 8) : spot.start])[0]) > 2
        crossing = is_common(before[-1:] + spot.name[0])
        return crossing and not titled and is_common(spot.name[1:])

    def _is_torn(self, spot: _Spot) -> bool:
        """An unconfirmed name that cuts through words."""
        if spot.modelled is not None:
            return False
        text, start, end = self.text, spot.start, spot.end
        if spot.rest and not spot.ends_here and not any(self.seen.get(end, {}).values()):
            return True
        if not self.words:
            return False
        glued = start > 0 and bool(_RUN.match(text[start - 1]))
        opens = not glued or start in self.words
        if not opens and spot.place is not Place.HINT:
            # the tokenizer often takes a family name for part of the word before it
            opens = len(title_before(text[max(0, start - 8) : start])[0]) > 2 or (
                spot.place is Place.SURE and not is_common(text[start - 1 : start + 1])
            )
        closes = not spot.rest or end in self.words or text[end] in _ENDING_PARTICLES
        return not (opens and closes)

    def _is_office(self, spot: _Spot) -> bool:
        whole = spot.place is Place.SURE and not spot.rest and len(spot.name) == 2
        return spot.modelled is not True and not whole and ends_with_organization(spot.name)

    def _opens_like_a_word(self, spot: _Spot) -> bool:
        """An unconfirmed name, where the place is not sure, with an unlikely family name."""
        name, rest = spot.name, spot.rest
        if spot.modelled is not None or spot.place is Place.SURE or opens_weightily(name):
            return False
        if spot.place is Place.POST and not is_wordy(name):
            if len(name) > 2 or not rest:
                return False
            return not ({spot.start, spot.end} <= self.words) or spot.common
        whole = not rest or (rest[0] in _ENDING_PARTICLES and name[0] not in _AUXILIARIES)
        if spot.place is Place.POST and len(name) == 3 and not spot.common and whole:
            return False
        return not self.acts_as_person(rest, spot.end)

    def _is_misshapen(self, spot: _Spot) -> bool:
        """A string of no Han shape that cannot be a name of another people here."""
        name = spot.name
        if spot.han:
            return False
        if ends_with_organization(name) or label_role(name) or self._runs_on(spot):
            return True
        if spot.modelled is True and not spot.common:
            return not (len(name) < 4 or looks_transcribed(name))
        if spot.rest or spot.place is Place.HINT:
            stands = spot.place is not Place.HINT and followed_by_end(spot.rest)
            return not (stands and len(name) > 2 and looks_transcribed(name))
        if spot.place is Place.POST or (len(name) == 4 and _is_likely_pair(name)):
            return spot.place is Place.SURE or not looks_transcribed(name)
        return not (looks_transcribed(name) or (len(name) < 4 and not spot.common))

    def _runs_on(self, spot: _Spot) -> bool:
        """Whether the model ends the name earlier, before a word that may follow one."""
        return any(
            certain and end < spot.end and followed_by_end(self.text[end : spot.end])
            for end, certain in self.seen.get(spot.start, {}).items()
        )

    def _is_only_a_word(self, spot: _Spot) -> bool:
        """A word of the language that is nobody's name here ("组长高峰" is, "高峰期" is not)."""
        if not spot.common or (spot.place is Place.SURE and not spot.rest):
            return False
        if spot.modelled is True and not is_wordy(spot.name):
            return False
        if spot.place is Place.HINT:
            return True
        ends = not spot.rest or followed_by_end(spot.rest)
        if spot.modelled is False and opens_weightily(spot.name) and ends:
            return False
        return not self.acts_as_person(spot.rest, spot.end)

    def acts_as_person(self, rest: str, end: int) -> bool:
        """Whether a verb of persons follows a place, or the next name of a list does."""
        if rest:
            return speaks(rest) and end in self.words
        following = _NEXT_IN_LIST.match(self.text, end)
        if not following:
            return False
        ends = self.seen.get(following.end(), {})
        return any(ends.values()) or self.name_at(following.end(), Place.HINT) > 0

    # -- a name that ends here -------------------------------------------------------------------

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
            spot = _Spot(
                name=text[start:end], before=text[first:start], start=start, end=end, place=place,
                modelled=self.modelled(start, end),
            )  # fmt: skip
            score = self._tail_score(spot)
            if score > best_score:
                best, best_score = start, score
        return best

    def _tail_score(self, spot: _Spot) -> float:
        name, before = spot.name, spot.before
        if name in never_names() or label_role(name) or self._heads_something(spot):
            return _NOT_A_NAME
        if name in self.known:
            return _KNOWN + len(name)
        title = bool(title_before(before)[0])
        opens = not before or title or ends_with_organization(before)
        if spot.modelled is not True and (
            self._is_bad_tail(spot, opens=opens) or self._is_bad_shape(spot, title=title)
        ):
            return _NOT_A_NAME
        score = self._weight(spot) + (_FOREIGN_WHOLE if not spot.han and not before else 0)
        return score + _RUN_ENDS * (not before) + _TITLE_BEFORE * title + _OPENS * opens

    def _is_bad_tail(self, spot: _Spot, *, opens: bool) -> bool:
        """Whether words speak against an uncertain name at the end of a run."""
        name, before = spot.name, spot.before
        if title_before(name)[0] or ends_with_organization(name):
            return True
        if before and is_common(name[:2]) and not spot.common:
            return True
        if spot.modelled is not None:
            return False
        at_word = not before or not self.words or spot.start in self.words
        weighty = spot.place is Place.SURE or opens_weightily(name)
        return not (opens and at_word and weighty)

    @staticmethod
    def _is_bad_shape(spot: _Spot, *, title: bool) -> bool:
        """Whether the shape speaks against it: no Han name, or a word of the language."""
        sure = spot.place is Place.SURE
        whole = sure and not spot.before
        if not spot.han:
            titled = title and sure and len(spot.name) < 4
            return spot.common or not (titled or (whole and looks_transcribed(spot.name)))
        if not spot.common:
            return False
        return not sure and (not title or (spot.place is Place.HINT and not spot.before))


def opens_document_number(text: str, end: int) -> bool:
    """Whether what stands before ``end`` are letters of a document number."""
    return bool(_DOCUMENT_NUMBER.match(text, end))


def _is_likely_pair(name: str) -> bool:
    """Whether four characters are likelier two names than one."""
    pair = cut_run(name)
    return bool(pair) and sum(map(name_weight, pair)) > _LIKELY_PAIR
