"""What a number or name is called where it stands: the words before it, or its table heading."""

from __future__ import annotations

import re

from redaction.recognizers.base import ScreeningContext

# A label may be followed by a little filler ("为", a bank's name) before its value.
_REACH = 40


def preceding(ctx: ScreeningContext, position: int, count: int = _REACH) -> str:
    """Reading text before ``position`` back to the paragraph's start; cells stay tab-separated."""
    return ctx.flow.before(position, count).rpartition("\n")[2]


def caption(ctx: ScreeningContext, position: int) -> str:
    """The heading of the table column that holds ``position``, without white space."""
    return "".join(ctx.column_header(position).split())


def labelled(
    ctx: ScreeningContext, position: int, label: re.Pattern[str], *, filler: int = 6
) -> bool:
    """Whether ``label`` stands right before ``position`` (``filler`` code points may lie between,
    none a digit or the end of a sentence) or heads its column.
    """
    before = preceding(ctx, position)
    for match in label.finditer(before):
        between = before[match.end() :]
        if len(between) <= filler and not re.search(r"[0-9。；]", between):
            return True
    return label.search(caption(ctx, position)) is not None
