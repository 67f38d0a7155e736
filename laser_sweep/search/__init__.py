"""Strategies of search: which points are evaluated, and on which validation examples, one module
each, named as the option's value.
"""

from laser_sweep.search._audit import audit_size, audited
from laser_sweep.search._candidates import composition_key
from laser_sweep.search._contract import Round, Size, Strategy
from laser_sweep.search._evidence import Evidence, Space, validation_space
from laser_sweep.search._strategies import (
    STRATEGIES,
    asked,
    check,
    loss_of,
    ranked_examples,
    ranking_of,
    started,
)

__all__ = [
    "STRATEGIES",
    "Evidence",
    "Round",
    "Size",
    "Space",
    "Strategy",
    "asked",
    "audit_size",
    "audited",
    "check",
    "composition_key",
    "loss_of",
    "ranked_examples",
    "ranking_of",
    "started",
    "validation_space",
]
