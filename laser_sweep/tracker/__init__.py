"""Experiment trackers: what hears of a sweep once its report is there, one module each, named as
the option's value.
"""

from laser_sweep.tracker._contract import Tracker
from laser_sweep.tracker._tracked_sweep import TrackedSweep
from laser_sweep.tracker._tracking import TRACKERS, check, track

__all__ = ["TRACKERS", "TrackedSweep", "Tracker", "check", "track"]
