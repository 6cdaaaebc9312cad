"""What a person's name looks like by itself: family names, given names, other peoples' names."""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Set
from functools import lru_cache

from domain.resources import data_path

HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
DOTS = "·•・‧∙⋅"
# Names that were masked before they came here: 张某, 张某某, 张某甲, 文**, 高*征, 李××.
MASKED = re.compile(
    f"[{HAN}]{{1,2}}某(?:某|[甲乙丙丁戊己庚辛壬癸]|[{HAN}](?=[^{HAN}]|$)|[1-9])?"
    f"|[{HAN}]{{1,2}}[*＊×xX✕○〇]{{1,3}}[{HAN}]?"
)
_LATIN_WORD = "[A-ZÀ-Þ][A-Za-zÀ-ÿ'’.\\-]*"
LATIN = re.compile(f"{_LATIN_WORD}(?: {_LATIN_WORD}){{1,3}}")
DOTTED = re.compile(f"[{HAN}]{{1,8}}(?:[{DOTS}][{HAN}]{{1,8}}){{1,3}}")
HAN_ONLY = re.compile(f"[{HAN}]+")

# Characters hardly any given name holds.
_NEVER_GIVEN = frozenset(
    "的了是被把您你我他她它们这那哪个款号页吨件份第局厅股镇县省厂吗呢吧啊等及或与员称按不未须后"
)
# Family names that in running text are nearly always words ("应当", "于", "向").
_WORDY_SURNAMES = frozenset(
    "要能次应于向和时有自可会都先见后原本全公内从经来上法征名费代施送单是如未由须只一二人提立中供需催补符基书"
    "定产国明成及因被将把让使给但并且而则若无不已曾正在当每各该此其何为以所之所属依据按照据"
)
_WEIGHTY_SURNAME = 20.0
_LONGEST_HAN = 4
# Share of two-character names among all (one-character given names), as log weights.
_LOG_TWO, _LOG_THREE = math.log(0.18), math.log(0.82)
_LOG_COMPOUND = math.log(0.02)
_RARE = 5.0
_WORD_PENALTY = 2.0


@lru_cache(maxsize=1)
def surnames() -> dict[str, float]:
    """Family names with their weight (bearers per 100,000, 5 where only known to exist)."""
    weights: dict[str, float] = {}
    lines = data_path("lexicons", "names", "family_names.tsv").read_text(encoding="utf-8")
    for line in lines.splitlines()[1:]:
        name, _, weight = line.partition("\t")
        if name:
            weights[name] = float(weight or _RARE)
    for name in _words("more_family_names.txt"):
        weights.setdefault(name, _RARE)
    return weights


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Words of the general and the legal language, two to four characters, that are no names."""
    packed = data_path("lexicons", "names", "common_words.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode("utf-8").split())


@lru_cache(maxsize=1)
def never_names() -> frozenset[str]:
    """Words that are no name even where a name is expected ("无", "同意", "签字", "本人")."""
    return frozenset(_words("never_names.txt"))


def _words(filename: str) -> list[str]:
    text = data_path("lexicons", "names", filename).read_text(encoding="utf-8")
    return [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]


def surname_length(name: str) -> int:
    """2 for a compound family name, 1 for a simple one, 0 where the name opens with neither."""
    known = surnames()
    if name[:2] in known and len(name) > 2:
        return 2
    return 1 if name[:1] in known else 0


def is_masked(name: str) -> bool:
    """Whether the name was masked before ("张某某", "文**")."""
    return bool(MASKED.fullmatch(name))


def is_common(name: str) -> bool:
    """Whether the string is a word of the language as well."""
    return name in common_words()


def is_han_name(name: str) -> bool:
    """Whether it has the shape of a Han name: family name and one or two characters."""
    if not HAN_ONLY.fullmatch(name) or not 2 <= len(name) <= _LONGEST_HAN:
        return False
    surname = surname_length(name)
    if not surname or is_numeral(name) or not 1 <= len(name) - surname <= 2:
        # 欧阳 as family name leaves one or two; 欧 + 阳某 is the same shape with three
        return False
    return not (set(name[surname:]) & _NEVER_GIVEN)


@lru_cache(maxsize=1)
def _transcribing() -> frozenset[str]:
    return frozenset("".join(_words("transcription_characters.txt")))


def looks_transcribed(name: str) -> bool:
    """Whether it is built like a transcribed name (Tibetan, Mongolian, Yi, Uyghur, foreign).

    Two to eight Chinese characters, no word of the language, three quarters of them among those
    that transcriptions are made of; of two or three characters all of them.
    """
    if not HAN_ONLY.fullmatch(name) or not 2 <= len(name) <= 8 or is_common(name):
        return False
    fitting = sum(char in _transcribing() for char in name)
    return fitting == len(name) if len(name) < 4 else fitting >= 0.75 * len(name)


def is_special_name(name: str) -> bool:
    """Whether it is a name with a middle dot or of capitalised Latin words."""
    return bool(DOTTED.fullmatch(name) or LATIN.fullmatch(name))


def is_numeral(name: str) -> bool:
    """Whether it opens like a number or a year ("二〇一", "五问")."""
    return (
        name[:1] in "二三四五六七八九十百〇零两第" or "〇" in name or name[:2] in ("一问", "一是")
    )


def opens_weightily(name: str) -> bool:
    """Whether the family name alone suggests a person: frequent and hardly a word by itself."""
    length = surname_length(name)
    if length == 2:
        return True
    return not is_wordy(name) and surnames().get(name[0], 0.0) >= _WEIGHTY_SURNAME


def is_wordy(name: str) -> bool:
    """Whether it opens with a family name that in running text is nearly always a word."""
    return name[:1] in _WORDY_SURNAMES and name[:2] not in surnames()


def name_weight(name: str) -> float:
    """Log weight of a Han name's shape; higher is likelier. Minus infinity for other strings."""
    if not is_han_name(name):
        return -math.inf
    surname = surname_length(name)
    weight = math.log(surnames()[name[:surname]] / 1e5)
    if surname == 2:
        return weight - _LOG_COMPOUND + _LOG_THREE
    if len(name) > 3:
        return -math.inf
    return weight + (_LOG_TWO if len(name) == 2 else _LOG_THREE)


def cut_prefixes(run: str, known: Set[str] = frozenset()) -> list[tuple[str, ...]]:
    """For each prefix of ``run`` (by length, 0 first) its likeliest cut into names, or ().

    The likeliest by family-name weight and length; names of ``known`` are preferred.
    """
    best: list[tuple[float, tuple[str, ...]] | None] = [None] * (len(run) + 1)
    best[0] = (0.0, ())
    for start in range(len(run)):
        so_far = best[start]
        if so_far is None:
            continue
        for end in range(start + 2, min(start + 4, len(run)) + 1):
            piece = run[start:end]
            score = so_far[0] + _piece_weight(piece, known)
            current = best[end]
            if score > -math.inf and (current is None or score > current[0]):
                best[end] = (score, (*so_far[1], piece))
    return [found[1] if found else () for found in best]


def _piece_weight(piece: str, known: Set[str]) -> float:
    if piece in known:
        return 0.0
    if piece in never_names():
        return -math.inf
    return name_weight(piece) - (_WORD_PENALTY if is_common(piece) else 0.0)


def cut_run(run: str, known: Set[str] = frozenset()) -> tuple[str, ...]:
    """Names of a run without separators ("张三丰李四王五六"), or () where it cannot be cut so."""
    return cut_prefixes(run, known)[-1]
