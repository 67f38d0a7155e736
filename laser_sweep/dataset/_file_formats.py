"""Rows from a file of the user's: JSON Lines, JSON, CSV or Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from laser_sweep.dataset._row import Row
from laser_sweep.errors import ConfigError, one_line
from laser_sweep.model.lfs import check_not_pointer

if TYPE_CHECKING:
    import pyarrow as pa

_LONGEST_FIELD = (1 << 31) - 1
"""Characters in a field of a CSV file; the limit of Python's csv is too small for long texts."""
_PARQUET = b"PAR1"
"""The first bytes of a Parquet file."""
_WRAPPERS = ("examples", "data", "rows")
"""Keys under which a JSON object may hold the list of rows."""


def read_rows(path: Path) -> list[Row]:
    """The rows of a file; the ending of its name tells the format.

    Raises:
        ConfigError: if there is no such file, it is empty, or it does not have this format.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ConfigError(
            f"dataset.path={path}: expected a file that ends in {', '.join(_READERS)}."
        )
    if not path.is_file():
        why = "it is a folder" if path.is_dir() else "there is no such file"
        raise ConfigError(f"dataset.path={path}: {why}.")
    rows = _read(reader, path)
    if not rows:
        raise ConfigError(f"dataset.path={path}: the file is empty.")
    return rows


def _read(reader: Callable[[Path], list[Row]], path: Path) -> list[Row]:
    check_not_pointer(f"dataset.path={path}", path)
    try:
        if reader is not _parquet and _begins_with(path, _PARQUET):
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


def _begins_with(path: Path, prefix: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(prefix)) == prefix


def _json_lines(path: Path) -> list[Row]:
    lines = _text(path).split("\n")
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    return [_row(_json(line, path, number), path, f"line {number}") for number, line in numbered]


def _json_list(path: Path) -> list[Row]:
    text = _text(path)
    values = _json(text, path, 1) if text.strip() else []
    if isinstance(values, dict):
        values = next((values[key] for key in _WRAPPERS if key in values), values)
    if not isinstance(values, list):
        raise ConfigError(
            f"dataset.path={path}: expected a JSON list of rows, or an object that has the list as "
            f"{', '.join(_WRAPPERS)}."
        )
    return [_row(value, path, f"row {number}") for number, value in enumerate(values, 1)]


def _text(path: Path) -> str:
    # Decoded as a whole, so that the position in an error is the position in the file.
    return path.read_bytes().decode("utf-8-sig")


def _json(text: str, path: Path, first_line: int) -> object:
    """The value of a JSON text that begins on a line of a file."""
    try:
        return json.loads(text)
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


def _csv(path: Path) -> list[Row]:
    csv.field_size_limit(_LONGEST_FIELD)
    text = _text(path)
    if text.lstrip()[:1] in ("{", "["):
        raise ConfigError(
            f"dataset.path={path}: line 1 is JSON, not CSV: end its name in .json, or in .jsonl if "
            "each line is a row."
        )
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = reader.fieldnames or []
        if len(set(header)) < len(header):
            raise ConfigError(f"dataset.path={path}: two columns have the same name: {header}.")
        return list(_csv_rows(reader, path))
    except csv.Error as error:
        raise ConfigError(
            # DictReader counts only whole rows; its inner reader has reached the bad line.
            f"dataset.path={path}: line {reader.reader.line_num} is not CSV: {error}."
        ) from error


def _csv_rows(reader: csv.DictReader[str], path: Path) -> Iterator[Row]:
    """The rows, each with the line on which it begins."""
    begins = reader.line_num + 1
    for values in reader:
        # DictReader has the key None for additional fields, and the value None for missing ones.
        if None in values or None in values.values():
            raise ConfigError(
                f"dataset.path={path}: line {begins} is not CSV: it does not have as many fields "
                "as the header."
            )
        yield Row(dict(values), f"line {begins}")
        begins = reader.line_num + 1


def _parquet(path: Path) -> list[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise ConfigError(
            f"dataset.path={path}: cannot be read as Parquet: {one_line(error)}"
        ) from error
    try:
        records = table.to_pylist()
    except (ValueError, OverflowError):
        # Slow, but it finds the row that is wrong.
        records = [_record(table, number, path) for number in range(table.num_rows)]
    return [_row(values, path, f"row {number}") for number, values in enumerate(records, 1)]


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
}
