"""The first of the candidates by some columns."""

from __future__ import annotations

import pandas as pd


def first(candidates: pd.DataFrame, **ascending: bool) -> str:
    """The name of the first point by the columns, each ascending or not; the rest by order."""
    ordered = candidates.sort_values(
        list(ascending), ascending=list(ascending.values()), na_position="last", kind="stable"
    )
    return str(ordered["point"].iloc[0])
