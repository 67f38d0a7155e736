"""The tracker that the configuration names: checked before a sweep, written after its report."""

from __future__ import annotations

import importlib.util
import logging
import re
from typing import TYPE_CHECKING

from laser_sweep.config import NO_TRACKER, TrackerConfig
from laser_sweep.errors import ConfigError, one_line, shorten, unknown
from laser_sweep.plugin import Group
from laser_sweep.tracker._contract import Tracker
from laser_sweep.tracker._own_process import write_in_own_process

if TYPE_CHECKING:
    from laser_sweep.report import Report

log = logging.getLogger(__name__)

TRACKERS = Group("laser_sweep.tracker", Tracker, "tracker", "Trackers")
_LONGEST_REASON = 300


def check(config: TrackerConfig) -> None:
    """Check that a tracker exists and is installed.

    Raises:
        ConfigError: if not.
    """
    if config.name == NO_TRACKER:
        return
    if config.name not in TRACKERS.names():
        raise unknown("tracker", config.name, [NO_TRACKER, *TRACKERS.names()])
    package = TRACKERS.load(config.name).PACKAGE
    if importlib.util.find_spec(package) is None:
        raise ConfigError(
            f"tracker={config.name}: {package} is not installed. "
            f"pip install 'laser_sweep[{config.name}]' installs it."
        )


def track(report: Report, config: TrackerConfig) -> None:
    """Tell the tracker of a sweep whose report is written; one run has the whole sweep.

    A tracker that fails costs a line in the log, and nothing else.

    Args:
        report: the report.
        config: the tracker.
    """
    if config.name == NO_TRACKER:
        return
    try:
        from laser_sweep.tracker._contents import tracked_sweep  # imports the report's libraries

        variables = TRACKERS.load(config.name).VARIABLES
        where = write_in_own_process(config.name, tracked_sweep(report, config.project), variables)
        log.info("tracker: %s", _without_passwords(where))
    except Exception as error:
        log.warning(
            "tracker=%s does not have this sweep: %s. The results and the report are kept, and the "
            "same command tries again.",
            config.name,
            _reason(error),
        )


def _reason(error: Exception) -> str:
    text = _without_passwords(one_line(error)) or type(error).__name__
    return shorten(text.rstrip("."), _LONGEST_REASON)


def _without_passwords(text: str) -> str:
    """A text in which addresses have no names of users and no passwords."""
    return re.sub(r"://[^/@\s]+@", "://", text)
