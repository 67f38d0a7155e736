"""The reports of earlier commands in a sweep's folder, which a later command keeps."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec

from laser_sweep.store.paths import Paths


class _Written(msgspec.Struct):
    """The command that a `selection.json` names."""

    # The digest becomes the name of a folder: nothing else may.
    command: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{8}$")]


def keep_earlier(paths: Paths, command: str) -> Path | None:
    """Move the report of another command into a folder of its own, `earlier/<command>`.

    A report that was kept of the command at hand is removed: a newer one takes its place.

    Args:
        paths: the files of the sweep's folder.
        command: the digest of the command that is about to be reported.

    Returns:
        The folder of the kept report; None if there is none, or it is of the same command.
    """
    shutil.rmtree(paths.earlier / command, ignore_errors=True)
    before = _reported(paths)
    if before in (None, command):
        return None
    kept, moving = paths.earlier / before, paths.earlier / f".{before}.tmp"
    moving.mkdir(parents=True, exist_ok=True)
    for path in (paths.figures, *paths.report_files):
        # Another process may report in the same folder.
        with suppress(FileNotFoundError):
            path.rename(moving / path.name)
    shutil.rmtree(kept, ignore_errors=True)
    moving.rename(kept)
    return kept


def _reported(paths: Paths) -> str | None:
    """The digest of the command whose report is in the folder; None if there is none."""
    with suppress(OSError, msgspec.MsgspecError):
        return msgspec.json.decode(paths.selection.read_bytes(), type=_Written).command
    return None
