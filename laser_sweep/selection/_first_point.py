"""The first of the candidates in the order of some columns."""

from __future__ import annotations

import pandas as pd


def first_point(candidates: pd.DataFrame, **ascending: bool) -> str:
    """The name of the first point in the order of the columns.

    Args:
        candidates: one row for each point.
        ascending: for each column, the most important first, whether low values come first. Missing
            values come last; points that are equal in all columns stay in their order.
    """
    ordered = candidates.sort_values(
        list(ascending), ascending=list(ascending.values()), na_position="last", kind="stable"
    )
    return str(ordered["point"].iloc[0])
