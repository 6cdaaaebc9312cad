"""The same questions answered the plain way: no sandbox, no positions, one process."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence

import jieba
import jieba.posseg
import pdfplumber
from docx import Document
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"[1-9]\d{16}[\dXx]",
        r"1[3-9]\d{9}",
        r"0\d{2,3}-\d{7,8}",
        r"\d{16,19}",
        r"[\w.]+@[\w.]+",
        r"[A-Z]\d{8}",
        r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5}",
        r"[\u4e00-\u9fff]{2,20}(?:村|组|路|街)\d*号?",
    )
)


def extract(data: bytes, filename: str) -> str:
    """The paragraphs of a docx or the text of a pdf's pages."""
    if filename.endswith(".pdf"):
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            return "\n".join(page.extract_text() or "" for page in pdf.pages)
    return "\n".join(p.text for p in Document(io.BytesIO(data)).paragraphs)


def tokenize(text: str) -> list[str]:
    """Words by jieba."""
    return list(jieba.cut(text))


def numbers(text: str) -> list[str]:
    """What the patterns match, one pattern after another."""
    return [match for pattern in PATTERNS for match in pattern.findall(text)]


def names(text: str) -> list[str]:
    """Words that jieba tags as persons."""
    return [word.word for word in jieba.posseg.cut(text) if word.flag == "nr"]


def classifier(texts: Sequence[str]) -> Callable[[str], str]:
    """A classifier fitted on ``texts`` with alternating labels: it is timed, not scored."""
    model: Pipeline = make_pipeline(
        TfidfVectorizer(tokenizer=tokenize, token_pattern=None), LogisticRegression(max_iter=200)
    )
    model.fit(texts, ["公开" if i % 2 else "不公开" for i in range(len(texts))])
    return lambda text: str(model.predict([text])[0])
