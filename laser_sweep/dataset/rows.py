"""Rows that are already questions: a prompt, a gold answer and, if the model is to choose, labels.

`dataset.prompt` is a template over the row's columns, such as `"{question}"`; `dataset.answer` and
`dataset.choices` name columns. `dataset.choices` may instead be a list, the same for every row;
where neither is there, the model may say anything.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from laser_sweep.config import DEFAULT_CHOICES, DatasetConfig
from laser_sweep.dataset import Example
from laser_sweep.dataset._files import Row, read_rows
from laser_sweep.errors import ConfigError


class _RowError(ValueError):
    """What is wrong with a row, without its place."""


def read(config: DatasetConfig) -> list[Example]:
    """The examples of a file.

    Raises:
        ConfigError: if a row lacks a column, or holds something else than text in it.
    """
    path = Path(str(config.path)).expanduser()
    rows = read_rows(path)[: config.limit]
    prompt = _template(config.prompt)
    choices = _choices_of(config.choices, rows)
    examples = []
    for row in rows:
        try:
            examples.append(_example(row, prompt, config.answer, choices))
        except _RowError as error:
            raise ConfigError(f"dataset.path={path}: {row.place}: {error}.") from error
    return examples


def _example(
    row: Row, prompt: Callable[[Row], str], answer: str, choices: Callable[[Row], list[str]]
) -> Example:
    gold = _text(row, answer).strip()
    if not gold:
        raise _RowError(f"{answer!r} is empty")
    labels = choices(row)
    if labels and gold not in labels:
        raise _RowError(f"the answer {gold!r} is none of the choices {labels}")
    return Example(prompt(row), gold, tuple(labels), row.place)


def _template(template: str) -> Callable[[Row], str]:
    """A function that fills in the columns by name; `str.format` could reach into objects."""
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ConfigError(f"dataset.prompt={template!r}: {error}.") from error
    if any(spec or conversion for _, _, spec, conversion in parsed):
        raise ConfigError(
            f"dataset.prompt={template!r}: expected columns alone, like {{question}}."
        )
    parts = [(literal, column) for literal, column, _, _ in parsed]

    def fill(row: Row) -> str:
        filled = [text + ("" if name is None else _text(row, name)) for text, name in parts]
        if not (prompt := "".join(filled)).strip():
            raise _RowError("the prompt is empty")
        return prompt

    return fill


def _choices_of(written: Any, rows: Sequence[Row]) -> Callable[[Row], list[str]]:
    """A function from a row to its labels: from a column, the same for all rows, or none."""
    if isinstance(written, list | tuple):
        # Hydra reads [true,false] as truth values.
        labels = [
            str(label).lower() if isinstance(label, bool) else str(label).strip()
            for label in written
        ]
        if len(set(labels)) < max(2, len(labels)):
            raise ConfigError(f"dataset.choices={written}: expected two or more different labels.")
        return lambda row: labels
    if written is None:
        return lambda row: []
    if not isinstance(written, str):
        raise ConfigError(
            f"dataset.choices={written}: expected a column, or labels in brackets: [true,false]."
        )
    column = written
    if column == DEFAULT_CHOICES and not any(column in row.values for row in rows):
        return lambda row: []
    return lambda row: _labels(row, column)


def _labels(row: Row, column: str) -> list[str]:
    value = _value(row, column)
    given = list(value) if isinstance(value, list | tuple) else []
    labels = [label.strip() for label in given if isinstance(label, str)]
    if len(labels) != len(given) or len(set(labels)) < max(2, len(labels)):
        raise _RowError(f"{column!r} is {value!r}, expected a list of two or more different texts")
    return labels


def _text(row: Row, column: str) -> str:
    value = _value(row, column)
    if not isinstance(value, str):
        raise _RowError(f"{column!r} is {value!r} ({type(value).__name__}), expected text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _RowError(f"{column!r} is {value!r}, which has half a surrogate pair") from None
    return value


def _value(row: Row, column: str) -> Any:
    if column not in row.values:
        has = ", ".join(map(str, row.values)) or "nothing"
        raise _RowError(f"no column {column!r}; it has {has}")
    return row.values[column]
