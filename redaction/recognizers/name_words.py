"""The shipped word lists that tell in which part a name stands: labels, posts, what follows."""

from __future__ import annotations

from functools import lru_cache

from domain.resources import data_path

# What a label carries beside its kind: "负责人(签名)", "审核人签字", "申请人姓名".
_LABEL_TAILS = (
    "签名", "签字", "签章", "签收", "签批", "盖章", "捺印", "按印", "手印", "姓名", "名单",
    "名称", "意见", "情况", "信息", "如下", "分别为", "分别是", "有", "为", "代签", "印",
)  # fmt: skip


@lru_cache(maxsize=8)
def roles_of(filename: str) -> dict[str, str]:
    """Word to role of one list of data/lexicons/roles; of two roles the first one listed holds."""
    out: dict[str, str] = {}
    for line in _lines(filename):
        role, colon, words = line.partition(":")
        if colon:
            for word in words.split():
                out.setdefault(word, role.strip())
    return out


@lru_cache(maxsize=8)
def words_of(filename: str) -> frozenset[str]:
    """The words of one list without roles."""
    return frozenset(word for line in _lines(filename) for word in line.split())


def _lines(filename: str) -> list[str]:
    text = data_path("lexicons", "roles", filename).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@lru_cache(maxsize=4096)
def label_role(label: str) -> str:
    """The role a label gives ("企业联系人" -> "enterprise_contact"), or ""."""
    known = roles_of("labels.txt")
    word = label
    while word:
        for start in range(len(word)):
            end = word[start:]
            if end in known and (
                start == 0 or _may_end_label(word[:start], end, whole=word == label)
            ):
                return known[end]
        if word.endswith("组") and len(word) > 2:
            return "official"
        tail = next((t for t in _LABEL_TAILS if word.endswith(t) and len(word) > len(t)), "")
        if not tail:
            return ""
        word = word[: -len(tail)]
    return ""


def _may_end_label(before: str, word: str, *, whole: bool) -> bool:
    """Whether ``word`` may be the end of a longer label ("甲方经办", "企业联系人")."""
    if len(word) == 1:
        return False
    if len(word) > 2 or word[-1] in "人员长组":
        return whole or len(before) < 8
    return whole and (len(before) <= 2 or before[-1] in "人员" or ends_with_organization(before))


@lru_cache(maxsize=4096)
def title_before(text: str) -> tuple[str, str]:
    """The longest post or relation at the end of ``text`` with its role, or ("", "")."""
    known = roles_of("titles.txt")
    for length in range(min(8, len(text)), 1, -1):
        word = text[-length:]
        if word in known:
            return word, known[word]
    return "", ""


def ends_with_organization(text: str) -> bool:
    """Whether ``text`` ends like the name of an office, a unit, a company or a village."""
    known = words_of("organizations.txt")
    return any(text[-length:] in known for length in range(min(3, len(text)), 0, -1))


def followed_by_end(text: str) -> bool:
    """Whether ``text``, standing right after a name, ends the name (a verb, a particle)."""
    known = words_of("following.txt")
    return any(text[:length] in known for length in range(min(4, len(text)), 0, -1))


def speaks(text: str) -> bool:
    """Whether ``text`` opens with what only persons do ("主持", "证实", "签字")."""
    known = words_of("person_verbs.txt")
    return any(text[:length] in known for length in range(min(3, len(text)), 0, -1))
