"""Which examples the chosen point corrects and breaks."""

from __future__ import annotations

import pandas as pd

CORRECTED, BROKEN, RIGHT, WRONG = CHANGES = (
    *("corrected", "broken"),
    *("right in both", "wrong in both"),
)


def examples(base: pd.DataFrame, chosen: pd.DataFrame, texts: pd.DataFrame | None) -> pd.DataFrame:
    """One row for each example that both have answered, in order.

    Args:
        base: the outcomes of the base model on a part.
        chosen: those of the chosen point.
        texts: the columns `example`, `prompt` and `answer`; None if they are not known.

    Returns:
        The columns `example`, `change` (one of `CHANGES`), `before` and `after` (what the two
        say), `prompt` and `answer` (missing where they are not known).
    """
    columns = ["example", "correct", "prediction"]
    both = base[columns].merge(chosen[columns], on="example", suffixes=("_before", "_after"))
    before, after = both["correct_before"].astype(bool), both["correct_after"].astype(bool)
    change = pd.Series(WRONG, index=both.index)
    change[before & after] = RIGHT
    change[before & ~after] = BROKEN
    change[~before & after] = CORRECTED
    found = pd.DataFrame(
        {
            "example": both["example"],
            "change": change,
            "before": both["prediction_before"],
            "after": both["prediction_after"],
        }
    )
    if texts is None:
        return found.assign(prompt=None, answer=None)
    return found.merge(texts[["example", "prompt", "answer"]], on="example", how="left")
