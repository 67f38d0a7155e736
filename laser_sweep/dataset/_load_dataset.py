"""A dataset by the name of its reader, checked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from laser_sweep.config import MINIMUM_EXAMPLES, ROWS, DatasetConfig
from laser_sweep.dataset._asking.as_asked import as_asked
from laser_sweep.dataset._asking.shots import load_with_shots
from laser_sweep.dataset._contract import Dataset, DatasetWithPrompts, PublishedDataset
from laser_sweep.dataset._example import ExampleSet
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.errors import ConfigError
from laser_sweep.plugin import Group

DATASETS = Group("laser_sweep.dataset", Dataset, "dataset.reader")


def load_dataset(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """The examples of a dataset, at most `dataset.limit`.

    Raises:
        ConfigError: if the rows are not available, a row lacks what the reader needs, or there are
            too few examples.
    """
    module = DATASETS.load(config.reader)
    if config.reader != ROWS:
        _check_options(config, getattr(module, "ROW_OPTIONS", ()))
    if isinstance(module, DatasetWithPrompts):
        _check_asking_options(config, module.ASKING_OPTIONS)
        loaded = module.load(config, prompting)
        _check_enough(config, len(loaded.examples))
        return loaded
    loaded = load_with_shots(module, config, prompting)
    count = len(loaded.examples)
    if isinstance(module, PublishedDataset) and config.check_count and not config.path:
        own_shots = 0 if config.shots_path else len(loaded.shots)
        _check_count(config, module.FACTS.count, count + own_shots)
    _check_enough(config, count)
    examples = as_asked(loaded.examples[: config.limit], loaded.shots, config, prompting)
    return replace(loaded, examples=examples)


def _check_enough(config: DatasetConfig, count: int) -> None:
    if count < MINIMUM_EXAMPLES:
        beside = f" beside {config.shots} shots" if config.shots else ""
        raise ConfigError(
            f"dataset {config.name} has {count} examples{beside} "
            f"({config.path or 'its source'}): expected at least {MINIMUM_EXAMPLES}."
        )


def _check_asking_options(config: DatasetConfig, known: Collection[str]) -> None:
    """Refuse options of asking that a reader with prompts of its own would ignore."""
    for given in _ignored(config, "asking", known):
        raise ConfigError(
            f"{given}: dataset={config.reader} has prompts of its own. Available: "
            f"{', '.join(f'dataset.{each}' for each in known)}."
        )


def _check_options(config: DatasetConfig, known: Collection[str]) -> None:
    """Refuse options of rows of the user's own that a reader would ignore."""
    for given in _ignored(config, "rows", known):
        raise ConfigError(
            f"{given} is for rows of your own (dataset=rows): {config.reader} has its own prompts, "
            "answers and scores."
        )


def _ignored(config: DatasetConfig, kind: str, known: Collection[str]) -> Iterator[str]:
    """The options of a kind that are given, and that a reader does not know."""
    for option in config.given(kind):
        if option not in known:
            yield f"dataset.{option}={getattr(config, option)}"


def _check_count(config: DatasetConfig, expected: int, count: int) -> None:
    """Check that a source still has the examples of the paper's figures."""
    if count != expected:
        raise ConfigError(
            f"dataset {config.name} has {count:,} examples, expected {expected:,}: its source has "
            "changed, or another length_tokenizer filters it. Set dataset.check_count=false to "
            "accept the examples that there are."
        )
