"""What the terminal shows where nothing is selected: the best points, and what they are worth."""

from __future__ import annotations

from laser_sweep.report.search import Search
from laser_sweep.report.tables import top_rows
from laser_sweep.selection import measure

_SHOWN = 5


def best_rows_unselected(search: Search) -> list[list[str]]:
    """The best points under `result_headers`; none where the sweep selects."""
    if search.selects:
        return []
    return [[f"{place}.", *row] for place, row in enumerate(top_rows(search, _SHOWN), 1)]


def best_sentence_unselected(search: Search) -> str:
    """What the best points are worth; empty without any."""
    if not (rows := best_rows_unselected(search)):
        return ""
    listed = f"best {len(rows)} points are" if len(rows) > 1 else "best point is"
    by = measure(search.config.selection).replace("_", "-")
    return (
        f"The {listed} listed, by {by}. Nothing was selected: no examples are left to test a point "
        "on, and the best of many points look better than they are."
    )
