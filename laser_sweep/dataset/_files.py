"""Rows from a file of the user's: JSON Lines, JSON, CSV or Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laser_sweep.errors import ConfigError, one_line


@dataclass(frozen=True)
class Row:
    """One row of a file, and where a person finds it: `line 3` or `row 3`, counted from 1."""

    values: dict[str, Any]
    place: str


def read_rows(path: Path) -> list[Row]:
    """The rows of a file, by the ending of its name.

    Raises:
        ConfigError: if there is no such file, it is empty, or not what its ending says.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ConfigError(
            f"dataset.path={path}: expected a file that ends in {', '.join(_READERS)}."
        )
    if not path.is_file():
        raise ConfigError(f"dataset.path={path}: there is no such file.")
    try:
        rows = reader(path)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"dataset.path={path}: cannot be read: {one_line(error)}") from error
    if not rows:
        raise ConfigError(f"dataset.path={path}: the file is empty.")
    return rows


def _json_lines(path: Path) -> list[Row]:
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    return [_row(_json(line, path, number), path, f"line {number}") for number, line in numbered]


def _json_list(path: Path) -> list[Row]:
    text = path.read_text(encoding="utf-8-sig")
    values = _json(text, path, 1) if text.strip() else []
    if not isinstance(values, list):
        raise ConfigError(f"dataset.path={path}: expected a JSON list of rows.")
    return [_row(value, path, f"row {number}") for number, value in enumerate(values, 1)]


def _json(text: str, path: Path, first_line: int) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        line = first_line + getattr(error, "lineno", 1) - 1
        why = getattr(error, "msg", one_line(error))
        raise ConfigError(f"dataset.path={path}: line {line} is not JSON: {why}.") from error


def _row(values: Any, path: Path, place: str) -> Row:
    if not isinstance(values, dict):
        raise ConfigError(
            f"dataset.path={path}: {place} is a {type(values).__name__}, expected an object."
        )
    return Row(values, place)


def _csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        header = reader.fieldnames or []
        if len(set(header)) < len(header):
            raise ConfigError(f"dataset.path={path}: two columns have the same name: {header}.")
        try:
            return [_csv_row(values, path, f"line {reader.line_num}") for values in reader]
        except csv.Error as error:
            raise ConfigError(
                f"dataset.path={path}: line {reader.line_num} is not CSV: {error}."
            ) from error


def _csv_row(values: dict[Any, Any], path: Path, place: str) -> Row:
    # How DictReader says that a line has more fields, or fewer, than the header.
    if None in values or None in values.values():
        raise ConfigError(
            f"dataset.path={path}: {place} is not CSV: it has not as many fields as the header."
        )
    return Row(values, place)


def _parquet(path: Path) -> list[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        records = pq.read_table(path).to_pylist()
    except pa.ArrowInvalid as error:
        raise ConfigError(f"dataset.path={path}: not Parquet: {one_line(error)}") from error
    return [_row(values, path, f"row {number}") for number, values in enumerate(records, 1)]


_READERS: dict[str, Callable[[Path], list[Row]]] = {
    ".jsonl": _json_lines,
    ".json": _json_list,
    ".csv": _csv,
    ".parquet": _parquet,
}
