"""The content of compressed files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

from laser_sweep.config import COMPRESSIONS
from laser_sweep.errors import ConfigError, reason


def _arrow(content: bytes, method: str) -> bytes:
    import pyarrow as pa

    with pa.input_stream(pa.py_buffer(content), compression=method) as stream:
        return cast(bytes, stream.read())


def _zip(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [each.filename for each in archive.infolist() if not each.is_dir()]
        if len(names) != 1:
            raise ValueError(f"it holds {len(names)} files, expected one")
        return archive.read(names[0])


_NOT_COMPRESSED = (
    *(OSError, EOFError, ValueError, RuntimeError, NotImplementedError),
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile),
)
"""The exceptions of these libraries for content of another kind."""
_METHODS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".bz2": bz2.decompress,
    ".xz": lzma.decompress,
    ".zst": partial(_arrow, method="zstd"),
    ".lz4": partial(_arrow, method="lz4"),
    ".zip": _zip,
}


def content_of(path: Path) -> bytes:
    """The content of a file, decompressed if its name says that it is compressed.

    Raises:
        OSError: if the file cannot be read.
        ConfigError: if the content is not compressed in this way.
    """
    content, ending = path.read_bytes(), path.suffix.lower()
    if ending not in COMPRESSIONS:
        return content
    if not content:
        raise ConfigError(f"dataset.path={path}: has 0 bytes, expected a compressed file.")
    try:
        return _METHODS[ending](content)
    except _NOT_COMPRESSED as error:
        raise ConfigError(
            f"dataset.path={path}: cannot be decompressed as {ending}: {reason(error)}."
        ) from error
