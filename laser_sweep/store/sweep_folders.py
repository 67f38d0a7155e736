"""The folders of sweeps below a folder."""

from __future__ import annotations

from pathlib import Path

from laser_sweep.config import ALSO
from laser_sweep.errors import ConfigError
from laser_sweep.store.paths import Paths


def find_sweeps(folder: Path) -> list[Path]:
    """The sweeps' folders at or below a folder, in order.

    Results on further datasets, in a sweep's folder, are part of the sweep.

    Raises:
        ConfigError: if there is none.
    """
    name = Paths(folder).record.name
    files = sorted(folder.rglob(name)) if folder.is_dir() else []
    found = [path.parent for path in files if not _is_part_of_sweep(path)]
    if not found:
        raise ConfigError(
            f"{folder} has no sweep: expected a sweep's folder, or a folder with sweeps below it."
        )
    return found


def _is_part_of_sweep(record: Path) -> bool:
    """Whether a record is that of results on a further dataset, below a sweep's folder."""
    above = (folder.parent for folder in record.parents if folder.name == ALSO)
    return any(Paths(folder).record.is_file() for folder in above)
