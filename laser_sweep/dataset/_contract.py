"""The contracts of a dataset's module."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import Loaded
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._source import Facts


@runtime_checkable
class Dataset(Protocol):
    """A reader that makes examples from the rows of a dataset."""

    def load(self, config: DatasetConfig, prompting: Prompting) -> Loaded:
        """The examples, in the dataset's order, and how they are scored.

        Raises:
            ConfigError: if the rows are not available, or not as the reader needs them.
        """
        ...


@runtime_checkable
class PublishedDataset(Dataset, Protocol):
    """A dataset whose rows come from the hub or the web, with prompts of its own.

    Attributes:
        FACTS: its sources, columns, licence and citation.
    """

    FACTS: Facts
