"""Git LFS pointers: the few lines that stand for a large file until `git lfs pull` fetches it."""

from __future__ import annotations

from pathlib import Path

from laser_sweep.errors import ConfigError

_POINTERS = (
    b"version https://git-lfs.github.com/spec/",
    b"version https://hawser.github.com/spec/",
)
"""The first bytes of a pointer; Git LFS was once named Hawser."""


def check_not_pointer(option: str, path: Path) -> None:
    """Check that a file has its content, and is not the pointer to it.

    Args:
        option: the option with its value, for the error.
        path: the file; a file that does not exist is no pointer.

    Raises:
        ConfigError: if it is a pointer.
    """
    if path.is_file() and begins_with(path, *_POINTERS):
        raise ConfigError(
            f"{option}: {path.name} is a Git LFS pointer: run git lfs pull in the folder "
            f"{path.parent}."
        )


def begins_with(path: Path, *prefixes: bytes) -> bool:
    """Whether a file begins with one of some bytes."""
    with path.open("rb") as file:
        return file.read(max(map(len, prefixes))).startswith(prefixes)
