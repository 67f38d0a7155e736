"""Rows from a file of the user's: JSON Lines, JSON, CSV, Parquet or text, compressed or not."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from laser_sweep.config import COMPRESSIONS
from laser_sweep.config.dataset import DEFAULT_TEXT
from laser_sweep.config.file_names import without_compression
from laser_sweep.dataset._files.compression import content_of
from laser_sweep.dataset._files.csv_text import csv_rows
from laser_sweep.dataset._files.json_values import read_json
from laser_sweep.dataset._files.row import Row
from laser_sweep.errors import ConfigError, one_line
from laser_sweep.model.lfs import begins_with, check_not_pointer

if TYPE_CHECKING:
    import pyarrow as pa

T = TypeVar("T")

_PARQUET = b"PAR1"
"""The first bytes of a Parquet file."""
_WRAPPERS = ("examples", "data", "rows")
"""Keys under which a JSON object may hold the list of rows."""


def read_rows(path: Path) -> list[Row]:
    """The rows of a file; the ending of its name tells the format.

    Raises:
        ConfigError: if there is no such file, it is empty, or it does not have this format.
    """
    rows = read_file(path)
    if not rows:
        raise ConfigError(f"dataset.path={path}: the file is empty.")
    return rows


def read_file(path: Path) -> list[Row]:
    """The rows of a file that may be empty.

    Raises:
        ConfigError: if there is no such file, or it does not have the format of its ending.
    """
    reader = _READERS.get(format_of(path))
    if reader is None:
        raise ConfigError(f"dataset.path={path}: expected a file that ends in {endings()}.")
    if not path.is_file():
        raise ConfigError(f"dataset.path={path}: there is no such file.")
    return _read(reader, path)


def format_of(path: Path) -> str:
    """The ending of a file's name that tells the format; the ending of no format is empty."""
    ending = without_compression(path).suffix.lower()
    return ending if ending in _READERS else ""


def endings() -> str:
    """The endings of the names of files that can be read, for errors."""
    return f"{', '.join(_READERS)}, and {', '.join(COMPRESSIONS)} after it if it is compressed"


def _read(reader: Callable[[Path], T], path: Path) -> T:
    check_not_pointer(f"dataset.path={path}", path)
    try:
        if reader is not _parquet and begins_with(path, _PARQUET):
            raise ConfigError(f"dataset.path={path}: this is Parquet: end its name in .parquet.")
        return reader(path)
    except UnicodeDecodeError as error:
        line = 1 + error.object.count(b"\n", 0, error.start)
        raise ConfigError(
            f"dataset.path={path}: line {line} is not UTF-8: {one_line(error)}. Save the file as "
            "UTF-8."
        ) from error
    except OSError as error:
        raise ConfigError(f"dataset.path={path}: cannot be read: {one_line(error)}") from error


def _json_lines(path: Path) -> list[Row]:
    lines = _text(path).split("\n")
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    return [_row(_json(line, path, number), path, f"line {number}") for number, line in numbered]


def _text_lines(path: Path) -> list[Row]:
    """Each line with text as a row with the column `text`, as the library datasets reads them."""
    lines = (line.removesuffix("\r") for line in _text(path).split("\n"))
    return [
        Row({DEFAULT_TEXT: line}, f"line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]


def read_document(path: Path) -> object:
    """The value of a whole JSON file; None if the name of the file has another ending.

    Raises:
        ConfigError: if there is no such file, or it is not JSON.
    """
    return _read(_whole, path) if format_of(path) == ".json" and path.is_file() else None


def _whole(path: Path) -> object:
    text = _text(path)
    return _json(text, path, 1) if text.strip() else []


def _json_list(path: Path) -> list[Row]:
    if _is_json_lines(_text(path)):
        return _json_lines(path)
    values = _whole(path)
    if isinstance(values, dict):
        values = next((values[key] for key in _WRAPPERS if key in values), values)
    if not isinstance(values, list):
        raise ConfigError(
            f"dataset.path={path}: expected a JSON list of rows, or an object that has the list as "
            f"{', '.join(_WRAPPERS)}."
        )
    return [_row(value, path, f"row {number}") for number, value in enumerate(values, 1)]


def _is_json_lines(text: str) -> bool:
    """Whether the first two lines with text are each an object, as no JSON text has them."""
    lines = list(islice((line for line in text.split("\n") if line.strip()), 2))
    try:
        return len(lines) == 2 and all(isinstance(read_json(line), dict) for line in lines)
    except (ValueError, RecursionError):
        return False


def _text(path: Path) -> str:
    # Decoded as a whole, so that the position in an error is the position in the file.
    return content_of(path).decode("utf-8-sig")


def _json(text: str, path: Path, first_line: int) -> object:
    """The value of a JSON text that begins on a line of a file."""
    try:
        return read_json(text)
    except (ValueError, RecursionError) as error:
        line, why = first_line, one_line(error)
        if isinstance(error, json.JSONDecodeError):
            line, why = first_line + error.lineno - 1, error.msg
        raise ConfigError(f"dataset.path={path}: line {line} is not JSON: {why}.") from error


def _row(values: object, path: Path, place: str) -> Row:
    if not isinstance(values, dict):
        raise ConfigError(
            f"dataset.path={path}: {place} is a {type(values).__name__}, expected an object."
        )
    return Row(values, place)


def _csv(path: Path, separator: str | None = None) -> list[Row]:
    return csv_rows(_text(path), path, separator)


def _parquet(path: Path) -> list[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        compressed = without_compression(path) != path
        table = pq.read_table(pa.BufferReader(content_of(path)) if compressed else path)
    except pa.ArrowException as error:
        raise ConfigError(
            f"dataset.path={path}: cannot be read as Parquet: {one_line(error)}"
        ) from error
    table = _with_short_floats(table)
    try:
        records = table.to_pylist()
    except (ValueError, OverflowError):
        # Slow, but it finds the row that is wrong.
        records = [_record(table, number, path) for number in range(table.num_rows)]
    return [_row(values, path, f"row {number}") for number, values in enumerate(records, 1)]


def _with_short_floats(table: pa.Table) -> pa.Table:
    """The table with 0.1 in place of 0.10000000149011612, which is what float32 makes of it."""
    import pyarrow as pa

    for number, kind in enumerate(table.schema.types):
        if pa.types.is_float32(kind):
            column = table.column(number).cast(pa.string()).cast(pa.float64())
            table = table.set_column(number, table.schema.names[number], column)
    return table


def _record(table: pa.Table, number: int, path: Path) -> object:
    """One row of a Parquet table.

    Raises:
        ConfigError: if the row has a value that Python cannot represent.
    """
    try:
        (record,) = table.slice(number, 1).to_pylist()
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"dataset.path={path}: row {number + 1} has text that is not UTF-8."
        ) from error
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"dataset.path={path}: row {number + 1}: {one_line(error)}") from error
    return record


_READERS: dict[str, Callable[[Path], list[Row]]] = {
    ".jsonl": _json_lines,
    ".json": _json_list,
    ".csv": _csv,
    ".parquet": _parquet,
    ".tsv": partial(_csv, separator="\t"),
    ".ndjson": _json_lines,
    ".txt": _text_lines,
}
