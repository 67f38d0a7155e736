"""BIG-bench epistemic reasoning: does a premise about beliefs entail a hypothesis?"""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import _bigbench
from laser_sweep.dataset._example import Example, Loaded, Scoring
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._row import Row, RowError
from laser_sweep.dataset._source import load_rows

FACTS = _bigbench.facts(
    "BIG-bench epistemic reasoning: does a premise about beliefs entail a hypothesis?",
    "epistemic_reasoning",
    2_000,
    "Always 'entailment' is right on 37.05 %, always 'non-entailment' on 62.95 % of the examples: "
    "several figures of the paper are that.",
    "The labels have different numbers of tokens, and sums of log-probabilities favour the short "
    "one; correct_per_token is the choice by the mean.",
)
LABELS = ("entailment", "non-entailment")


def load(config: DatasetConfig, prompting: Prompting) -> Loaded:
    """All rows, validation first.

    Raises:
        ConfigError: if the rows cannot be had or are not as they should be.
    """
    examples = load_rows(FACTS, config).examples(lambda row: [_example(row, prompting)])
    return Loaded(examples, _scoring(config, prompting))


def _scoring(config: DatasetConfig, prompting: Prompting) -> Scoring:
    """A choice between the two labels."""
    return _bigbench.scoring(prompting)


def _example(row: Row, prompting: Prompting) -> Example:
    return _bigbench.choose(relation_prompt(row), _bigbench.target(row), LABELS, row, prompting)


def relation_prompt(row: Row) -> str:
    """The text of a row, which asks for the relation.

    Raises:
        RowError: if it does not.
    """
    prompt = row.text("inputs")
    if not prompt.endswith("Relation:"):
        raise RowError(f"'inputs' ends in {prompt[-20:]!r}, expected 'Relation:'")
    return prompt
