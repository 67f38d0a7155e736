"""One row of a source, and what is said when something is wrong with it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from laser_sweep.dataset._example import Example
from laser_sweep.errors import ConfigError

T = TypeVar("T")

_INVISIBLE = frozenset("Zs Zl Zp Cc Cf".split())
"""The Unicode categories of what cannot be seen: blanks, controls, and marks of no width."""
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and symbols that are blank all the same."""


class RowError(ValueError):
    """What is wrong with a row, without its place."""


@dataclass(frozen=True)
class Row:
    """One row of a source.

    Attributes:
        values: the columns.
        place: where a person finds it: `line 3` or `row 3`, counted from 1.
    """

    values: dict[str, Any]
    place: str

    def value(self, column: str) -> Any:
        """What is in a column, or in a field of one that holds fields: `choices.text`.

        Raises:
            RowError: if the row has no such column.
        """
        if column in self.values:
            return self.values[column]
        found: Any = self.values
        for part in column.split("."):
            found = parsed(found)
            if not isinstance(found, dict) or part not in found:
                has = ", ".join(map(str, self.values)) or "nothing"
                raise RowError(f"no column {column!r}; it has {has}")
            found = found[part]
        return found

    def get(self, column: str) -> Any:
        """What is in a column; None if the row does not have it."""
        try:
            return self.value(column)
        except RowError:
            return None

    def text(self, column: str) -> str:
        """The text in a column, with something to see in it.

        Raises:
            RowError: if it is no text, empty, or has half a surrogate pair.
        """
        return checked_text(self.value(column), column)

    def texts(self, column: str) -> list[str]:
        """The list of texts in a column, one at the least.

        Raises:
            RowError: if it is no such list.
        """
        value = parsed(self.value(column))
        if not isinstance(value, list | tuple) or not value:
            raise RowError(f"{column!r} is {value!r}, expected a list of texts")
        return [checked_text(each, column) for each in value]

    def one_of(self, column: str, values: Sequence[Any]) -> Any:
        """The value in a column, if it is one of those.

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
        return value


def parsed(value: Any) -> Any:
    """A value, or what is written in a text as JSON: a cell of CSV holds no list or fields."""
    if not isinstance(value, str) or value.strip()[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def checked_text(value: Any, column: str) -> str:
    """A value, if it is a text with something to see in it.

    Raises:
        RowError: if it is not.
    """
    if not isinstance(value, str):
        raise RowError(f"{column!r} is {_short(value)} ({type(value).__name__}), expected text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RowError(f"{column!r} is {_short(value)}, which has half a surrogate pair") from None
    if is_blank(value):
        raise RowError(f"{column!r} is empty")
    return value


def is_blank(text: str) -> bool:
    """Whether nothing of a text can be seen."""
    return all(unicodedata.category(sign) in _INVISIBLE or sign in _FILLERS for sign in text)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


@dataclass(frozen=True)
class Rows:
    """The rows of a source, in order, and what it is called in an error."""

    rows: list[Row]
    where: str

    def examples(self, make: Callable[[Row], Iterable[Example]]) -> list[Example]:
        """The examples that a function makes of each row.

        Raises:
            ConfigError: if it cannot, with the row's place.
        """
        return [example for row in self.rows for example in self.apply(make, row)]

    def apply(self, function: Callable[[Row], T], row: Row) -> T:
        """What a function makes of one row.

        Raises:
            ConfigError: if it cannot, with the row's place.
        """
        try:
            return function(row)
        except RowError as error:
            raise ConfigError(f"{self.where}: {row.place}: {error}.") from error

    def of_split(self, split: str) -> Rows:
        """The rows of one split."""
        return Rows([row for row in self.rows if row.values.get("split") == split], self.where)

    def check_unique(self, column: str, hint: str = "") -> None:
        """Check that no two rows have the same id.

        Raises:
            ConfigError: if two have, with the places of both.
        """
        first: dict[Any, str] = {}
        for row in self.rows:
            if (value := row.get(column)) is None:
                continue
            if (before := first.setdefault(repr(value), row.place)) != row.place:
                raise ConfigError(
                    f"{self.where}: {row.place}: {column!r} is {value!r}, as in {before}.{hint}"
                )
