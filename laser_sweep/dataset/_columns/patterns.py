r"""Columns that regular expressions take out of other columns, such as the number after `####`.

`dataset.patterns={answer: '####\s*(?P<number>.+)'}` searches the column `answer` of each row, and
adds the column `number`. A group that is not found is an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from laser_sweep.dataset._files.row import Row, RowError, as_text
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.errors import ConfigError, one_line, shorten

_SHOWN = 80


def with_patterns(rows: Rows, written: object) -> Rows:
    """The rows with the columns that patterns add.

    Raises:
        ConfigError: if a pattern is no regular expression with named groups, if a row has a column
            of a group's name, or if a pattern is not found in a row.
    """
    patterns = _compiled(written)
    if not patterns:
        return rows
    added = [rows.apply(lambda row: _added(row, patterns), row) for row in rows.rows]
    return Rows(added, rows.where)


def _compiled(written: object) -> dict[str, re.Pattern[str]]:
    """The regular expressions, by the column that each is searched in."""
    if written is None:
        return {}
    if not isinstance(written, Mapping):
        raise ConfigError(
            f"dataset.patterns={written}: expected columns with regular expressions, such as "
            r"{answer:'####\s*(?P<number>.+)'}."
        )
    return {str(column): _pattern(str(column), str(text)) for column, text in written.items()}


def _pattern(column: str, text: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise ConfigError(
            f"dataset.patterns.{column}={text!r}: expected a regular expression: {one_line(error)}."
        ) from error
    if not pattern.groupindex:
        raise ConfigError(
            f"dataset.patterns.{column}={text!r}: expected a group with the name of a new column, "
            "such as (?P<number>.+)."
        )
    return pattern


def _added(row: Row, patterns: Mapping[str, re.Pattern[str]]) -> Row:
    values = dict(row.values)
    for column, pattern in patterns.items():
        text = as_text(row.value(column), column)
        found = pattern.search(text)
        if found is None:
            raise RowError(
                f"{column!r} is {shorten(repr(text), _SHOWN)}, in which dataset.patterns does not "
                f"find {pattern.pattern!r}"
            )
        for name, group in found.groupdict(default="").items():
            if name in values:
                raise RowError(f"dataset.patterns.{column} adds {name!r}, but the row has {name!r}")
            values[name] = group
    return Row(values, row.place)
