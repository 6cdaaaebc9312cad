"""Names that stand for masked people: 姓＋某某, or 某甲、某乙 where they share a surname."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from redaction.matching import fold
from redaction.recognizers.name_forms import surname_length

# Courts number people of one surname like this (最高法关于互联网公布裁判文书的规定, arts 8-10).
_ORDINALS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def pseudonyms(names: Sequence[str], *, ending: str = "某某", taken: str = "") -> Mapping[str, str]:
    """A pseudonym for each folded name, told apart in order of appearance, the same all through.

    ``names`` are the masked mentions in the order of the text, in whatever disguise. A pseudonym
    that ``taken`` (the text that stays) already holds is not given, so that nobody is mistaken for
    another. The length of a name is never shown.
    """
    people = list(dict.fromkeys(name for name in (fold(n).text for n in names) if name))
    shared = Counter(_surname(name) for name in people)
    kept = fold(taken).text
    given: dict[str, str] = {}
    used: set[str] = set()
    for name in people:
        surname = _surname(name)
        single = surname + ending
        if shared[surname] == 1 and single not in used and single not in kept:
            given[name] = single
        else:
            given[name] = next(c for c in _numbered(surname) if c not in used and c not in kept)
        used.add(given[name])
    return given


def _surname(name: str) -> str:
    """The family name; of other names the first character stays, as courts do."""
    return name[: surname_length(name) or 1]


def _numbered(surname: str) -> Sequence[str]:
    beyond = range(len(_ORDINALS) + 1, 100_000)
    ordinals = [*_ORDINALS, *(f"{number}" for number in beyond[:2000])]
    return [f"{surname}某{ordinal}" for ordinal in ordinals]
