"""The contract of a tracker's module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from laser_sweep.tracker._tracked_sweep import TrackedSweep


@runtime_checkable
class Tracker(Protocol):
    """An experiment tracker, which has one run for each sweep.

    Attributes:
        PACKAGE: the package to import; it is not imported before `write` is called.
        VARIABLES: variables of the environment that keep the package quiet, private and quick,
            where the user has not set them.
    """

    PACKAGE: str
    VARIABLES: Mapping[str, str]

    def write(self, sweep: TrackedSweep) -> str:
        """Make the sweep's run, or bring it up to date.

        It is called in a process of its own, whose output nobody sees. Any exception is a reason
        for which the tracker does not have the run; the sweep goes on.

        Args:
            sweep: everything that the run shows.

        Returns:
            The place of the run, in words.
        """
        ...
