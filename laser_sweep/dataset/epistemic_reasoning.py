"""BIG-bench epistemic reasoning: does a premise about beliefs entail a hypothesis?"""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import Example, ExampleSet
from laser_sweep.dataset._files.row import Row, RowError
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published import bigbench_rows

FACTS = bigbench_rows.facts(
    "BIG-bench epistemic reasoning: does a premise about beliefs entail a hypothesis?",
    "epistemic_reasoning",
    2_000,
    "Always 'entailment' is right on 37.05 %, always 'non-entailment' on 62.95 % of the examples: "
    "several figures of the paper are that.",
    "The labels have different numbers of tokens, and sums of log-probabilities favour the short "
    "one; correct_per_token is the choice by the mean.",
)
LABELS = ("entailment", "non-entailment")


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each row, validation first.

    Raises:
        ConfigError: if the rows are not available, or a row is not as expected.
    """
    rows = bigbench_rows.load_task(FACTS, config)
    examples = rows.examples(lambda row: [_example(row, prompting)])
    return ExampleSet(examples, bigbench_rows.scoring(prompting))


def _example(row: Row, prompting: Prompting) -> Example:
    return bigbench_rows.choice_example(
        relation_prompt(row), bigbench_rows.target(row), LABELS, row, prompting
    )


def relation_prompt(row: Row) -> str:
    """The text of a row, which ends in "Relation:".

    Raises:
        RowError: if it does not.
    """
    prompt = row.text("inputs")
    if not prompt.endswith("Relation:"):
        raise RowError(f"'inputs' ends in {prompt[-20:]!r}, expected 'Relation:'")
    return prompt
