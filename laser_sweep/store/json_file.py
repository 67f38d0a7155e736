"""JSON files with one object of a type."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from laser_sweep.store.atomic import write_file

_T = TypeVar("_T")


def write_json(path: Path, content: object) -> None:
    """Write an object, indented for people; whole or not at all."""
    write_file(path, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")


def read_json(path: Path, type: type[_T]) -> _T | None:
    """The object in a file; None if there is no file, or its content is none of this type."""
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(path.read_bytes(), type=type)
    return None
