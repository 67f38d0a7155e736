"""Names of the paper's datasets, and the folder with some rows of each source."""

from __future__ import annotations

from pathlib import Path

from laser_sweep.dataset import DATASETS

FIXTURES = Path(__file__).parents[1] / "fixtures"
BUILT_IN = [name for name in DATASETS.names() if name != "rows"]
