"""Words that only look like names: a surname that is a function word, a given name that is a word.

Titles stand before verbs as often as before names (负责同志要亲自, 主管部门), and a wrapped line
hides that 通 belongs to 交通. Where the model does not plainly see a person at the very place, such
a reading is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable

from redaction.recognizers.name_cutting import NameCutter
from redaction.recognizers.name_forms import common_words, surname_length
from redaction.recognizers.name_slots import Mention

# patterns that rest on a word nearby or on the model alone, not on a form made for a name
_DOUBTFUL = frozenset({"title", "known", "list", "speaker"})
_MODEL = "model"
# surnames of very few people that begin clauses of every official paper
_FUNCTION_WORDS = frozenset("要和及与并等各每须应可能以在有无从由将向对为")
# surnames of few people that are everyday syllables: with a word behind them a phrase, not a name
_EVERYDAY_SYLLABLES = frozenset("管通范公严林叶和及")

_STOPS = frozenset({"", *"、,，;；:：。()（） \n\t"})


def without_words(cutter: NameCutter, mentions: Iterable[Mention]) -> list[Mention]:
    """The mentions that are not ordinary words in disguise."""
    return [mention for mention in mentions if not _is_words(cutter, mention)]


def _is_words(cutter: NameCutter, mention: Mention) -> bool:
    if mention.pattern not in _DOUBTFUL and mention.pattern != _MODEL:
        return False
    if not cutter.seen:
        return False
    name = cutter.text[mention.start : mention.end]
    words = common_words()
    given = name[surname_length(name) :]
    crossing = cutter.text[max(0, mention.start - 1) : mention.start + 1] in words
    if crossing and len(given) > 1 and given in words:
        return True
    certain = cutter.seen.get(mention.start, {}).get(mention.end)
    if certain:
        return False
    if certain is False and crossing:
        return True
    if cutter.text[mention.end : mention.end + 1] in _STOPS:
        # a word between a post and a comma is a name (执法人员向前、沈国良)
        return False
    if mention.pattern == _MODEL:
        return name[0] in _FUNCTION_WORDS and given in words
    if name in words or name[0] in _FUNCTION_WORDS:
        return True
    return len(given) > 1 and given in words and name[0] in _EVERYDAY_SYLLABLES
