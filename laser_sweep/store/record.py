"""`sweep.json`: what the last command in a sweep's folder was about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.grid.notation import ranges, read_ranges
from laser_sweep.split import PARTS, Parts
from laser_sweep.store.provenance import digest as hashed

FORMAT = 4
"""Changes with every change that makes results of different versions incomparable."""

NAME = "sweep.json"

_LONGEST_NAME = 150
"""A longer name of a point, of a large stack, is cut in its file's name."""

IDENTITY = {"weights", "dtype", "examples", "protocol", "options", "format"}
"""The fields of `laser_sweep.results.Identity`."""


def file_name(point: str, examples: Sequence[int], digest: str) -> str:
    """The name of the file with the results of a point on some examples, of one identity."""
    return f"{point_name(point)}.{_examples_name(examples)}.{digest}.parquet"


def point_name(point: str) -> str:
    """What a point is called in the names of files."""
    if len(point) > _LONGEST_NAME:
        return f"{point[:_LONGEST_NAME]}...{hashed(point)}"
    return point


def point_in(file_name: str) -> str:
    """What the point is called whose results are in a file."""
    return file_name.rsplit(".", 3)[0]


def _examples_name(examples: Sequence[int]) -> str:
    """The first and the last; if there are gaps, how many, and a digest of which."""
    first, last, count = examples[0], examples[-1], len(examples)
    if last - first + 1 == count:
        return f"{first}-{last}"
    return f"{count}x{hashed(list(examples))}"


def split_record(parts: Parts) -> dict[str, Any]:
    """What is written down of the parts of the examples."""
    return {
        "parts": {
            part: {"examples": len(parts.of(part)), "indices": ranges(parts.of(part))}
            for part in PARTS
        },
        "folds": [ranges(fold) for fold in parts.folds],
    }


def parts_of(record: Mapping[str, Any]) -> Parts:
    """The parts of the examples that were written down."""
    validation, test = (read_ranges(record["parts"][part]["indices"]) for part in PARTS)
    return Parts(validation, test, tuple(map(read_ranges, record["folds"])))


def searched(record: Mapping[str, Any]) -> tuple[int, ...]:
    """The examples that the command asks every point to be evaluated on."""
    return parts_of(record).searched(record["config"]["split"]["test"])


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
        _ = [(parts[part]["examples"], parts[part]["indices"]) for part in PARTS]
        _ = record["digest"], record["folds"]
        _ = [config[option] for option in ("selection", "select_per", "protocol", "paper")]
        _ = model["path"]
        _ = [model[fact] for fact in ("commit", "family", "masked", "mask")]
        _ = [record["dataset"][fact] for fact in ("examples", "dropped", "truncated")]
        return set(record["identity"]) == IDENTITY and isinstance(record["points"], list)
    except (AttributeError, KeyError, TypeError):
        return False
