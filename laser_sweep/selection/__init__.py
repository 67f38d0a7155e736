"""Selection rules, one file each: which point to believe in, given its validation figures.

A rule is a function `select(candidates) -> str`: from one row for each point, as in
`laser_sweep.summary`, to the name of the chosen one.
"""

from __future__ import annotations

import sys

import pandas as pd

from laser_sweep import plugin
from laser_sweep.grid import BASE


def select(table: pd.DataFrame, rule: str, protocol: str) -> str | None:
    """The chosen point among those that were evaluated on the validation part; None without any.

    The base model is a candidate, but in `paper` protocol only if there is no other.
    """
    candidates = table[table["validation_accuracy"].notna()]
    edited = candidates[candidates["point"] != str(BASE)]
    if protocol == "paper" and len(edited):
        candidates = edited
    if candidates.empty:
        return None
    chosen: str = plugin.load(sys.modules[__name__], rule).select(candidates)
    return chosen
