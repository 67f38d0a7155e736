"""BIG-bench Hard web of lies: does the last person of a chain tell the truth? Not in the paper."""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._columns.scores import best, scores_of
from laser_sweep.dataset._example import ExampleSet
from laser_sweep.dataset._files.hub import Hub
from laser_sweep.dataset._files.row import Row
from laser_sweep.dataset._files.web import Web
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published import bigbench_rows
from laser_sweep.dataset._published.facts import Facts, load_rows

_SUZGUN = "https://raw.githubusercontent.com/suzgunmirac/BIG-Bench-Hard/main/bbh/web_of_lies.json"

FACTS = Facts(
    title="BIG-bench Hard web of lies: does the last one of a chain of people tell the truth?",
    columns=("input", "target"),
    sources=(
        Web(
            {"train": _SUZGUN},
            {_SUZGUN: "3e60323f8514a107fdb4edf35f8832a9171c5a09c0eaa47823559de905e8ab8b"},
        ),
        Hub(
            "SaylorTwift/bbh",
            {"train": "web_of_lies/test-*.parquet"},
            "b5306be6f827cfafbb545ff5a51f96916029b0fd",
        ),
    ),
    count=250,
    licence="MIT",
    citation="Suzgun et al. 2022, Challenging BIG-Bench Tasks and Whether Chain-of-Thought Can "
    "Solve Them (2210.09261)",
    splits=("train",),
    notes=("In the paper's code, not in the paper.",),
)
LABELS = ("Yes", "No")


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each row, in order.

    Raises:
        ConfigError: if the rows are not available, or a row is not as expected.
    """
    examples = load_rows(FACTS, config).examples(
        lambda row: [
            bigbench_rows.choice_example(row.text("input"), _target(row), LABELS, row, prompting)
        ]
    )
    return ExampleSet(examples, bigbench_rows.scoring(prompting))


def _target(row: Row) -> str:
    """The answer, which a file of scores has as the choice with the largest score."""
    scores = scores_of(row.get("target_scores"))
    if scores is None or "target" in row.values:
        return row.text("target")
    (gold, *_) = best(list(scores), list(scores.values()), "target_scores")
    return next((label for label in LABELS if label.lower() == gold.lower()), gold)
