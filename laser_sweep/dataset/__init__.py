"""Datasets: rows become examples. One reader a file; the file's name is `dataset.reader`."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

import xxhash

from laser_sweep import plugin
from laser_sweep.config import MINIMUM_EXAMPLES, DatasetConfig
from laser_sweep.errors import ConfigError


@dataclass(frozen=True)
class Example:
    """One question with its gold answer.

    Attributes:
        prompt: the text that the model is given.
        answer: the gold answer, as text without the blank before it.
        choices: the labels that the model chooses from; empty where it may say anything.
        place: where a person finds it, such as `line 3`; no part of what it is.
    """

    prompt: str
    answer: str
    choices: tuple[str, ...] = ()
    place: str = field(default="", compare=False)


def load_examples(config: DatasetConfig) -> list[Example]:
    """The examples of a dataset, in its order, `dataset.limit` applied.

    Raises:
        ConfigError: if the rows are not there, not as the reader needs them, or too few.
    """
    reader = plugin.load(sys.modules[__name__], config.reader, "dataset.reader")
    examples: list[Example] = reader.read(config)
    if len(examples) < MINIMUM_EXAMPLES:
        raise ConfigError(
            f"dataset {config.name} has {len(examples)} examples ({config.path}): "
            f"expected at least {MINIMUM_EXAMPLES}."
        )
    return examples[: config.limit]


def fingerprint(examples: list[Example]) -> str:
    """A hash of everything that examples say, in their order."""
    digest = xxhash.xxh3_128()
    for example in examples:
        for text in (example.prompt, example.answer, *example.choices):
            encoded = text.encode("utf-8", "surrogatepass")
            digest.update(f"{len(encoded)}:".encode() + encoded)
        digest.update(b"\n")
    return f"xxh3:{digest.hexdigest()}"
