"""Selection by a rule, and what each rule goes by."""

from __future__ import annotations

import pandas as pd

from laser_sweep.config import PAPER
from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import BASE
from laser_sweep.plugin import Group
from laser_sweep.selection._contract import Rule, RuleWithFigures
from laser_sweep.selection._summary import summarize

BY_ACCURACY = "accuracy"

RULES = Group("laser_sweep.selection", Rule, "selection")


def select(table: pd.DataFrame, rule: str, protocol: str) -> str | None:
    """The chosen point among the candidates; None without any.

    In `paper` protocol accuracy is the paper's own rule, which has other ties.
    """
    eligible = candidates(table, protocol)
    if eligible.empty:
        return None
    if protocol == PAPER and rule == BY_ACCURACY:
        rule = PAPER
    return RULES.load(rule).select(eligible)


def point_table(outcomes: pd.DataFrame, rule: str) -> pd.DataFrame:
    """The grid of a sweep, as `laser_sweep.summary` makes it, with all that a rule goes by."""
    table = summarize(outcomes)
    module = RULES.load(rule)
    if not isinstance(module, RuleWithFigures):
        return table
    return table.join(module.figures(outcomes), on="point")


def measure(rule: str) -> str:
    """What a rule goes by: `accuracy`, `log_loss` or `f1`."""
    return RULES.load(rule).MEASURE


def why_base(rule: str) -> str:
    """Why a rule chooses the base model itself, in words."""
    return RULES.load(rule).BASE_IS_BEST


def check(rule: str, kind: str) -> None:
    """Check that a rule can choose among outcomes that are found in some way.

    Args:
        rule: the rule.
        kind: how the dataset's outcomes are found, one of `laser_sweep.dataset.KINDS`.

    Raises:
        ConfigError: if the outcomes do not hold what it goes by.
    """
    needed = RULES.load(rule).SCORING
    if needed not in (None, kind):
        raise ConfigError(
            f"selection={rule} goes by what only dataset.scoring={needed} records; this dataset's "
            f"is {kind}. Available: {', '.join(_for(kind))}."
        )


def _for(kind: str) -> list[str]:
    return [rule for rule in RULES.names() if RULES.load(rule).SCORING in (None, kind)]


def candidates(table: pd.DataFrame, protocol: str) -> pd.DataFrame:
    """The points that were evaluated on the validation part.

    The base model is one of them, but in `paper` protocol only if there is no other.
    """
    evaluated = table[table["validation_accuracy"].notna()]
    edited = evaluated[evaluated["point"] != str(BASE)]
    return edited if protocol == PAPER and len(edited) else evaluated
