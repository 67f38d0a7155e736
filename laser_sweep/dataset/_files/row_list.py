"""The rows of a source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from laser_sweep.dataset._example import Example
from laser_sweep.dataset._files.row import Row, RowError, parsed, shown
from laser_sweep.errors import ConfigError

T = TypeVar("T")


@dataclass(frozen=True)
class Rows:
    """The rows of a source, in order.

    Attributes:
        rows: the rows.
        where: the name of the source, for errors.
    """

    rows: list[Row]
    where: str

    def examples(self, make: Callable[[Row], Iterable[Example]]) -> list[Example]:
        """The examples that a function makes of each row.

        Raises:
            ConfigError: if the function raises a `RowError`; the error names the row's place.
        """
        return [example for row in self.rows for example in self.apply(make, row)]

    def apply(self, function: Callable[[Row], T], row: Row) -> T:
        """The result of a function of one row.

        Raises:
            ConfigError: if the function raises a `RowError`; the error names the row's place.
        """
        try:
            return function(row)
        except RowError as error:
            raise ConfigError(f"{self.where}: {row.place}: {error}.") from error

    def inside(self, path: str) -> Rows:
        """The rows that lists inside these rows hold, each with the fields of what holds it.

        Args:
            path: the fields of the lists, from the outermost: `paragraphs.qas`.

        Raises:
            ConfigError: if a row does not have such a list of fields.
        """
        rows = self.rows
        for part in path.split("."):
            rows = [inner for row in rows for inner in self.apply(partial(_held, part), row)]
        return Rows(rows, self.where)

    def of_split(self, split: str) -> Rows:
        """The rows of one split."""
        return Rows([row for row in self.rows if row.values.get("split") == split], self.where)

    def check_unique(self, column: str, hint: str = "") -> None:
        """Check that no two rows have the same value in a column; rows without it are ignored.

        Raises:
            ConfigError: if two rows have; the error names the places of both.
        """
        first: dict[str, str] = {}
        for row in self.rows:
            if (value := self.apply(lambda row: row.get(column), row)) is None:
                continue
            if (before := first.setdefault(repr(value), row.place)) != row.place:
                raise ConfigError(
                    f"{self.where}: {row.place}: {column!r} is {value!r}, as in {before}.{hint}"
                )


def _held(column: str, row: Row) -> list[Row]:
    """The rows that a list in a column of a row holds."""
    value = parsed(row.value(column))
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise RowError(f"{column!r} is {shown(value)}, expected a list of rows")
    outer = {name: each for name, each in row.values.items() if name != column}
    return [
        Row({**outer, **each}, f"{row.place}, {column} {number}")
        for number, each in enumerate(value, 1)
    ]
