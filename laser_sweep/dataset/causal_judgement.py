"""BIG-bench causal judgement: did one thing cause another? Not in the paper."""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import _bigbench
from laser_sweep.dataset._example import Loaded, Scoring
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._source import load_rows

FACTS = _bigbench.facts(
    "BIG-bench causal judgement: would a typical person say that one thing caused another?",
    "causal_judgment",
    190,
    "In the paper's code, not in the paper.",
)
LABELS = ("Yes", "No")


def load(config: DatasetConfig, prompting: Prompting) -> Loaded:
    """All rows, validation first.

    Raises:
        ConfigError: if the rows cannot be had or are not as they should be.
    """
    examples = load_rows(FACTS, config).examples(
        lambda row: [
            _bigbench.choose(row.text("inputs"), _bigbench.target(row), LABELS, row, prompting)
        ]
    )
    return Loaded(examples, _scoring(config, prompting))


def _scoring(config: DatasetConfig, prompting: Prompting) -> Scoring:
    """A choice between the two labels."""
    return _bigbench.scoring(prompting)
