"""Compressed files: the endings of their names, and their content."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import cast

from laser_sweep.errors import ConfigError, reason


def _zstandard(content: bytes) -> bytes:
    import pyarrow as pa

    with pa.input_stream(pa.py_buffer(content), compression="zstd") as stream:
        return cast(bytes, stream.read())


_METHODS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
    ".zst": _zstandard,
}
COMPRESSIONS = tuple(_METHODS)
"""The endings of compressed files' names."""


def without_compression(path: Path) -> Path:
    """The path without the ending of a compression: `rows.jsonl` for `rows.jsonl.gz`."""
    return path.with_suffix("") if path.suffix.lower() in COMPRESSIONS else path


def content_of(path: Path) -> bytes:
    """The content of a file, decompressed if its name says that it is compressed.

    Raises:
        OSError: if the file cannot be read.
        ConfigError: if the content is not compressed in this way.
    """
    content, ending = path.read_bytes(), path.suffix.lower()
    if ending not in COMPRESSIONS:
        return content
    try:
        return _METHODS[ending](content)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise ConfigError(
            f"dataset.path={path}: cannot be decompressed as {ending}: {reason(error)}."
        ) from error
