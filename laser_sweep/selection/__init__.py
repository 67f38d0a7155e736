"""Selection rules, one file each: which point to believe in, given its validation figures.

A rule is a function `select(candidates) -> str`: from one row for each point, as in
`laser_sweep.summary`, to the name of the chosen one. One that does not go by accuracy has
`MEASURE`, what it goes by; one that chooses the base model for another reason than that no edit is
better has `BASE_IS_BEST`, the reason in words; one that goes by what only some datasets record has
`SCORING`, how their outcomes are found; one that needs a figure that is not in the summary has
`figures(outcomes) -> Series`, by point.
"""

from __future__ import annotations

import sys

import pandas as pd

from laser_sweep import plugin
from laser_sweep.config import PAPER
from laser_sweep.errors import ConfigError
from laser_sweep.grid import BASE
from laser_sweep.summary import summarize

BY_ACCURACY = "accuracy"


def select(table: pd.DataFrame, rule: str, protocol: str) -> str | None:
    """The chosen point among the candidates; None without any.

    In `paper` protocol accuracy is the paper's own rule, which has other ties.
    """
    eligible = candidates(table, protocol)
    if eligible.empty:
        return None
    if protocol == PAPER and rule == BY_ACCURACY:
        rule = PAPER
    chosen: str = plugin.load(sys.modules[__name__], rule).select(eligible)
    return chosen


def grid(outcomes: pd.DataFrame, rule: str) -> pd.DataFrame:
    """The grid of a sweep, as `laser_sweep.summary` makes it, with all that a rule goes by."""
    table = summarize(outcomes)
    figures = getattr(plugin.load(sys.modules[__name__], rule), "figures", None)
    return table if figures is None else table.join(figures(outcomes), on="point")


def measure(rule: str) -> str:
    """What a rule goes by: `accuracy`, `log_loss` or `f1`."""
    found: str = getattr(plugin.load(sys.modules[__name__], rule), "MEASURE", "accuracy")
    return found


def why_base(rule: str) -> str:
    """Why a rule chooses the base model itself, in words."""
    module = plugin.load(sys.modules[__name__], rule)
    found: str = getattr(module, "BASE_IS_BEST", "no edit is better")
    return found


def check(rule: str, kind: str) -> None:
    """Check that a rule can choose among outcomes that are found in some way.

    Args:
        rule: the rule.
        kind: how the dataset's outcomes are found, one of `laser_sweep.dataset.KINDS`.

    Raises:
        ConfigError: if the outcomes do not hold what it goes by.
    """
    needed = getattr(plugin.load(sys.modules[__name__], rule), "SCORING", kind)
    if needed != kind:
        raise ConfigError(
            f"selection={rule} goes by what only dataset.scoring={needed} records; this dataset's "
            f"is {kind}. Available: {', '.join(_for(kind))}."
        )


def _for(kind: str) -> list[str]:
    package = sys.modules[__name__]
    rules = {rule: plugin.load(package, rule) for rule in plugin.names(package)}
    return [rule for rule, module in rules.items() if getattr(module, "SCORING", kind) == kind]


def candidates(table: pd.DataFrame, protocol: str) -> pd.DataFrame:
    """The points that were evaluated on the validation part.

    The base model is one of them, but in `paper` protocol only if there is no other.
    """
    evaluated = table[table["validation_accuracy"].notna()]
    edited = evaluated[evaluated["point"] != str(BASE)]
    return edited if protocol == PAPER and len(edited) else evaluated
