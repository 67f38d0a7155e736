"""The examples that the chosen point corrects and breaks."""

from __future__ import annotations

import pandas as pd

CORRECTED, BROKEN = "corrected", "broken"
CHANGES = (CORRECTED, BROKEN, "right in both", "wrong in both")


def changed_examples(
    base: pd.DataFrame, chosen: pd.DataFrame, texts: pd.DataFrame | None
) -> pd.DataFrame:
    """One row for each example that both the base model and the chosen point have answered.

    Args:
        base: the outcomes of the base model on a part.
        chosen: the outcomes of the chosen point on the same part.
        texts: the columns `example`, `prompt` and `answer`; None if the texts are not known.

    Returns:
        The columns `example`, `change` (one of `CHANGES`), `before` and `after` (the predictions of
        the base model and the chosen point), `prompt` and `answer` (missing without texts).
    """
    columns = ["example", "correct", "prediction"]
    both = base[columns].merge(chosen[columns], on="example", suffixes=("_before", "_after"))
    found = pd.DataFrame(
        {
            "example": both["example"],
            "change": _changes(both["correct_before"], both["correct_after"]),
            "before": both["prediction_before"],
            "after": both["prediction_after"],
        }
    )
    if texts is None:
        return found.assign(prompt=None, answer=None)
    return found.merge(texts[["example", "prompt", "answer"]], on="example", how="left")


def _changes(before: pd.Series, after: pd.Series) -> pd.Series:
    """One of `CHANGES` for each example."""
    corrected, broken, right, wrong = CHANGES
    was, is_now = before.astype(bool), after.astype(bool)
    change = pd.Series(wrong, index=before.index)
    change[was & is_now] = right
    change[was & ~is_now] = broken
    change[~was & is_now] = corrected
    return change


def change_counts(examples: pd.DataFrame) -> dict[str, int]:
    """The number of examples `corrected` and `broken`; empty without examples."""
    if examples.empty:
        return {}
    return {change: int((examples["change"] == change).sum()) for change in (CORRECTED, BROKEN)}
