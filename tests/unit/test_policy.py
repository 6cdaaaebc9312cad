"""The policy file: complete, checked, and overriding by kind of document."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from classifiers.document_kind import kind_names
from domain.findings import Action, Category, FindingType
from domain.resources import data_path
from redaction.policy import InvalidPolicy, MaskStyle, Policy
from redaction.recognizers.base import Verdict


def _shipped() -> dict[str, Any]:
    content = yaml.safe_load(data_path("policies", "default.yaml").read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def test_the_shipped_policy_covers_every_type_and_category() -> None:
    policy = Policy.load()
    assert set(policy.defaults) == set(FindingType)
    assert set(policy.masks) == set(FindingType)
    assert set(policy.grounds) == set(Category)
    assert policy.mask(FindingType.PERSON).style is MaskStyle.PSEUDONYM
    assert policy.mask(FindingType.ADDRESS).style is MaskStyle.COUNTY
    assert policy.ground(Category.PRIVATE) == "个人隐私，条例第十五条"


def test_the_shipped_overrides_name_kinds_that_exist() -> None:
    for override in Policy.load().overrides:
        assert override.document_kinds <= set(kind_names())


def test_an_override_replaces_only_the_action_it_names() -> None:
    policy = Policy.load()
    redact = Verdict(action=Action.REDACT, rule="birth.redact", reason="理由")
    keep = Verdict(action=Action.KEEP, rule="birth.foundling", reason="理由")
    changed = policy.verdict(FindingType.BIRTH_DATE, "personnel", redact)
    assert changed.action is Action.MUST_DECIDE
    assert changed.rule == "policy.personnel.birth"
    assert policy.verdict(FindingType.BIRTH_DATE, "notice", redact) is redact
    assert policy.verdict(FindingType.BIRTH_DATE, "personnel", keep) is keep


def test_without_a_rule_the_types_default_decides() -> None:
    verdict = Policy.load().verdict(FindingType.USCC, "notice")
    assert verdict.action is Action.KEEP
    assert verdict.rule == "default.USCC"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda p: p.pop("grounds"), "grounds"),
        (lambda p: p["grounds"].pop("private"), "private"),
        (lambda p: p["defaults"].update(PHONE="hide"), "defaults.PHONE"),
        (lambda p: p["defaults"].pop("PHONE"), "PHONE"),
        (lambda p: p["defaults"].update(FAX="keep"), "defaults"),
        (lambda p: p["masks"]["PHONE"].update(style="blur"), "masks.PHONE.style"),
        (lambda p: p["masks"]["PHONE"].update(text=""), "masks.PHONE.text"),
        (lambda p: p.update(version=1), "version"),
        (lambda p: p.update(extra={}), "extra"),
        (lambda p: p["overrides"][0].pop("reason"), "overrides[0].reason"),
        (lambda p: p["overrides"][0].update(types="PHONE"), "overrides[0].types"),
        (lambda p: p["overrides"][0].update(whom="all"), "whom"),
    ],
)
def test_a_policy_that_breaks_the_shape_is_refused_by_the_fields_name(
    change: Any, named: str
) -> None:
    content = copy.deepcopy(_shipped())
    change(content)
    with pytest.raises(InvalidPolicy) as caught:
        Policy.from_plain(content)
    assert named in caught.value.message
    assert str(caught.value) == "invalid_policy"


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", b"- 1\n- 2\n", b""])
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(content)
    with pytest.raises(InvalidPolicy):
        Policy.load(path)
    with pytest.raises(InvalidPolicy):
        Policy.load(tmp_path / "missing.yaml")


def test_kinds_that_recognisers_ask_for_exist() -> None:
    asked: set[str] = set()
    for path in (Path(__file__).resolve().parents[2] / "redaction" / "recognizers").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        for block in re.findall(r"_[A-Z_]*KINDS = frozenset\(\s*\{(.*?)\}", source, re.DOTALL):
            asked.update(re.findall(r'"([a-z_]+)"', block))
    assert asked
    assert asked <= set(kind_names())
