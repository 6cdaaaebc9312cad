"""Invented people, born 1900-1902, with numbers that pass their checks; the same for each seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

# Names of nobody: a surname and a word that is no given name.
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_GIVEN = ("测试", "样例", "示范", "假名", "虚构", "试样")
_AREAS = ("430821", "110101", "510104", "652801", "340825")
_CARD_PREFIXES = ("621096", "622848", "621700")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedPerson:
    """Somebody who never lived, with every number a form may ask for."""

    name: str
    id_number: str
    mobile: str
    card: str
    passport: str


def checked_id(first17: str) -> str:
    """The 18-character identity number of 17 digits (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return first17 + "10X98765432"[total % 11]


def luhn(digits: str) -> str:
    """The digits with their Luhn check digit behind them."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def invented(seed: int) -> InventedPerson:
    """The person of this seed."""
    dice = random.Random(seed)
    born = date(1900, 1, 1) + timedelta(days=dice.randrange(3 * 365))
    serial = dice.randrange(1, 999)
    return InventedPerson(
        name=dice.choice(_SURNAMES) + dice.choice(_GIVEN),
        id_number=checked_id(f"{dice.choice(_AREAS)}{born:%Y%m%d}{serial:03d}"),
        mobile=f"139{dice.randrange(10**8):08d}",
        card=luhn(f"{dice.choice(_CARD_PREFIXES)}{dice.randrange(10**12):012d}"),
        passport=f"E{dice.randrange(10**8):08d}",
    )
