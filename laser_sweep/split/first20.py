"""The paper's split: the first 20 % of the examples, in dataset order, validate; the rest test."""

from __future__ import annotations

from laser_sweep.split.fraction import FILLED, OPTIONS, parts

__all__ = ["FILLED", "OPTIONS", "parts"]
