"""Splits: which examples validate and which test, one module each; its name is the option's value."""

from laser_sweep.split._contract import Split
from laser_sweep.split._parts import PARTS, TEST, VALIDATION, Parts
from laser_sweep.split._split import SPLITS, check, split

__all__ = ["PARTS", "SPLITS", "TEST", "VALIDATION", "Parts", "Split", "check", "split"]
