"""Rows from the text of a CSV file: their separator, and the lines on which they begin."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from laser_sweep.dataset._files.row import Row
from laser_sweep.errors import ConfigError

_LONGEST_FIELD = (1 << 31) - 1
"""Characters in a field; the limit of Python's csv is too small for long texts."""
_LONGEST_HEADER = 1 << 20
_SEPARATORS = (",", ";", "\t", "|")


def csv_rows(text: str, path: Path, separator: str | None = None) -> list[Row]:
    """The rows of a CSV file with a header.

    Args:
        text: the file's content.
        path: the file, for errors.
        separator: the separator of the fields; None for the one that the header has.

    Raises:
        ConfigError: if the text is not CSV, or two columns have the same name.
    """
    csv.field_size_limit(_LONGEST_FIELD)
    if text.lstrip()[:1] in ("{", "["):
        raise ConfigError(
            f"dataset.path={path}: line 1 is JSON, not CSV: end its name in .json, or in .jsonl if "
            "each line is a row."
        )
    separator = separator or _separator_of(text)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = reader.fieldnames or []
        if len(set(header)) < len(header):
            raise ConfigError(f"dataset.path={path}: two columns have the same name: {header}.")
        return list(_rows(reader, path, f"{len(header)}, separated by {separator!r}"))
    except csv.Error as error:
        raise ConfigError(
            # DictReader counts only whole rows; its inner reader has reached the bad line.
            f"dataset.path={path}: line {reader.reader.line_num} is not CSV: {error}."
        ) from error


def _rows(reader: csv.DictReader[str], path: Path, expected: str) -> Iterator[Row]:
    """The rows, each with the line on which it begins."""
    begins = reader.line_num + 1
    for values in reader:
        # DictReader has the key None for additional fields, and the value None for missing ones.
        if None in values or None in values.values():
            raise ConfigError(
                f"dataset.path={path}: line {begins} is not CSV: it does not have as many fields "
                f"as the header ({expected})."
            )
        yield Row(dict(values), f"line {begins}")
        begins = reader.line_num + 1


def _separator_of(text: str) -> str:
    """The separator that divides the header, and every row into as many fields; else a comma."""
    dividing = [each for each in _SEPARATORS if len(_header(text, each)) > 1]
    if len(dividing) == 1:
        return dividing[0]
    return next((each for each in dividing if _divides_rows(text, each)), ",")


def _header(text: str, separator: str) -> list[str]:
    try:
        return next(_reader(text[:_LONGEST_HEADER], separator), [])
    except csv.Error:
        return []


def _divides_rows(text: str, separator: str) -> bool:
    """Whether a separator divides all rows into as many fields as the header."""
    try:
        return len({len(row) for row in _reader(text, separator) if row}) == 1
    except csv.Error:
        return False


def _reader(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
