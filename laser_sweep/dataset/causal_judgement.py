"""BIG-bench causal judgement: did one thing cause another? Not in the paper."""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import Asked, Loaded, Scoring, _bigbench
from laser_sweep.dataset._source import load_rows

FACTS = _bigbench.facts(
    "BIG-bench causal judgement: would a typical person say that one thing caused another?",
    "causal_judgment",
    190,
    "In the paper's code, not in the paper.",
)
LABELS = ("Yes", "No")


def load(config: DatasetConfig, asked: Asked) -> Loaded:
    """All rows, validation first.

    Raises:
        ConfigError: if the rows cannot be had or are not as they should be.
    """
    examples = load_rows(FACTS, config).examples(
        lambda row: [
            _bigbench.choose(row.text("inputs"), _bigbench.target(row), LABELS, row, asked)
        ]
    )
    return Loaded(examples, _scoring(config, asked))


def _scoring(config: DatasetConfig, asked: Asked) -> Scoring:
    """A choice between the two labels."""
    return _bigbench.scoring(asked)
