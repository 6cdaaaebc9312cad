"""Log lines that say where something broke, never what it held."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_FRAMES = 12


class CodesOnlyFormatter(logging.Formatter):
    """Writes an exception as its types and code places; its message may hold document text."""

    def __init__(self, fmt: str = FORMAT) -> None:
        super().__init__(fmt)

    def formatException(
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        """One line an exception of the chain, its last frames as file:line in function."""
        lines = []
        error = ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
            places = " < ".join(f"{f.filename}:{f.lineno} {f.name}" for f in reversed(frames))
            lines.append(f"{type(error).__module__}.{type(error).__qualname__} at {places}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)

    def formatStack(self, stack_info: str) -> str:
        """Nothing: a stack's source lines are not needed."""
        del stack_info
        return ""
