"""The cluster of a row: the value that rows share which hang together."""

from __future__ import annotations

from laser_sweep.dataset._files.row import Row, RowError, checked_text


def cluster_of(row: Row, column: str | None) -> str | None:
    """The name of the row's cluster; None if the row is a cluster of its own.

    Raises:
        RowError: if the row lacks the column, or the value is neither text nor a number.
    """
    if column is None or (value := row.value(column)) is None:
        return None
    if not isinstance(value, str | int | float):
        raise RowError(f"{column!r} is {value!r}, expected a text or a number")
    return checked_text(str(value), column)
