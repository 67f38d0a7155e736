"""Files that are written whole or not at all, and what is left of those that were not."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from laser_sweep.errors import ConfigError

_LEFTOVER_AFTER_S = 3600.0
"""A result is written in much less; whatever is older is nobody's."""


def check_writable(folder: Path) -> None:
    """Make a folder, and try to write to it.

    Raises:
        ConfigError: if either fails.
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
    """Write under a temporary name in the same folder, flush to the disk, rename."""
    # A random name, not the process id: processes on two machines can share one.
    descriptor, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        write(temporary)
        os.fsync(descriptor)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files of processes that were killed while they wrote."""
    for path in folder.glob(".*.tmp"):
        with suppress(FileNotFoundError):  # its process lives, or another one was quicker
            if time.time() - path.stat().st_mtime > _LEFTOVER_AFTER_S:
                path.unlink()


def _umask() -> int:
    """The process's umask: temporary files are private, results are as private as other files."""
    current = os.umask(0)
    os.umask(current)
    return current
