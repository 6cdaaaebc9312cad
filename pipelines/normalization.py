"""One written form for each character, with the way back to the extracted text.

Every code point is folded by itself, so the origin of each folded code point is always true:

* NFKC: full-width letters, digits and punctuation become ASCII (，：（） -> , : ( )), compatibility
  ideographs and Kangxi radicals become the characters they stand for. The marks 、。《》〔〕【】“”
  have one form only and stay.
* Circled digits become "(1)" and raised or lowered digits stay as they are: as bare digits they
  would join the number beside them ("①13900000001", a foot-note mark after a number).
* Radicals of the supplement block that PDF makers write for whole characters (⻢ for 马).
* Zero-width characters, soft hyphens, marks of direction, variation selectors, byte order marks and
  control characters go; so "1390<zero-width>000 0001" is one number.
* Line ends of every kind become "\\n", other white space becomes " ".
* Dashes, minus signs and rules of box drawing become "-"; wave dashes "~"; dots between the parts
  of a name "·".
* Brackets of document numbers: ［2011］, [2011] and „2011‟ become 〔2011〕, only around a year.

Latin O and 〇 are left alone: what they mean depends on where they stand.
"""

from __future__ import annotations

import re
import unicodedata

from domain.documents import NormalizedText, text_digest

NORMALIZER_VERSION = "normalization-1"

_LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u02d7\u2500\u2501\u2796\u23af\ufe58"
_WAVES = "\u301c\u223c\u3030\u02dc\u2053"
_NAME_DOTS = "\u2022\u2027\u2219\u22c5\u30fb\u2024"
# drawn as nothing: fillers and marks that are letters or marks to Unicode (Lo, Mn)
_INVISIBLE = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
# whole characters that fonts map to the radicals supplement (Unicode EquivalentUnifiedIdeograph)
_RADICALS = dict(
    zip(
        "⺁⺅⺉⺊⺎⺒⺓⺖⺘⺙⺛⺠⺡⺣⺦⺨⺩⺭⺮⺯⺰⺲⺹⺻⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
        "厂亻刂卜兀巳幺忄扌攵旡民氵灬丬犭王礻竹糹纟罒耂聿臼艹艹艹虎衤覀西见角讠贝足车辶辶辶阝钅長长门阝雨青韦页风飞食饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
        strict=True,
    )
)
_SPECIAL: dict[str, str] = (
    dict.fromkeys(_LINE_ENDS, "\n")
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_WAVES, "~")
    | dict.fromkeys(_NAME_DOTS, "·")
    | dict.fromkeys(_INVISIBLE, "")
    | _RADICALS
)
_KEPT_DECOMPOSITIONS = ("<super>", "<sub>")
_YEAR_BRACKETS = re.compile(r"[\[„]((?:19|20)[0-9]{2})[\]‟]")


def _is_dropped(character: str) -> bool:
    if unicodedata.category(character) in {"Cf", "Cc"}:
        return True
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _fold(character: str) -> str:
    """The folded form of one character: empty, one or several code points."""
    special = _SPECIAL.get(character)
    if special is not None:
        return special
    if character.isspace():
        return " "
    if _is_dropped(character):
        return ""
    decomposition = unicodedata.decomposition(character)
    if decomposition.startswith(_KEPT_DECOMPOSITIONS):
        return character
    folded = unicodedata.normalize("NFKC", character)
    if folded == character:
        return character
    if decomposition.startswith("<circle>") and folded.isdecimal():
        return f"({folded})"
    if len(folded) > 1 and folded.startswith(" "):
        # a spacing accent; the blank of its decomposition is not in the text
        return character
    return "".join(_fold(part) for part in folded)


class _FoldTable(dict[int, str]):
    """Folds by code point, each worked out once; ``irregular`` holds those not one to one."""

    def __init__(self) -> None:
        super().__init__()
        self.irregular: set[str] = set()

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if len(folded) != 1:
            self.irregular.add(chr(code))
        self[code] = folded
        return folded


_TABLE = _FoldTable()


def _fold_brackets(text: str) -> str:
    if "[" not in text and "„" not in text:
        return text
    return _YEAR_BRACKETS.sub(r"〔\1〕", text)


def normalize(text: str) -> NormalizedText:
    """The folded text with the origin of each code point; folding twice changes nothing.

    ``digest`` is that of ``text`` as given.
    """
    folded = text.translate(_TABLE)
    irregular = _TABLE.irregular.intersection(text)
    if "\r\n" in text:
        irregular.add("\r")
    if not irregular:
        origin = tuple(range(len(text)))
    else:
        folded, origin = _fold_with_origin(text, irregular)
    return NormalizedText(
        text=_fold_brackets(folded),
        origin=origin,
        digest=text_digest(text),
        normalizer_version=NORMALIZER_VERSION,
    )


def _fold_with_origin(text: str, irregular: set[str]) -> tuple[str, tuple[int, ...]]:
    """Folds the stretches between irregular characters at once and those one by one."""
    pieces: list[str] = []
    origin: list[int] = []
    done = 0
    for match in re.finditer("[" + re.escape("".join(sorted(irregular))) + "]+", text):
        start, end = match.span()
        pieces.append(text[done:start].translate(_TABLE))
        origin.extend(range(done, start))
        for index in range(start, end):
            piece = "" if text.startswith("\r\n", index) else _TABLE[ord(text[index])]
            pieces.append(piece)
            origin.extend([index] * len(piece))
        done = end
    pieces.append(text[done:].translate(_TABLE))
    origin.extend(range(done, len(text)))
    return "".join(pieces), tuple(origin)
