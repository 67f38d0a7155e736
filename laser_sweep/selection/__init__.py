"""Selection rules: which point to choose by validation figures, one module each, named as the
option's value.
"""

from laser_sweep.selection._contract import Rule, RuleWithFigures
from laser_sweep.selection._picks import Pick, Picker, whole_parts
from laser_sweep.selection._rules import (
    BY_ACCURACY,
    RULES,
    candidates,
    check,
    measure,
    point_table,
    select,
    why_base,
)
from laser_sweep.selection._summary import POINT_COLUMNS, summarize

__all__ = [
    "BY_ACCURACY",
    "POINT_COLUMNS",
    "RULES",
    "Pick",
    "Picker",
    "Rule",
    "RuleWithFigures",
    "candidates",
    "check",
    "measure",
    "point_table",
    "select",
    "summarize",
    "whole_parts",
    "why_base",
]
