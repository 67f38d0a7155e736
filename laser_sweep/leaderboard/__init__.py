"""The leaderboard: all sweeps below a folder in one table, their stacks, and
their choices on other datasets.

The tables correspond to Tables 1 and 3 of arXiv 2312.13558, for one's own sweeps: model × dataset,
base and chosen on the test part.
"""

from laser_sweep.leaderboard.stacks import StackRow, stack_rows
from laser_sweep.leaderboard.sweep_rows import SweepRow, sweep_rows
from laser_sweep.leaderboard.transfers import Transfer, transfers

__all__ = ["StackRow", "SweepRow", "Transfer", "stack_rows", "sweep_rows", "transfers"]
