"""Bias in Bios, profession: which of eight professions does the person of a biography have?"""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import Example, ExampleSet
from laser_sweep.dataset._files.row import Row
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published import bios
from laser_sweep.dataset._published.bios import PROFESSIONS
from laser_sweep.dataset._published.facts import load_rows

FACTS = bios.facts(
    "Bias in Bios: the profession of the person in a biography, one of eight",
    19_223,
    "Professors are about 61 % of the examples.",
)
LABELS = ("journalist", "poet", "composer", "model", "teacher", "architect", "painter", "professor")


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each row with one of the eight professions, in order.

    Raises:
        ConfigError: if the rows are not available, or a row is not as expected.
    """
    examples = load_rows(FACTS, config).examples(lambda row: _examples(row, prompting))
    return ExampleSet(examples, bios.scoring(prompting, strict=False))


def _examples(row: Row, prompting: Prompting) -> list[Example]:
    profession = PROFESSIONS[row.one_of("profession", range(len(PROFESSIONS)))]
    if profession not in LABELS:
        return []
    start = f"Consider the following text: {bios.biography(row, prompting)}"
    if prompting.masked:
        prompt = f"{start} The profession of the person in the text is called"
    else:
        question = "What is the profession of the person in this text?"
        prompt = f"{start} {question} The profession of this person is"
    return [Example(prompting.fill(prompt, "."), profession, LABELS, None, row.place)]
