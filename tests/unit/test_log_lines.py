"""Log lines: the place of an error, never its message."""

from __future__ import annotations

import io
import logging

from bureau.log_lines import CodesOnlyFormatter


def test_an_error_is_told_by_type_and_place_without_its_message() -> None:
    out = io.StringIO()
    logger = logging.Logger("test")
    handler = logging.StreamHandler(out)
    handler.setFormatter(CodesOnlyFormatter())
    logger.addHandler(handler)
    try:
        try:
            int("CANARY-430821190001010012")
        except ValueError:
            raise KeyError("黄测试") from None
    except KeyError:
        logger.exception("code=%s", "internal_error", stack_info=True)
    told = out.getvalue()
    assert "code=internal_error" in told
    assert "builtins.KeyError at" in told
    assert "test_log_lines.py" in told
    for secret in ("CANARY", "黄测试"):
        assert secret not in told


def test_a_chained_error_is_told_by_its_types() -> None:
    formatter = CodesOnlyFormatter()
    try:
        try:
            int("CANARY")
        except ValueError as error:
            raise KeyError("x") from error
    except KeyError as error:
        told = formatter.formatException((type(error), error, error.__traceback__))
    assert "KeyError" in told
    assert "ValueError" in told
    assert "CANARY" not in told
