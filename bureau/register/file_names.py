"""File names from outside: which are a program's own, how they are shown and made plain."""

from __future__ import annotations

import os
import pwd
import re
from pathlib import Path

_TEMPORARY_PREFIXES = ("~$", ".", "~WRL", "~WRD", "._")
_TEMPORARY_SUFFIXES = (
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".filepart",
    ".swp",
    ".lock",
    ".!ut",
)
_TEMPORARY_NAMES = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db"})


def is_temporary(name: str) -> bool:
    """Whether a program left this name for itself: not an input."""
    lowered = name.lower()
    return (
        name.startswith(_TEMPORARY_PREFIXES)
        or lowered.endswith(_TEMPORARY_SUFFIXES)
        or lowered in _TEMPORARY_NAMES
    )


def printable(name: str) -> str:
    """A name fit for the database and the screen, without control characters.

    Names that are not UTF-8 (old shares) are read as GB18030.
    """
    raw = os.fsencode(name)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def owner_name(uid: int) -> str:
    """The account that owns a file on the share, or its number."""
    try:
        return pwd.getpwuid(uid).pw_name[:64]
    except KeyError:
        return str(uid)


def safe_upload_name(untrusted_name: str) -> str:
    """A plain file name from what a browser sent: no path, no control or leading dots, short."""
    name = printable(untrusted_name.replace("\\", "/").rpartition("/")[2])
    name = re.sub(r'[\x00-\x1f/:*?"<>|]', "_", name).strip(" .~$")
    stem, suffix = Path(name).stem, Path(name).suffix[:16]
    while len(os.fsencode(stem + suffix)) > 200:
        stem = stem[:-1]
    candidate = (stem + suffix) or "upload"
    # sweeps must not take it for a program's own
    return f"{candidate}.upload" if is_temporary(candidate) else candidate
