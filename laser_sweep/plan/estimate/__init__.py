"""The estimate of a sweep's time and memory, from the model's shape and the texts' lengths."""

from laser_sweep.plan.estimate._estimate import Estimate, estimate_of
from laser_sweep.plan.estimate._in_words import in_tasks, on_this_machine
from laser_sweep.plan.estimate._memory import Memory
from laser_sweep.plan.estimate._rate import Rate, measured_rate
from laser_sweep.plan.estimate._shape import Layer, Shape
from laser_sweep.plan.estimate._sweep_work import searched_share
from laser_sweep.plan.estimate._texts import Texts
from laser_sweep.plan.estimate._work import Work, decomposition

__all__ = [
    "Estimate",
    "Layer",
    "Memory",
    "Rate",
    "Shape",
    "Texts",
    "Work",
    "decomposition",
    "estimate_of",
    "in_tasks",
    "measured_rate",
    "on_this_machine",
    "searched_share",
]
