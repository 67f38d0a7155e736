"""An edit is accepted if the accuracy rises; if it stays, or there is none, where the log-loss
falls.

The rule takes what chance brings, and often goes on too long.
"""

from __future__ import annotations

from laser_sweep.config import ComposeConfig
from laser_sweep.statistics import Change

OPTIONS: tuple[str, ...] = ()


def accepts(change: Change, options: ComposeConfig) -> bool:
    """Whether the stack keeps the edit."""
    accuracy = change.accuracy or 0.0
    return accuracy > 0 or (accuracy == 0 and change.log_loss < 0)
