"""索引号: given once to a document, unique, never changed, never given again.

The scheme is the bureau's (its default is 统一社会信用代码/YYYYMM-NNNNN); this module is its
validator.
"""

from __future__ import annotations

import re
import string
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from bureau.register.models import BureauProfile, Document, IndexNumber, IndexSequence
from domain.errors import GongkaiError

_FIELDS = frozenset({"org_code", "year", "month", "serial"})
_VALUE = re.compile(r"[0-9A-Za-z][0-9A-Za-z/_.-]{2,94}")
_ORG_CODE = re.compile(r"[0-9A-Z]{9}|[0-9A-Z]{18}")
_CHINA = ZoneInfo("Asia/Shanghai")


class InvalidIndexScheme(GongkaiError):
    """A scheme or organisation code that cannot give good index numbers."""

    code = "invalid_index_scheme"
    message = "索引号规则无效：须含 {serial}，只用字母、数字和 / _ . - ，机构代码为 18 位或 9 位。"


def bureau_profile() -> BureauProfile:
    """The bureau's one row, made empty if there is none."""
    return BureauProfile.objects.get_or_create(pk=1)[0]


def check_scheme(scheme: str, org_code: str) -> None:
    """Passes if the scheme gives distinct, well-formed numbers.

    Raises:
        InvalidIndexScheme: otherwise.
    """
    try:
        fields = {name for _, name, _, _ in string.Formatter().parse(scheme) if name is not None}
        samples = {_render(scheme, org_code, 2026, month, n) for month in (1, 12) for n in (1, 99)}
    except (ValueError, KeyError, IndexError, AttributeError):
        raise InvalidIndexScheme() from None
    numbers_repeat = "month" in fields and len(samples) != 4
    if (
        not fields <= _FIELDS
        or "serial" not in fields
        or len(samples) < 2
        or numbers_repeat
        or not all(is_index_number(s) for s in samples)
        or ("org_code" in fields and not _ORG_CODE.fullmatch(org_code))
    ):
        raise InvalidIndexScheme()


def is_index_number(value: str) -> bool:
    """Whether a text could be an index number of any scheme."""
    return bool(_VALUE.fullmatch(value)) and ".." not in value and "//" not in value


def give(document: Document, *, now: datetime) -> str:
    """The document's index number: its own if it has one, else the next of this month.

    Committed by itself, before anything is published under it: a failed publication keeps it.

    Raises:
        InvalidIndexScheme: if the bureau's profile lacks a good organisation code or scheme.
    """
    with transaction.atomic():
        known = IndexNumber.objects.filter(document=document).first()
        if known is not None:
            return known.value
        profile = bureau_profile()
        check_scheme(profile.index_scheme, profile.org_code)
        today = now.astimezone(_CHINA).date()
        prefix = _render(profile.index_scheme, profile.org_code, today.year, today.month, 0)
        IndexSequence.objects.get_or_create(prefix=prefix)
        sequence = IndexSequence.objects.select_for_update().get(prefix=prefix)
        while True:
            sequence.last += 1
            value = _render(
                profile.index_scheme, profile.org_code, today.year, today.month, sequence.last
            )
            # numbers brought over from an older system stay taken
            if not IndexNumber.objects.filter(value=value).exists():
                break
        sequence.save(update_fields=["last"])
        return IndexNumber.objects.create(value=value, document=document, given_at=now).value


def _render(scheme: str, org_code: str, year: int, month: int, serial: int) -> str:
    return scheme.format(org_code=org_code, year=year, month=month, serial=serial)
