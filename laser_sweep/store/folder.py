"""A folder that is written whole or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from laser_sweep.errors import ConfigError


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """A temporary folder beside a path, which gets that name when the context ends well.

    Raises:
        ConfigError: if there is something at the path already, or its parent cannot be written to.
    """
    path = path.expanduser().resolve()
    _check_free(path)
    # tempfile's would be private, and so would the export.
    temporary = path.parent / f".export-{uuid.uuid4().hex[:12]}.tmp"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
    except OSError as error:
        raise ConfigError(f"--to: cannot write to {path.parent}: {error.strerror}.") from error
    try:
        yield temporary
        _finish(temporary)
        temporary.rename(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _check_free(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise ConfigError(f"--to {path}: expected a new or an empty folder, this is a file.")
    if path.is_dir() and any(path.iterdir()):
        raise ConfigError(
            f"--to {path}: expected a new or an empty folder, this one is not empty. Nothing is "
            "overwritten: remove it, or give another name."
        )


def _finish(folder: Path) -> None:
    """Bring everything to the disk, so that a folder that has its name has its content."""
    readable = folder.stat().st_mode & 0o666
    for path in [*folder.rglob("*"), folder]:
        if path.is_file():
            path.chmod(readable)  # safetensors writes files that are private
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
