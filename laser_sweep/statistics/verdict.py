"""The verdict on a chosen model, in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from laser_sweep.statistics.estimate import LEVEL, Estimate
from laser_sweep.statistics.majority import CommonestPrediction
from laser_sweep.statistics.paired import SIGNIFICANT

Kind = Literal["better", "worse", "no evidence", "constant", "base", "untested", "unselected"]

_MOST_DIGITS = 7
_LONGEST = 40
"""Characters of a prediction that the verdict quotes."""


@dataclass(frozen=True)
class Verdict:
    """A judgement on the chosen model.

    Attributes:
        kind: `better` or `worse` than the base model; `no evidence` of either; `constant` without
            such evidence, if the model nearly always gives the same answer; `base` if the base
            model itself is chosen; `untested` without outcomes on the test part; `unselected` if
            the split has no examples to choose on.
        text: the verdict with its figures, without a full stop. The text of a better or worse model
            adds if the model is constant too.
        short: the verdict without its figures, for a table.
    """

    kind: Kind
    text: str
    short: str


def _without_figures(kind: Kind, text: str) -> Verdict:
    return Verdict(kind, text, text)


BASE_CHOSEN = _without_figures("base", "the base model itself is chosen")
BASE_IN_FOLDS = _without_figures("base", "the base model itself is chosen in every fold")
UNSELECTED = _without_figures("unselected", "nothing is selected")
UNTESTED = _without_figures("untested", "the chosen model is not tested yet")


def judge(difference: Estimate, p_value: float, chosen: CommonestPrediction) -> Verdict:
    """The verdict on a chosen model that is not the base model, from the test part.

    The model is better, or worse, if both the interval of the difference in accuracy and the
    two-sided p-value show it at 5 %: an edit without an effect is called better in about one of
    forty cases.

    Args:
        difference: the accuracy of chosen minus that of base, -1..1.
        p_value: two-sided, of the hypothesis that there is no difference.
        chosen: the commonest prediction of the chosen model.
    """
    kind = _kind(difference, p_value)
    short = _WORDS[kind]
    figures = f"{short}: {in_points(difference)}"
    if not chosen.is_constant:
        return Verdict(kind, figures, short)
    constant = f"the chosen model answers {_answer(chosen)}"
    if kind == "no evidence":
        return Verdict("constant", f"{constant}; {figures}", f"{constant}; {short}")
    but = "but " if kind == "better" else ""
    return Verdict(kind, f"{figures}; {but}{constant}", f"{short}; {but}{constant}")


def judge_documents(difference: Estimate, p_value: float) -> Verdict:
    """The verdict on a chosen model that is not the base model, from its perplexity.

    Args:
        difference: the log-loss of chosen minus that of base, in nats per token.
        p_value: two-sided, of the hypothesis that there is no difference.
    """
    negated = Estimate(-difference.value, -difference.high, -difference.low)
    kind = _kind(negated, p_value)
    with np.errstate(over="ignore"):
        value, low, high = 100 * np.expm1([difference.value, difference.low, difference.high])
    ends = "unknown" if math.isnan(low) else f"{low:+.2f} to {high:+.2f} %"
    text = f"perplexity {value:+.2f} %, {100 * LEVEL:.0f} % interval {ends}"
    return Verdict(kind, f"{_WORDS[kind]}: {text}", _WORDS[kind])


_WORDS: dict[Kind, str] = {
    "better": "better",
    "worse": "worse",
    "no evidence": "no evidence of a difference",
}


def _kind(difference: Estimate, p_value: float) -> Kind:
    # An end that the examples do not determine is NaN, which excludes nothing.
    if p_value >= SIGNIFICANT or not (difference.low > 0 or difference.high < 0):
        return "no evidence"
    return "better" if difference.low > 0 else "worse"


def in_points(difference: Estimate) -> str:
    """A difference of accuracies with its interval, in percentage points."""
    nearest = 100 * min(abs(difference.low), abs(difference.high))
    # An end that is not zero should not be printed as zero.
    digits = next((n for n in range(1, _MOST_DIGITS) if round(nearest, n)), 1)
    value, low, high = (
        # Adding zero turns -0.0 into 0.0.
        round(100 * share, digits) + 0.0
        for share in (difference.value, difference.low, difference.high)
    )
    sign = "+" if value else ""
    return (
        f"{value:{sign}.{digits}f} points, "
        f"{100 * LEVEL:.0f} % interval {low:.{digits}f} to {high:.{digits}f}"
    )


def _answer(chosen: CommonestPrediction) -> str:
    text = str(chosen.prediction).strip()
    shown = repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
    # Rounded down, so that 99.6 % is not printed as 100 %.
    return (
        f"{shown} every time"
        if chosen.share == 1
        else f"{shown} {int(100 * chosen.share)} % of the time"
    )
