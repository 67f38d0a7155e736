"""The contract of a rule's module."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from laser_sweep.config import ComposeConfig
from laser_sweep.statistics import Change


@runtime_checkable
class Rule(Protocol):
    """A rule that accepts or refuses an edit by what it changes on the validation part.

    Attributes:
        OPTIONS: the fields of `ComposeConfig` that the rule reads, beside `candidates`.
    """

    OPTIONS: tuple[str, ...]

    def accepts(self, change: Change, options: ComposeConfig) -> bool:
        """Whether the stack keeps the edit.

        Args:
            change: the stack with the edit compared with the stack without it.
            options: the options of the composition.
        """
        ...
