"""Where the data that ships with gongkai lies."""

from __future__ import annotations

from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent / "data"


def data_path(*parts: str) -> Path:
    """Path of a shipped data file, e.g. ``data_path("lexicons", "names", "family_names.tsv")``.

    Raises:
        FileNotFoundError: if the installation lacks it; the message names the missing file.
    """
    path = _ROOT.joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"shipped data is missing: data/{'/'.join(parts)}")
    return path
