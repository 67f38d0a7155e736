"""Files that are written whole or not at all.

A file is written under a temporary name in the same folder, flushed to the disk, and renamed. A
process that is killed while it writes leaves a temporary file, which a later command removes.
"""

from __future__ import annotations

import os
import tempfile
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from laser_sweep.errors import ConfigError

_LEFTOVER_AFTER_S = 3600.0
"""Writing a result takes far less time; the process that wrote an older temporary file is gone."""


def check_writable(folder: Path) -> None:
    """Make a folder, and try to write to it.

    Raises:
        ConfigError: if the folder cannot be made or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise ConfigError(f"output: cannot write to {folder}: {error.strerror}.") from error


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file, whole or not at all; text as UTF-8."""
    encoded = content.encode() if isinstance(content, str) else content
    replace_file(path, lambda temporary: temporary.write_bytes(encoded))


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let a function write to a temporary path, and give the file its name when it is complete."""
    # A random name, not the process id: processes on two machines can have the same id.
    temporary = path.parent / f".{uuid.uuid4().hex}.tmp"
    # The mode of `tempfile` would be private; the system applies the umask to this one.
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        write(temporary)
        os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of processes that were killed while they wrote."""
    for path in folder.glob(".*.tmp"):
        with suppress(FileNotFoundError):  # the writing process, or another reader, was faster
            if time.time() - path.stat().st_mtime > _LEFTOVER_AFTER_S:
                path.unlink()
