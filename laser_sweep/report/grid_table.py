"""The table of a sweep's points with intervals, and its rows that are on the heat map."""

from __future__ import annotations

import pandas as pd

from laser_sweep.grid.point import BASE
from laser_sweep.report.left_out import with_left_out
from laser_sweep.report.search import Search
from laser_sweep.report.ties import ties_by_point
from laser_sweep.split import PARTS
from laser_sweep.statistics import accuracy_intervals, perplexity_intervals


def grid_table(search: Search) -> pd.DataFrame:
    """The table of all points with 95 % intervals, `<part>_low` and `<part>_high`.

    The intervals are those of accuracies or, for documents, of perplexities. If labels tie
    anywhere, the table also has the number of ties of each point, `<part>_ties`. Of a search it
    also has the points that were left out, and the columns of `with_left_out`.
    """
    grid, headline = search.table.copy(), search.headline
    if not headline.is_accuracy:
        grid = grid.drop(columns=[f"{part}_accuracy" for part in PARTS])
    intervals = accuracy_intervals if headline.is_accuracy else perplexity_intervals
    for part in PARTS:
        outcomes = search.outcomes[search.outcomes["part"] == part]
        ends = intervals(outcomes).reindex(grid["point"])
        after = list(grid.columns).index(f"{part}_{headline.key}") + 1
        for end in ("high", "low"):
            grid.insert(after, f"{part}_{end}", ends[end].to_numpy())
    grid = grid.join(ties_by_point(search.outcomes), on="point")
    return grid if search.searched is None else with_left_out(grid, search.searched)


def map_cells(search: Search, table: pd.DataFrame) -> pd.DataFrame:
    """The rows of single edits that have a result, or that a search left out.

    A stack of edits has no single layer and matrix type. Without a result of the base model there
    is no map.

    Args:
        search: the search.
        table: the table of its points; of a search, with those that were left out.

    Returns:
        Further columns: each shown figure, such as `accuracy`, on the part that every point is
        evaluated on.
    """
    part, left_out = search.grid_part, () if search.searched is None else search.searched.left_out
    keys = [each.key for each in search.shown]
    table = table.assign(**{key: table[f"{part}_{key}"] for key in keys})
    single = table["lname"].notna() & table["lnum"].notna() & (table["point"] != str(BASE))
    single &= ~table["point"].str.contains("+", regex=False)
    cells = table[single & (table[keys[0]].notna() | table["point"].isin(left_out))]
    return cells if search.base is not None else cells.head(0)
