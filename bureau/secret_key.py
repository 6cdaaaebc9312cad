"""The installation's secret key: made once, readable by its owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEY_FILE = "secret_key"
_KEY_BYTES = 48


def read_secret_key(home: Path) -> str | None:
    """The key of this home, or None before ``ensure_secret_key`` has run."""
    try:
        return (home / KEY_FILE).read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None


def ensure_secret_key(home: Path) -> str:
    """The key of this home, made (mode 0600) if there is none; two callers get the same one."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = read_secret_key(home)
    if known is not None:
        return known
    key = secrets.token_urlsafe(_KEY_BYTES)
    draft = home / f".{KEY_FILE}.{os.getpid()}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        # link, not rename: whoever comes second must take the first one's key
        os.link(draft, home / KEY_FILE)
    except FileExistsError:
        return read_secret_key(home) or key
    finally:
        draft.unlink(missing_ok=True)
    return key
