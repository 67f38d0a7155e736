"""BIG-bench epistemic reasoning, asked as true or false instead of by the names of relations."""

from __future__ import annotations

import re

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import Example, ExampleSet, Scoring
from laser_sweep.dataset._files.row import Row, RowError
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published import bigbench_rows
from laser_sweep.dataset.epistemic_reasoning import relation_prompt
from laser_sweep.errors import ConfigError

FACTS = bigbench_rows.facts(
    "BIG-bench epistemic reasoning, asked as true or false",
    "epistemic_reasoning",
    2_000,
    "The paper's code has it, but it can never have run: it asserts that the targets are True or "
    "False, and those of the task are entailment and non-entailment. The prompt is ours.",
)
LABELS = ("False", "True")
_TRUTH = {"entailment": "True", "non-entailment": "False", "True": "True", "False": "False"}
_PARTS = re.compile(r"Premise: (.+?) Hypothesis: (.+?)\s*\nRelation:$", re.DOTALL)


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each row, validation first.

    Raises:
        ConfigError: in `paper` protocol; if the rows are not available, or a row is
            not as expected.
    """
    rows = bigbench_rows.load_task(FACTS, config)
    examples = rows.examples(lambda row: [_example(row, prompting)])
    return ExampleSet(examples, _scoring(prompting))


def _scoring(prompting: Prompting) -> Scoring:
    """A choice between the two labels.

    Raises:
        ConfigError: in `paper` protocol, in which this dataset does not exist.
    """
    if prompting.paper:
        raise ConfigError(
            "dataset=epistemic_reasoning_tf has no protocol=paper: the paper's code expects the "
            "targets True and False where the task has entailment and non-entailment, so that it "
            "always ended in an error. Use protocol=corrected, or dataset=epistemic_reasoning."
        )
    return bigbench_rows.scoring(prompting)


def _example(row: Row, prompting: Prompting) -> Example:
    parts = _PARTS.search(relation_prompt(row))
    if parts is None:
        raise RowError("'inputs' has no 'Premise: ... Hypothesis: ...' before 'Relation:'")
    gold = bigbench_rows.target(row)
    if gold not in _TRUTH:
        raise RowError(f"the answer is {gold!r}, expected one of {', '.join(map(repr, _TRUTH))}")
    premise, hypothesis = parts.groups()
    prompt = (
        f"Premise: {premise} Hypothesis: {hypothesis}\nIs it true or false that the hypothesis "
        "follows from the premise? The answer is"
    )
    return bigbench_rows.choice_example(prompt, _TRUTH[gold], LABELS, row, prompting)
