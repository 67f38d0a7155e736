"""Composition of edits: rules that accept an edit of a stack, one module each, named as the
option's value.
"""

from laser_sweep.composition._contract import Rule
from laser_sweep.composition._rules import RULES, check

__all__ = ["RULES", "Rule", "check"]
