"""Logs of ids, codes and counts: never text of a document, never a file's name."""

from __future__ import annotations

import logging
from pathlib import Path

from bureau.log_lines import CodesOnlyFormatter


def start_log(home: Path, part: str) -> None:
    """Write this process's log to ``home``/logs/``part``.log, readable by its owner alone."""
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{part}.log"
    path.touch(mode=0o600, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(CodesOnlyFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    # libraries that print what they parse stay silent
    for name in ("pdfminer", "pikepdf", "fontTools", "jieba", "PIL", "docx"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
