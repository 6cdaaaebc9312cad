"""What a number or name is called where it stands: the words before it, or its table heading."""

from __future__ import annotations

import re

from redaction.recognizers.base import ScreeningContext

# A label may be followed by a little filler ("为", a bank's name) before its value.
_REACH = 40
# Numbers of the same kind listed before this one ("电话:0913-6230077、").
_SIBLINGS = re.compile(r"(?:[0-9][0-9\-() ]{4,20}[、,/和及或]\s?)+$")


def without_siblings(before: str) -> str:
    """``before`` without the numbers listed at its end, so that the list's label stands last."""
    return _SIBLINGS.sub("", before)


def preceding(ctx: ScreeningContext, position: int, count: int = _REACH) -> str:
    """Reading text before ``position`` back to the paragraph's start; cells stay tab-separated."""
    above, _, here = ctx.flow.before(position, count).rpartition("\n")
    # a form that breaks the line between a label and its value
    return here if here.strip() else above.rpartition("\n")[2] + here


def caption(ctx: ScreeningContext, position: int) -> str:
    """The heading of the table column that holds ``position``, without white space."""
    return "".join(ctx.column_header(position).split())


def labelled(
    ctx: ScreeningContext, position: int, label: re.Pattern[str], *, filler: int = 6
) -> bool:
    """Whether ``label`` stands right before ``position`` (``filler`` code points may lie between,
    none a digit or the end of a sentence) or heads its column.
    """
    before = without_siblings(preceding(ctx, position, _REACH * 2))
    for match in label.finditer(before):
        between = before[match.end() :]
        if len(between) <= filler and not re.search(r"[0-9。;；]", between):
            return True
    return label.search(caption(ctx, position)) is not None
