"""BIG-bench causal judgement: did one thing cause another? Not in the paper."""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import ExampleSet
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published import bigbench_rows

FACTS = bigbench_rows.facts(
    "BIG-bench causal judgement: would a typical person say that one thing caused another?",
    "causal_judgment",
    190,
    "In the paper's code, not in the paper.",
)
LABELS = ("Yes", "No")


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each row, validation first.

    Raises:
        ConfigError: if the rows are not available, or a row is not as expected.
    """
    examples = bigbench_rows.load_task(FACTS, config).examples(
        lambda row: [
            bigbench_rows.choice_example(
                row.text("inputs"), bigbench_rows.target(row), LABELS, row, prompting
            )
        ]
    )
    return ExampleSet(examples, bigbench_rows.scoring(prompting))
