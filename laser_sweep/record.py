"""`sweep.json`: what the last command in a sweep's folder was about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.provenance import digest

FORMAT = 3
"""Changes with every change that makes results of different versions incomparable."""

NAME = "sweep.json"

_LONGEST_NAME = 150
"""A longer name of a point, of a large stack, is cut in its file's name."""

IDENTITY = {"weights", "dtype", "examples", "protocol", "options", "format"}
"""The fields of `laser_sweep.results.Identity`."""


def file_name(point: str, part: str, part_digest: str) -> str:
    """The name of the file with the results of a point on a part."""
    if len(point) > _LONGEST_NAME:
        point = f"{point[:_LONGEST_NAME]}...{digest(point)}"
    return f"{point}.{part}.{part_digest}.parquet"


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
    if not isinstance(record, dict) or "format" not in record:
        raise DamagedRecordError(f"{path} is damaged: run the sweep's command again.")
    if (written := record["format"]) == FORMAT and not _is_complete(record):
        raise DamagedRecordError(f"{path} is damaged: run the sweep's command again.")
    if written != FORMAT:
        raise ConfigError(
            f"{folder} was written in format {written} by another version of laser_sweep; this one "
            f"reads format {FORMAT}. Move the folder away or set output=... to another one."
        )
    return record


def _is_complete(record: dict[str, Any]) -> bool:
    """Whether a record has all that is read from it."""
    try:
        config, model, parts = record["config"], record["model"], record["parts"]
        _ = [config[group]["name"] for group in ("model", "dataset", "intervention", "split")]
        _ = [(part["examples"], part["digest"]) for part in parts.values()]
        _ = config["selection"], config["protocol"], config["paper"], model["path"]
        _ = [model[fact] for fact in ("commit", "family", "masked", "mask")]
        _ = [record["dataset"][fact] for fact in ("examples", "dropped", "truncated")]
        return set(record["identity"]) == IDENTITY and isinstance(record["points"], list)
    except (AttributeError, KeyError, TypeError):
        return False
