"""The status of sweeps: finished, running, failed and missing points, here or on a cluster."""

from laser_sweep.status._history import History
from laser_sweep.status._status import Status, Task, read_status

__all__ = ["History", "Status", "Task", "read_status"]
