"""Shots: examples with their answers before each question (few-shot)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import xxhash

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._contract import Dataset
from laser_sweep.dataset._example import Example, ExampleSet
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.errors import ConfigError, shorten


def load_with_shots(module: Dataset, config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """The examples of a dataset, and shots, which are not among them.

    Raises:
        ConfigError: as `Dataset.load`; if there are fewer examples than shots, or if an evaluated
            example is a shot, too.
    """
    if not config.shots:
        return module.load(config, prompting)
    if config.shots_path is None and config.shots_split is None:
        with_shots = None if config.limit is None else config.limit + config.shots
        loaded = module.load(replace(config, limit=with_shots), prompting)
        shots = _drawn(loaded.examples, config)
        evaluated = _without(loaded.examples, shots)
    else:
        loaded = module.load(config, prompting)
        shots = _drawn(module.load(_source(config), prompting).examples, config)
        evaluated = loaded.examples
    _check_not_evaluated(shots, evaluated[: config.limit])
    return ExampleSet(evaluated, loaded.scoring, tuple(shots))


def _source(config: DatasetConfig) -> DatasetConfig:
    """The configuration of the dataset that shots are taken from."""
    if config.shots_path is None:
        return replace(config, split=config.shots_split, limit=None)
    path = config.shots_path
    return replace(config, path=path, hub=None, config=None, split=None, revision=None, limit=None)


def _drawn(examples: Sequence[Example], config: DatasetConfig) -> list[Example]:
    """The shots: the first examples, or examples in a random order."""
    shots = config.shots or 0
    if shots > len(examples):
        where = config.shots_path or config.shots_split or f"dataset {config.name}"
        raise ConfigError(
            f"dataset.shots={shots}: {where} has {len(examples)} examples, expected at "
            "least as many as shots."
        )
    order = list(range(len(examples)))
    if (seed := config.shots_seed) is not None:
        order.sort(key=lambda number: xxhash.xxh3_64_hexdigest(f"{seed}:{number}".encode()))
    return [examples[number] for number in order[:shots]]


def _without(examples: Sequence[Example], shots: Sequence[Example]) -> list[Example]:
    """The examples that are no shots, and are in no cluster of one: paraphrases tell the answer."""
    taken = {id(shot) for shot in shots}
    clusters = {shot.cluster for shot in shots} - {None}
    return [e for e in examples if id(e) not in taken and e.cluster not in clusters]


def _check_not_evaluated(shots: Sequence[Example], evaluated: Sequence[Example]) -> None:
    """Check that no shot shows the answer of an evaluated example."""
    shown = {(shot.prompt, shot.answer): shot.place for shot in shots}
    same = [each for each in evaluated if (each.prompt, each.answer) in shown]
    if same:
        first = same[0]
        count = (
            "1 evaluated example is" if len(same) == 1 else f"{len(same)} evaluated examples are"
        )
        raise ConfigError(
            f"dataset.shots: {count} a shot, too: {first.place or shorten(first.prompt, 80)} has "
            f"the prompt and the answer of the shot {shown[first.prompt, first.answer]}. Expected "
            "shots that are not evaluated, such as those of a training split."
        )
