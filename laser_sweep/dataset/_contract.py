"""The contracts of a dataset's module."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import ExampleSet
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published.facts import Facts


@runtime_checkable
class Dataset(Protocol):
    """A reader that makes examples from the rows of a dataset.

    Options of rows of the user's own are refused, except those that a module lists as
    `ROW_OPTIONS`.
    """

    def load(self, config: DatasetConfig, prompting: Prompting) -> ExampleSet:
        """The examples, in the dataset's order, and their scoring.

        Raises:
            ConfigError: if the rows are not available, or a row lacks what the reader needs.
        """
        ...


@runtime_checkable
class DatasetWithPrompts(Dataset, Protocol):
    """A dataset that puts shots and chat templates into its prompts itself.

    Attributes:
        ASKING_OPTIONS: the options of asking that it applies; all others are refused.
    """

    ASKING_OPTIONS: tuple[str, ...]


@runtime_checkable
class PublishedDataset(Dataset, Protocol):
    """A dataset with rows from the hub or the web, and with prompts of its own.

    Attributes:
        FACTS: the dataset's sources, columns, licence and citation.
    """

    FACTS: Facts
