"""Rows from a file of the user's: JSON Lines, JSON, CSV or Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from laser_sweep.dataset._row import Row
from laser_sweep.errors import ConfigError, one_line

_LONGEST_FIELD = (1 << 31) - 1
"""Of a CSV file; csv's own limit is that of a short text."""
_PARQUET = b"PAR1"
"""What such a file begins with."""
_WRAPPERS = ("examples", "data", "rows")
"""Keys under which a JSON object may hold the list of rows."""


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
        why = "it is a folder" if path.is_dir() else "there is no such file"
        raise ConfigError(f"dataset.path={path}: {why}.")
    try:
        if reader is not _parquet and _begins_with(path, _PARQUET):
            raise ConfigError(f"dataset.path={path}: this is Parquet: end its name in .parquet.")
        rows = reader(path)
    except UnicodeDecodeError as error:
        line = 1 + error.object.count(b"\n", 0, error.start)
        raise ConfigError(
            f"dataset.path={path}: line {line} is not UTF-8: {one_line(error)}. Save the file as "
            "UTF-8."
        ) from error
    except OSError as error:
        raise ConfigError(f"dataset.path={path}: cannot be read: {one_line(error)}") from error
    if not rows:
        raise ConfigError(f"dataset.path={path}: the file is empty.")
    return rows


def _begins_with(path: Path, sign: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(sign)) == sign


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
            f"dataset.path={path}: expected a JSON list of rows, or an object that has it as "
            f"{', '.join(_WRAPPERS)}."
        )
    return [_row(value, path, f"row {number}") for number, value in enumerate(values, 1)]


def _text(path: Path) -> str:
    # Decoded whole: in an error the position is that in the file, not in some block of it.
    return path.read_bytes().decode("utf-8-sig")


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
            # The reader of lines is further than that of rows.
            f"dataset.path={path}: line {reader.reader.line_num} is not CSV: {error}."
        ) from error


def _csv_rows(reader: csv.DictReader[str], path: Path) -> Iterator[Row]:
    """The rows, each with the line on which it begins."""
    begins = reader.line_num + 1
    for values in reader:
        yield _csv_row(values, path, f"line {begins}")
        begins = reader.line_num + 1


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
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise ConfigError(
            f"dataset.path={path}: cannot be read as Parquet: {one_line(error)}"
        ) from error
    try:
        records = table.to_pylist()
    except (ValueError, OverflowError):
        # Row by row, which is slow, to tell which one it is.
        records = [_record(table, number, path) for number in range(table.num_rows)]
    return [_row(values, path, f"row {number}") for number, values in enumerate(records, 1)]


def _record(table: Any, number: int, path: Path) -> Any:
    """One row of a Parquet table.

    Raises:
        ConfigError: if it holds what Python has no value for.
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
