"""Composition of edits: rules that accept an edit of a stack, one module each, named as the
option's value.
"""

from laser_sweep.composition._acceptance import RULES, check
from laser_sweep.composition._contract import Rule

__all__ = ["RULES", "Rule", "check"]
