"""Bias in Bios, gender: is the person of a biography male or female?"""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import _bios
from laser_sweep.dataset._example import Example, Loaded, Scoring
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._row import Row
from laser_sweep.dataset._source import load_rows

FACTS = _bios.facts(
    "Bias in Bios: the gender of the person in a biography",
    39_642,
    "The prompt is the code's; the paper prints another one.",
)
LABELS = ("male", "female")


def load(config: DatasetConfig, prompting: Prompting) -> Loaded:
    """All rows, in their order.

    Raises:
        ConfigError: if the rows cannot be had or are not as they should be.
    """
    examples = load_rows(FACTS, config).examples(lambda row: [_example(row, prompting)])
    return Loaded(examples, _scoring(config, prompting))


def _scoring(config: DatasetConfig, prompting: Prompting) -> Scoring:
    """A choice between the two labels."""
    return _bios.scoring(prompting, strict=True)


def _example(row: Row, prompting: Prompting) -> Example:
    start = f"Consider the following text: {_bios.biography(row, prompting)}"
    question = "Is the person in this text a male or female?"
    person = "This person is" if prompting.masked else "The gender of this person is"
    label = LABELS[row.one_of("gender", range(len(LABELS)))]
    return Example(
        prompting.fill(f"{start} {question} {person}", "."), label, LABELS, None, row.place
    )
