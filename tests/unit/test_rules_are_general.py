"""Rules are words of the trade, not strings of the annotated papers they are measured on."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_MODULES = (
    "accounts",
    "addresses",
    "birth",
    "contact",
    "coordinates",
    "family",
    "flow",
    "health",
    "identity",
    "labels",
    "minor_particulars",
    "numbers",
    "passages",
    "phones",
    "secrecy",
    "trade",
    "travel",
    "vehicles",
    "work",
)
_SHORTEST = 6
# Vocabulary of the trade that happens to stand in the annotated papers too.
_VOCABULARY = frozenset({"统一社会信用代码", "公民身份号码", "纳税人识别号"})


def _papers() -> str:
    texts: list[str] = []
    for path in sorted((_ROOT / "data" / "gold").glob("*.jsonl")):
        texts += (json.loads(row)["text"] for row in path.read_text(encoding="utf-8").splitlines())
    return "\n".join(texts)


@pytest.mark.parametrize("module", _MODULES)
def test_no_long_string_of_the_annotated_papers_stands_in_a_rule(module: str) -> None:
    source = (_ROOT / "redaction" / "recognizers" / f"{module}.py").read_text(encoding="utf-8")
    papers = _papers()
    strings = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    runs = {
        run
        for string in strings
        if "条例第" not in string and "保密法第" not in string and "信息保护法第" not in string
        for run in re.findall(rf"[\u4e00-\u9fff]{{{_SHORTEST},}}", string)
    }
    assert {run for run in runs if run in papers} <= _VOCABULARY
