"""Bias in Bios, gender: is the person of a biography male or female?"""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import Example, ExampleSet
from laser_sweep.dataset._files.row import Row
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published import bios
from laser_sweep.dataset._published.facts import load_rows

FACTS = bios.facts(
    "Bias in Bios: the gender of the person in a biography",
    39_642,
    "The prompt is the code's; the paper prints another one.",
)
LABELS = ("male", "female")


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each row, in order.

    Raises:
        ConfigError: if the rows are not available, or a row is not as expected.
    """
    examples = load_rows(FACTS, config).examples(lambda row: [_example(row, prompting)])
    return ExampleSet(examples, bios.scoring(prompting, strict=True))


def _example(row: Row, prompting: Prompting) -> Example:
    start = f"Consider the following text: {bios.biography(row, prompting)}"
    question = "Is the person in this text a male or female?"
    person = "This person is" if prompting.masked else "The gender of this person is"
    label = LABELS[row.one_of("gender", range(len(LABELS)))]
    return Example(
        prompting.fill(f"{start} {question} {person}", "."), label, LABELS, None, row.place
    )
