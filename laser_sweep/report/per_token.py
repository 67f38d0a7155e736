"""The verdict by the mean log-probability per token, for choices of unequal length."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from laser_sweep.report.formatting import percent
from laser_sweep.report.other_scores import differs
from laser_sweep.statistics import Comparison, compare

_COLUMN = "correct_per_token"


def compared_per_token(base: pd.DataFrame, chosen: pd.DataFrame) -> Comparison | None:
    """Base against chosen, where the label with the highest mean per token is the prediction.

    A sum of log-probabilities falls with every token, so it prefers short labels; the mean has no
    such preference, and may prefer long ones.

    Args:
        base: the outcomes of the base model.
        chosen: the outcomes of the chosen point on the same examples.

    Returns:
        None if a model is not tested, or if the outcomes are the same as by sums.
    """
    both = (base, chosen)
    if any(each.empty or each[_COLUMN].isna().any() for each in both):
        return None
    if not any(differs(each, _COLUMN) for each in both):
        return None
    # The predictions are those by sums.
    return compare(*(each.assign(correct=each[_COLUMN], prediction=None) for each in both))


def per_token_notes(compared: Comparison | None) -> Iterator[str]:
    """The verdict by the mean per token in a sentence; none where there is no such comparison."""
    if compared is None:
        return
    accuracy = compared.headline
    base, chosen = percent(accuracy.base.value), percent(accuracy.chosen.value)
    yield (
        "The choices have unequal numbers of tokens. By their mean log-probability per token "
        f"instead of the sum, base is right on {base} and chosen on {chosen}: "
        f"{compared.verdict.text}."
    )
