"""Bias in Bios, gender: is the person of a biography male or female?"""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import Asked, Example, Loaded, Scoring, _bios
from laser_sweep.dataset._row import Row
from laser_sweep.dataset._source import load_rows

FACTS = _bios.facts(
    "Bias in Bios: the gender of the person in a biography",
    39_642,
    "The prompt is the code's; the paper prints another one.",
)
LABELS = ("male", "female")


def load(config: DatasetConfig, asked: Asked) -> Loaded:
    """All rows, in their order.

    Raises:
        ConfigError: if the rows cannot be had or are not as they should be.
    """
    examples = load_rows(FACTS, config).examples(lambda row: [_example(row, asked)])
    return Loaded(examples, _scoring(config, asked))


def _scoring(config: DatasetConfig, asked: Asked) -> Scoring:
    """A choice between the two labels."""
    return _bios.scoring(asked, strict=True)


def _example(row: Row, asked: Asked) -> Example:
    start = f"Consider the following text: {_bios.biography(row, asked)}"
    question = "Is the person in this text a male or female?"
    person = "This person is" if asked.masked else "The gender of this person is"
    label = LABELS[row.one_of("gender", range(len(LABELS)))]
    return Example(asked.fill(f"{start} {question} {person}", "."), label, LABELS, None, row.place)
