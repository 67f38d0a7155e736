"""What else may count as correct than what the dataset is scored by."""

from __future__ import annotations

import pandas as pd

OTHERWISE = {
    "correct_per_token": "the label with the highest log-probability per token is the gold one",
    "correct_in_paper": "as in the paper's code: the answer is anywhere in the text, of which the "
    "prompt of a causal model is a part",
    "top_1": "the likeliest token is the gold one",
    "top_5": "the gold token is among the 5 likeliest",
    "top_10": "the gold token is among the 10 likeliest",
}
"""What else may count as correct, where the results say it."""


def otherwise(base: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """Accuracies (0..1) by what else may count as correct, where the results say it.

    Args:
        base: outcomes of the base model.
        chosen: those of the chosen point, on the same examples.

    Returns:
        One row for each of `OTHERWISE`, with the columns `base` and `chosen`.
    """
    both = {"base": base, "chosen": chosen}
    rows = {
        column: [outcomes[column].mean() for outcomes in both.values()]
        for column in OTHERWISE
        # Of one token, the likeliest one is what counts as correct.
        if any(_says_more(outcomes, column) for outcomes in both.values())
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(both))


def _says_more(outcomes: pd.DataFrame, column: str) -> bool:
    """Whether a column is there, and not the same as `correct`."""
    there = outcomes[column].notna()
    return bool(there.any() and not (outcomes[column] == outcomes["correct"]).all())
