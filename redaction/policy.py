"""What is masked, how and on what ground: a versioned file that a bureau may replace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from domain.errors import GongkaiError
from domain.findings import Action, Category, FindingType
from domain.resources import data_path
from redaction.recognizers.base import Verdict


class InvalidPolicy(GongkaiError):
    """A policy file that is not of the agreed shape; the message names the field."""

    code = "invalid_policy"
    message = "公开处理规则文件有误。"


class MaskStyle(StrEnum):
    """How the replacement of a masked place is made."""

    FIXED = "fixed"
    PSEUDONYM = "pseudonym"
    COUNTY = "county"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """The replacement for one type; ``text`` never depends on the masked text's length."""

    style: MaskStyle
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A change of action for some types, kinds of document and former actions (empty = any)."""

    rule: str
    types: frozenset[FindingType]
    document_kinds: frozenset[str]
    replaces: Action | None
    action: Action
    reason: str

    def applies(self, kind: FindingType, document_kind: str, action: Action) -> bool:
        """Whether this override changes ``action`` for a finding of ``kind``."""
        return (
            kind in self.types
            and (not self.document_kinds or document_kind in self.document_kinds)
            and (self.replaces is None or self.replaces is action)
        )


_Code = TypeVar("_Code", Action, Category, FindingType, MaskStyle)

_DEFAULT_REASONS: Mapping[Action, str] = {
    Action.KEEP: "属于应当公开或者已经公开的信息，保留（条例第二十条）。",
    Action.REDACT: "涉及个人隐私、商业秘密或者国家秘密，公开前应当遮盖（条例第十四条、第十五条）。",
    Action.MUST_DECIDE: "不能确定是否可以公开，请人工决定（条例第十七条）。",
}


def _refuse(place: str, problem: str) -> InvalidPolicy:
    return InvalidPolicy(f"公开处理规则文件有误：{place} {problem}。")


def _code(kind: type[_Code], value: object, place: str) -> _Code:
    try:
        return kind(str(value))
    except ValueError:
        known = "、".join(member.value for member in kind)
        raise _refuse(place, f"只能取 {known}") from None


def _mapping(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _refuse(place, "应当是键值表")
    return {str(key): item for key, item in value.items()}


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _refuse(place, "应当是非空文字（数字请加引号）")
    return value


def _complete(found: Mapping[Any, Any], wanted: type[Any], place: str) -> None:
    missing = [member.value for member in wanted if member not in found]
    if missing:
        raise _refuse(place, f"缺少 {'、'.join(missing)}")


def _list(value: object, place: str) -> list[object]:
    if not isinstance(value, list):
        raise _refuse(place, "应当是列表")
    return value


def _override(value: object, place: str) -> Override:
    row = _mapping(value, place)
    unknown = set(row) - {"rule", "types", "document_kinds", "from", "action", "reason"}
    if unknown:
        raise _refuse(place, f"有不认识的字段 {'、'.join(sorted(unknown))}")
    return Override(
        rule=_text(row.get("rule"), f"{place}.rule"),
        types=frozenset(
            _code(FindingType, item, f"{place}.types")
            for item in _list(row.get("types"), f"{place}.types")
        ),
        document_kinds=frozenset(
            str(item) for item in _list(row.get("document_kinds", []), f"{place}.document_kinds")
        ),
        replaces=_code(Action, row["from"], f"{place}.from") if "from" in row else None,
        action=_code(Action, row.get("action"), f"{place}.action"),
        reason=_text(row.get("reason"), f"{place}.reason"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A checked policy file."""

    version: str
    grounds: Mapping[Category, str]
    defaults: Mapping[FindingType, Action]
    masks: Mapping[FindingType, Mask]
    overrides: tuple[Override, ...]

    @classmethod
    def load(cls, path: Path | None = None) -> Policy:
        """The policy at ``path``, or the shipped one.

        Raises:
            InvalidPolicy: if the file is missing, is no YAML or breaks the shape.
        """
        source = path if path is not None else data_path("policies", "default.yaml")
        try:
            content = yaml.safe_load(source.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError):
            raise InvalidPolicy("公开处理规则文件无法读取或不是有效的 YAML 文件。") from None
        return cls.from_plain(content)

    @classmethod
    def from_plain(cls, content: object) -> Policy:
        """The policy that plain data (as read from YAML) describes.

        Raises:
            InvalidPolicy: if a field is missing, unknown or of the wrong shape.
        """
        root = _mapping(content, "文件")
        unknown = set(root) - {"version", "grounds", "defaults", "masks", "overrides"}
        if unknown:
            raise _refuse("文件", f"有不认识的字段 {'、'.join(sorted(unknown))}")
        grounds = {
            _code(Category, key, "grounds"): _text(value, f"grounds.{key}")
            for key, value in _mapping(root.get("grounds"), "grounds").items()
        }
        _complete(grounds, Category, "grounds")
        defaults = {
            _code(FindingType, key, "defaults"): _code(Action, value, f"defaults.{key}")
            for key, value in _mapping(root.get("defaults"), "defaults").items()
        }
        _complete(defaults, FindingType, "defaults")
        masks = {
            _code(FindingType, key, "masks"): _mask(value, f"masks.{key}")
            for key, value in _mapping(root.get("masks"), "masks").items()
        }
        _complete(masks, FindingType, "masks")
        return cls(
            version=_text(root.get("version"), "version"),
            grounds=grounds,
            defaults=defaults,
            masks=masks,
            overrides=tuple(
                _override(item, f"overrides[{index}]")
                for index, item in enumerate(_list(root.get("overrides", []), "overrides"))
            ),
        )

    def verdict(
        self, kind: FindingType, document_kind: str, verdict: Verdict | None = None
    ) -> Verdict:
        """The verdict of a rule (or the type's default) after this policy's overrides."""
        if verdict is None:
            action = self.defaults[kind]
            verdict = Verdict(
                action=action, rule=f"default.{kind.value}", reason=_DEFAULT_REASONS[action]
            )
        for override in self.overrides:
            if override.applies(kind, document_kind, verdict.action):
                return Verdict(action=override.action, rule=override.rule, reason=override.reason)
        return verdict

    def mask(self, kind: FindingType) -> Mask:
        """How a masked place of this type is replaced."""
        return self.masks[kind]

    def ground(self, category: Category) -> str:
        """The short statement shown with a masked place of this category."""
        return self.grounds[category]


def _mask(value: object, place: str) -> Mask:
    row = _mapping(value, place)
    return Mask(
        style=_code(MaskStyle, row.get("style"), f"{place}.style"),
        text=_text(row.get("text"), f"{place}.text"),
    )
