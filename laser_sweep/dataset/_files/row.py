"""A row of a source, and the errors about it."""

from __future__ import annotations

import ast
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from laser_sweep.dataset._files.json_values import WrittenNumber, read_json
from laser_sweep.errors import shorten

T = TypeVar("T")

_INVISIBLE = frozenset("Zs Zl Zp Cc Cf".split())
"""Unicode categories of invisible characters: spaces, controls, and marks without width."""
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that are invisible, too."""


class RowError(ValueError):
    """A mistake in a row, told without the row's place."""


class MissingColumnError(RowError):
    """A row does not have a column, or has nothing in the column that should hold it."""


@dataclass(frozen=True)
class Row:
    """One row of a source.

    Attributes:
        values: the value of each column.
        place: the row's place in the source, for errors: `line 3` or `row 3`, counted from 1.
    """

    values: dict[str, object]
    place: str

    def value(self, column: str) -> object:
        """The value of a column, or of a place in a column: `choices.text`, `choices.text.0`.

        The field of a list of fields is the list of these fields.

        Raises:
            MissingColumnError: if the row does not have this column.
            RowError: if a list is not so long, or a value on the way holds neither fields nor a
                list.
        """
        if column in self.values:
            return self.values[column]
        found: object = self.values
        for part in column.split("."):
            found = self._inside(parsed(found), part, column)
        return found

    def _inside(self, holder: object, part: str, column: str) -> object:
        """The field or the item that a part of a path names."""
        if isinstance(holder, list | tuple) and part.isdecimal():
            if int(part) < len(holder):
                return holder[int(part)]
            raise RowError(
                f"no item {part} in {column!r}: the list has {len(holder)}, counted from 0"
            )
        if isinstance(holder, dict) and part in holder:
            return holder[part]
        if isinstance(holder, list) and all(isinstance(each, dict) for each in holder):
            return [self._inside(each, part, column) for each in holder]
        if holder is None or isinstance(holder, dict):
            columns = ", ".join(map(str, self.values)) or "nothing"
            raise MissingColumnError(f"no column {column!r}; it has {columns}")
        raise RowError(
            f"no column {column!r}: expected {part!r} in fields, not in {shown(holder)} "
            f"({type(holder).__name__})"
        )

    def get(self, column: str) -> object:
        """The value of a column; None if the row does not have the column.

        Raises:
            RowError: if a list is not so long, or a value on the way holds neither fields nor a
                list.
        """
        try:
            return self.value(column)
        except MissingColumnError:
            return None

    def text(self, column: str) -> str:
        """The text in a column, with at least one visible character.

        Raises:
            RowError: if the value is not text, is empty, or has half a surrogate pair.
        """
        return checked_text(self.value(column), column)

    def written(self, column: str) -> str:
        """The value of a column as text: a text, a number as it is written, or a truth value.

        Raises:
            RowError: if the value is none of these, is not finite, or is empty.
        """
        return as_text(self.value(column), column)

    def texts(self, column: str) -> list[str]:
        """The list of texts in a column, at least one.

        Raises:
            RowError: if the value is not such a list.
        """
        value = parsed(self.value(column))
        if not isinstance(value, list | tuple) or not value:
            raise RowError(f"{column!r} is {value!r}, expected a list of texts")
        return [checked_text(each, column) for each in value]

    def one_of(self, column: str, values: Sequence[T]) -> T:
        """The value of a column, which has to be one of the given values.

        Raises:
            RowError: if it is not.
        """
        value = self.value(column)
        if isinstance(value, str) and value.isdecimal() and value not in values:
            value = int(value)  # CSV has only texts
        # True == 1 == 1.0 in Python, but neither a truth value nor a fraction is a class number.
        if isinstance(value, bool | float) or value not in values:
            expected = ", ".join(map(repr, values))
            raise RowError(f"{column!r} is {value!r}, expected one of {expected}")
        return values[values.index(value)]


def parsed(value: object) -> object:
    """The value, or the list or fields that a text holds as JSON or as Python writes them.

    Cells of CSV files have such texts.
    """
    if not isinstance(value, str) or value.strip()[:1] not in ("[", "{"):
        return value
    try:
        return read_json(value)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(value.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return value


def is_writable(value: object) -> bool:
    """Whether a value is a text, a number or a truth value."""
    return isinstance(value, str | int | float | Decimal)


def as_text(value: object, column: str) -> str:
    """A text, a number as it is written, or a truth value as JSON writes it, as text.

    Raises:
        RowError: if the value is none of these, is not finite, or is empty.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, WrittenNumber):
        return value.text
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    return checked_text(value, column)


def checked_text(value: object, column: str) -> str:
    """The value, which has to be a text with at least one visible character.

    Raises:
        RowError: if it is not.
    """
    if not isinstance(value, str):
        raise RowError(f"{column!r} is {shown(value)} ({type(value).__name__}), expected text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RowError(f"{column!r} is {shown(value)}, which has half a surrogate pair") from None
    if is_blank(value):
        raise RowError(f"{column!r} is empty")
    return value


def shown(value: object) -> str:
    """A value in an error, shortened."""
    return shorten(repr(value), 80)


def is_blank(text: str) -> bool:
    """Whether a text has no visible character."""
    return all(unicodedata.category(char) in _INVISIBLE or char in _FILLERS for char in text)
