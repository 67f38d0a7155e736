"""The names of files of rows: their compression, and the names of the datasets in them."""

from __future__ import annotations

import re
from pathlib import Path

COMPRESSIONS = (".gz", ".bz2", ".xz", ".zst", ".lz4", ".zip")
"""The endings of compressed files' names, which follow the ending of the format."""
_ANY_LETTERS = re.compile(r"[*?]+")
"""Characters of a pattern that stand for others."""


def without_compression(path: Path) -> Path:
    """The path without the ending of a compression: `rows.jsonl` for `rows.jsonl.gz`."""
    return path.with_suffix("") if path.suffix.lower() in COMPRESSIONS else path


def name_of(path: str) -> str:
    """The default name of the rows of a path, such as `rows` for `d/rows.jsonl.gz`."""
    given = without_compression(Path(path))
    if not _ANY_LETTERS.search(path) or Path(path).exists():
        return given.stem or given.absolute().name
    # A pattern: `test` for d/test-*.parquet, `d` for d/*.parquet.
    names = (given.stem, *(parent.name for parent in given.absolute().parents))
    without = (_ANY_LETTERS.sub("", name).strip("-_. ") for name in names)
    return next(filter(None, without), "")
