"""Domain types to plain JSON values and back, by their declared types.

No pickle: whatever crosses a process or enters the database does so as JSON and is rebuilt by the
types' own constructors, so their checks run again.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar

from domain.spans import Rect

T = TypeVar("T")


def to_plain(value: object) -> Any:
    """JSON-ready form of a domain value: dicts, lists, strings, numbers, booleans, None."""
    if value is None or isinstance(value, str | int | float | bool):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Rect):
        # glyph boxes come by the hundred thousand: one short list each
        return [
            value.page_index,
            round(value.x0, 2),
            round(value.top, 2),
            round(value.x1, 2),
            round(value.bottom, 2),
        ]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {to_plain(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_plain(v) for v in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"no plain form for {type(value).__name__}")


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return typing.get_type_hints(cls)


def from_plain(kind: type[T], plain: Any) -> T:
    """A value of ``kind`` from its plain form.

    Raises:
        TypeError, ValueError, KeyError: if the plain form does not fit the type.
    """
    return typing.cast(T, _build(kind, plain))


def _build(kind: Any, plain: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _build_union(typing.get_args(kind), plain)
    if origin is tuple:
        return tuple(_build(typing.get_args(kind)[0], p) for p in plain)
    if origin is not None and issubclass(origin, Mapping):
        key, item = typing.get_args(kind)
        return {_build(key, k): _build(item, v) for k, v in plain.items()}
    if kind is Rect:
        page_index, x0, top, x1, bottom = plain
        return Rect(page_index=int(page_index), x0=x0, top=top, x1=x1, bottom=bottom)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _build(hints[name], p) for name, p in plain.items()})
    return _build_leaf(kind, plain)


def _build_leaf(kind: Any, plain: Any) -> Any:
    if kind in (datetime, date):
        return kind.fromisoformat(plain)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(plain)
    if kind is float and isinstance(plain, int):
        return float(plain)
    if kind in (object, Any) or isinstance(plain, kind):
        return plain
    raise TypeError(f"{kind!r} does not fit a {type(plain).__name__}")


def _build_union(kinds: tuple[Any, ...], plain: Any) -> Any:
    if plain is None and type(None) in kinds:
        return None
    rest = [k for k in kinds if k is not type(None)]
    if len(rest) == 1:
        return _build(rest[0], plain)
    # the one union of the domain is TextSpan | Rect: an object or a list
    for kind in rest:
        if (kind is Rect) == isinstance(plain, list):
            return _build(kind, plain)
    raise TypeError("no member of the union fits")
