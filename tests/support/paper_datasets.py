"""Names of the paper's datasets, and the folder with some rows of each source."""

from __future__ import annotations

from pathlib import Path

import laser_sweep.dataset
from laser_sweep import plugin

FIXTURES = Path(__file__).parents[1] / "fixtures"
BUILT_IN = [name for name in plugin.names(laser_sweep.dataset) if name != "rows"]
