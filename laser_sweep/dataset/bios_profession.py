"""Bias in Bios, profession: which of eight has the person of a biography?"""

from __future__ import annotations

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import _bios
from laser_sweep.dataset._bios import PROFESSIONS
from laser_sweep.dataset._example import Example, Loaded, Scoring
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._row import Row
from laser_sweep.dataset._source import load_rows

FACTS = _bios.facts(
    "Bias in Bios: the profession of the person in a biography, one of eight",
    19_223,
    "Professors are about 61 % of the examples.",
)
LABELS = ("journalist", "poet", "composer", "model", "teacher", "architect", "painter", "professor")


def load(config: DatasetConfig, prompting: Prompting) -> Loaded:
    """The rows with one of the eight professions, in their order.

    Raises:
        ConfigError: if the rows cannot be had or are not as they should be.
    """
    examples = load_rows(FACTS, config).examples(lambda row: _examples(row, prompting))
    return Loaded(examples, _scoring(config, prompting))


def _scoring(config: DatasetConfig, prompting: Prompting) -> Scoring:
    """A choice between the eight labels."""
    return _bios.scoring(prompting, strict=False)


def _examples(row: Row, prompting: Prompting) -> list[Example]:
    profession = PROFESSIONS[row.one_of("profession", range(len(PROFESSIONS)))]
    if profession not in LABELS:
        return []
    start = f"Consider the following text: {_bios.biography(row, prompting)}"
    if prompting.masked:
        prompt = f"{start} The profession of the person in the text is called"
    else:
        question = "What is the profession of the person in this text?"
        prompt = f"{start} {question} The profession of this person is"
    return [Example(prompting.fill(prompt, "."), profession, LABELS, None, row.place)]
