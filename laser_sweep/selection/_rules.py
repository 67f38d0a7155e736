"""Selection by the rule that the configuration names."""

from __future__ import annotations

import pandas as pd

from laser_sweep.config import PAPER
from laser_sweep.config.dataset import PERPLEXITY
from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import BASE
from laser_sweep.plugin import Group
from laser_sweep.selection._contract import Rule, RuleWithFigures
from laser_sweep.selection._summary import summarize

BY_ACCURACY = "accuracy"
"""The rule that `protocol=paper` replaces by the paper's own."""

RULES = Group("laser_sweep.selection", Rule, "selection")


def select(table: pd.DataFrame, rule: str, protocol: str) -> str | None:
    """The name of the point that a rule chooses; None if there is no candidate.

    In `paper` protocol, `accuracy` stands for the paper's own rule, which decides ties otherwise.

    Args:
        table: one row for each point, as `point_table` returns them.
        rule: the rule's name.
        protocol: `corrected` or `paper`.
    """
    eligible = candidates(table, protocol)
    if eligible.empty:
        return None
    if protocol == PAPER and rule == BY_ACCURACY:
        rule = PAPER
    return RULES.load(rule).select(eligible)


def point_table(outcomes: pd.DataFrame, rule: str) -> pd.DataFrame:
    """The table that `summarize` returns, with the figure that the rule adds, if it does."""
    table = summarize(outcomes)
    module = RULES.load(rule)
    if not isinstance(module, RuleWithFigures):
        return table
    return table.join(module.figures(outcomes), on="point")


def measure(rule: str) -> str:
    """The measure that a rule goes by: `accuracy`, `log_loss` or `f1`."""
    return RULES.load(rule).MEASURE


def why_base(rule: str) -> str:
    """The reason, in words, why a rule chooses the base model."""
    return RULES.load(rule).BASE_IS_BEST


def check(rule: str, kind: str) -> None:
    """Check that a rule can compare the outcomes of a kind of scoring.

    Args:
        rule: the rule's name.
        kind: the kind of the dataset's scoring, one of `laser_sweep.dataset.KINDS`.

    Raises:
        ConfigError: if the outcomes lack the measure of the rule.
    """
    if _compares(rule, kind):
        return
    needed = RULES.load(rule).SCORING
    why = (
        "goes by accuracy, which documents do not have"
        if needed is None
        else f"needs dataset.scoring={needed}"
    )
    raise ConfigError(
        f"selection={rule} {why}; the scoring of this dataset is {kind}. Available: "
        f"{', '.join(name for name in RULES.names() if _compares(name, kind))}."
    )


def _compares(rule: str, kind: str) -> bool:
    """Whether a rule can compare the outcomes of a kind of scoring."""
    module = RULES.load(rule)
    if kind == PERPLEXITY:
        return module.MEASURE == "log_loss"
    return module.SCORING in (None, kind)


def candidates(table: pd.DataFrame, protocol: str) -> pd.DataFrame:
    """The points that were evaluated on the validation part.

    The base model is one of them; in `paper` protocol, only if there is no other point.
    """
    figures = table[["validation_accuracy", "validation_log_loss"]]
    evaluated = table[figures.notna().any(axis=1)]
    edited = evaluated[evaluated["point"] != str(BASE)]
    return edited if protocol == PAPER and len(edited) else evaluated
