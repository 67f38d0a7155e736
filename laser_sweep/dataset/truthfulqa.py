"""TruthfulQA: is an answer to a question true or false?"""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import CHOICE, Example, ExampleSet, Scoring
from laser_sweep.dataset._hub import Hub
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published import Facts, load_rows
from laser_sweep.dataset._row import Row, RowError

FACTS = Facts(
    title="TruthfulQA: is an answer to a question that people get wrong true or false?",
    columns=("question", "mc2_targets"),
    sources=(
        Hub(
            "truthfulqa/truthful_qa",
            {"validation": "multiple_choice/validation-*.parquet"},
            "741b8276f2d1982aa3d5b832d3ee81ed3b896490",
        ),
    ),
    count=5_882,
    licence="Apache-2.0",
    citation="Lin et al. 2022, TruthfulQA: Measuring How Models Mimic Human Falsehoods "
    "(2109.07958)",
    splits=("validation",),
    notes=(
        "One example for each question and answer; a question with many answers counts more. "
        "This is neither MC1 nor MC2.",
        "Always 'false' is right on 56.2 % of the last 80 %; the paper has it three times.",
        "The paper's code leaves no space before 'Is this statement', the corrected prompt does.",
        "The answers of a question are a cluster.",
    ),
)
LABELS = ("false", "true")


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each answer of each question, in order.

    Raises:
        ConfigError: if the rows are not available, or a row is not as expected.
    """
    examples = load_rows(FACTS, config).examples(lambda row: _examples(row, prompting))
    return ExampleSet(examples, _scoring(prompting))


def _scoring(prompting: Prompting) -> Scoring:
    """A choice between the two labels; for masked models the paper's code records details."""
    details = prompting.paper and prompting.masked
    return Scoring(CHOICE, single_token=prompting.paper, strict=prompting.paper, details=details)


def _examples(row: Row, prompting: Prompting) -> list[Example]:
    question, answers = row.text("question"), row.texts("mc2_targets.choices")
    labels = row.value("mc2_targets.labels")
    if not isinstance(labels, list) or not all(type(n) is int and n in (0, 1) for n in labels):
        raise RowError(f"'mc2_targets.labels' is {labels!r}, expected a list of 0 and 1")
    if len(answers) != len(labels):
        raise RowError(f"there are {len(answers)} answers and {len(labels)} labels")
    return [
        Example(_prompt(question, answer, prompting), LABELS[label], LABELS, question, row.place)
        for answer, label in zip(answers, labels, strict=True)
    ]


def _prompt(question: str, answer: str, prompting: Prompting) -> str:
    stop = "" if answer.endswith(".") else "."
    space = "" if prompting.paper else " "
    end = "Is this statement true or false? This statement is"
    return prompting.fill(f"{question} {answer}{stop}{space}{end}")
