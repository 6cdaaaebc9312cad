"""What a mistake in a stage raises: one document fails, visibly, and the others go on."""

from __future__ import annotations

PROGRAM_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
