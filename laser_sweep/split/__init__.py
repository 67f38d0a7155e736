"""Splits: which examples validate and which test, one module each, named as the option's value."""

from laser_sweep.split._contract import Split
from laser_sweep.split._divide import SPLITS, check, check_apart, split
from laser_sweep.split._parts import PARTS, TEST, VALIDATION, Parts
from laser_sweep.split._random_order import random_order

__all__ = [
    "PARTS",
    "SPLITS",
    "TEST",
    "VALIDATION",
    "Parts",
    "Split",
    "check",
    "check_apart",
    "random_order",
    "split",
]
