"""`sweep.json`: what the last command in a sweep's folder was about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from laser_sweep.errors import ConfigError, one_line

FORMAT = 1
"""Changes with every change that makes results of different versions incomparable."""

NAME = "sweep.json"


class DamagedRecordError(ConfigError):
    """The record cannot be read; the sweep's command writes it anew."""


def read_record(folder: Path) -> dict[str, Any]:
    """What `sweep.json` says of the last command in a sweep's folder.

    Raises:
        ConfigError: if there is none, or it is of another version of the store.
    """
    path = folder / NAME
    if not path.is_file():
        raise ConfigError(f"{folder}: there is no sweep.json, so it is no sweep's folder.")
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedRecordError(
            f"{path} is damaged ({one_line(error)}): run the sweep's command again."
        ) from error
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        written = record.get("format") if isinstance(record, dict) else None
        raise ConfigError(
            f"{folder} was written in format {written} by another version of laser_sweep; this one "
            f"reads format {FORMAT}. Move the folder away or set output=... to another one."
        )
    return record
