"""Accuracy under other definitions of a correct answer than the one the dataset is scored by."""

from __future__ import annotations

import pandas as pd

DEFINITIONS = {
    "correct_per_token": "the label with the highest log-probability per token is the gold one",
    "acc": "the harness's `acc`: the likeliest choice is right",
    "acc_norm": "the harness's `acc_norm`: the choice with the highest log-probability per "
    "character is right",
    "correct_in_paper": "as in the paper's code: the answer occurs anywhere in the text, which "
    "includes the prompt of a causal model",
    "top_1": "the likeliest token is the gold one",
    "top_5": "the gold token is among the 5 likeliest",
    "top_10": "the gold token is among the 10 likeliest",
}
"""Each column of the results that holds another definition, with the definition in words."""


def other_scores(base: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """The accuracies (0..1) under the definitions that the outcomes hold.

    Args:
        base: the outcomes of the base model.
        chosen: the outcomes of the chosen point on the same examples.

    Returns:
        One row for each column of `DEFINITIONS` that differs from `correct`, with the columns
        `base` and `chosen`.
    """
    both = {"base": base, "chosen": chosen}
    rows = {
        column: [outcomes[column].mean() for outcomes in both.values()]
        for column in DEFINITIONS
        if any(differs(outcomes, column) for outcomes in both.values())
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(both))


def differs(outcomes: pd.DataFrame, column: str) -> bool:
    """Whether a column has values, and not the same values as `correct`."""
    known = outcomes[column].notna()
    return bool(known.any() and not (outcomes[column] == outcomes["correct"]).all())
