"""`also`: further datasets, on which the base model and the chosen point are evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from laser_sweep.config.dataset import ROWS, DatasetConfig
from laser_sweep.errors import ConfigError, one_line

EXPECTED = (
    "expected a list of datasets, each the value of dataset=, such as clean_facts, or its options, "
    "such as {dataset: rows, path: texts.jsonl, scoring: perplexity}"
)
NAME = "dataset"
"""The key of an item's options that names the YAML file of the group `dataset`."""


def items_of(given: object) -> list[tuple[str, Mapping[str, object]]]:
    """The items of the option, each as the name of its YAML file and its further options.

    Raises:
        ConfigError: if the option is not such a list.
    """
    if given is None:
        return []
    if isinstance(given, str | Mapping):
        given = [given]
    if not isinstance(given, Iterable):
        raise ConfigError(f"also={given}: {EXPECTED}.")
    return [_item(each) for each in given]


def _item(given: object) -> tuple[str, Mapping[str, object]]:
    if isinstance(given, str):
        return given, {}
    if not isinstance(given, Mapping) or not all(isinstance(key, str) for key in given):
        raise ConfigError(f"also has {given!r}: {EXPECTED}.")
    options = {str(key): value for key, value in given.items()}
    return str(options.pop(NAME, ROWS)), options


def _made(options: Mapping[str, object]) -> DatasetConfig:
    """The dataset with all of these options, which Hydra has checked."""
    try:
        return DatasetConfig(**{str(key): value for key, value in options.items()})  # type: ignore[arg-type]
    except TypeError as error:
        raise ConfigError(f"also: {one_line(error)}") from error
    except ConfigError as error:
        raise ConfigError(f"also: {error}") from error


def datasets_of(given: object) -> list[DatasetConfig]:
    """The datasets of the option, once each item has all options of a dataset.

    Raises:
        ConfigError: if an option is wrong, or two datasets have the same name.
    """
    found = []
    for each in given if isinstance(given, list | tuple) else []:
        if not isinstance(each, DatasetConfig | Mapping):
            raise ConfigError(f"also={given}: {EXPECTED}.")
        found.append(each if isinstance(each, DatasetConfig) else _made(each))
    names = [str(each.name) for each in found]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ConfigError(
            f"also has two datasets with the name {twice[0]}: give each a name of its own, such as "
            f"{{dataset: {twice[0]}, name: other}}."
        )
    return found
