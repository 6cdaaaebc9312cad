"""Words of a normalised text: jieba's exact mode with HMM, at rjieba's speed.

jieba 0.42.1 is the reference. rjieba carries the same dictionary and model and differs from it in
two places, which are put right here: it keeps runs such as "2022-03-15" or "GB/T 9704-2012" whole
where jieba cuts them, and it takes rare Han characters (鿫, 𠮷 and others) for part of a word where
jieba lets each stand alone. Without rjieba the reference itself does the work.
What is left is a tie between two cuts that are equally likely (安安安), which the two may break
differently: 5 of 100,000 made-up strings, none of the real texts tried.

Both get the words of data/jieba/vocabulary.txt, with frequencies given so that neither works out
its own.
"""

from __future__ import annotations

import functools
import hashlib
import re
import threading
from collections.abc import Callable, Iterable
from importlib import metadata, util
from itertools import accumulate

from domain.documents import Tokens
from domain.resources import data_path

RULES_VERSION = "tokenization-1"

Cut = Callable[[str], list[str]]

# the characters jieba keeps in one block beside Han; \d and the like would take full-width digits
_ASCII_RUN = re.compile(r"[a-zA-Z0-9+#&._%\-]+")
_TORN_RUN = re.compile(r"[+#&._%\-]")
# the only words of jieba's dictionary made of such characters alone
_ASCII_WORDS = re.compile(r"(AT&T|[cC]#|[cC]\+\+)")
_ASCII_PIECES = re.compile(r"([a-zA-Z0-9]+(?:\.[0-9]+)?%?)")
# Han to rjieba, strangers to jieba; lone surrogates cannot enter rjieba at all
_STRANGERS = re.compile(
    r"([\u3400-\u4dbf\u9fd6-\u9fff\ud800-\udfff\uf900-\ufaff\U00020000-\U0003ffff])"
)

_LOADING = threading.Lock()


@functools.cache
def vocabulary() -> tuple[tuple[str, int], ...]:
    """The words of the trade with their frequencies, in the order of the file."""
    lines = data_path("jieba", "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split() for line in lines if line)
    return tuple((word, int(frequency)) for word, frequency in pairs)


@functools.cache
def tokenizer_fingerprint() -> str:
    """A name for everything that decides where words begin; changes when tokens may change.

    The fast path is not part of it: tests prove that its tokens are the reference's.
    """
    digest = hashlib.sha256(data_path("jieba", "vocabulary.txt").read_bytes()).hexdigest()
    return f"{RULES_VERSION}+jieba-{metadata.version('jieba')}+{digest[:16]}"


def _resplit(run: str) -> Iterable[str]:
    """The pieces into which jieba cuts a run of letters, digits and the signs between them."""
    for position, part in enumerate(_ASCII_WORDS.split(run)):
        if position % 2:
            yield part
        else:
            yield from filter(None, _ASCII_PIECES.split(part))


def _mend(words: list[str]) -> list[str]:
    """rjieba's words with every ASCII run cut as jieba cuts it."""
    out: list[str] = []
    run = ""
    for word in words:
        if word.isascii() and _ASCII_RUN.fullmatch(word):
            run += word
            continue
        if run:
            out.extend(_resplit(run))
            run = ""
        out.append(word)
    if run:
        out.extend(_resplit(run))
    return out


def fast_cut() -> Cut:
    """A cutter on rjieba whose tokens equal the reference's.

    Raises:
        ModuleNotFoundError: if rjieba is not installed.
    """
    import rjieba

    engine = rjieba.Jieba()
    for word, frequency in vocabulary():
        engine.add_word(word, frequency, None)

    def cut_block(text: str) -> list[str]:
        words: list[str] = engine.cut(text)
        return _mend(words) if _TORN_RUN.search(text) else words

    def cut(text: str) -> list[str]:
        if not _STRANGERS.search(text):
            return cut_block(text)
        words: list[str] = []
        for position, part in enumerate(_STRANGERS.split(text)):
            if position % 2:
                words.append(part)
            elif part:
                words.extend(cut_block(part))
        return words

    return cut


def reference_cut() -> Cut:
    """A cutter on jieba itself, without its cache file in the shared temporary folder."""
    import jieba

    engine = jieba.Tokenizer()
    # initialize() would read (and unmarshal) whatever lies under that name in the temporary folder
    engine.FREQ, engine.total = engine.gen_pfdict(engine.get_dict_file())
    engine.initialized = True
    for word, frequency in vocabulary():
        engine.add_word(word, frequency)

    def cut(text: str) -> list[str]:
        return list(engine.cut(text))

    return cut


@functools.cache
def _load_cut() -> Cut:
    return fast_cut() if util.find_spec("rjieba") else reference_cut()


def _cut() -> Cut:
    with _LOADING:
        return _load_cut()


def tokenize(text: str) -> Tokens:
    """Every word of ``text`` in order, white space and punctuation included; joined they are it.

    ``text`` is normalised text; ``starts`` are code points of it. The first call loads the
    dictionary (about 0.1 s); calls are safe from several threads.
    """
    words = tuple(_cut()(text))
    starts = tuple(accumulate(map(len, words), initial=0))[:-1]
    return Tokens(words=words, starts=starts, tokenizer_version=tokenizer_fingerprint())
