"""The sweeps of one command, all of them checked before the first one runs."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.cluster import CLUSTERS
from laser_sweep.command.finished import finished
from laser_sweep.config import Config
from laser_sweep.errors import ConfigError
from laser_sweep.terminal import say
from laser_sweep.tracker import check


def run(configs: Sequence[Config]) -> int:
    """Check every sweep of a command, then run one after the other.

    Returns:
        The exit status: 1 if a point failed, else 0.

    Raises:
        ConfigError: before anything runs, if one of the sweeps cannot run.
    """
    _check_folders(configs)
    for config in configs:
        check(config.tracker)
    dry_run = configs[0].dry_run
    remaining = [config for config in configs if dry_run or not finished(config)]
    if not remaining:
        return 0
    # These import torch and transformers, which takes seconds that a finished command saves.
    from laser_sweep.command.dry_run import describe
    from laser_sweep.plan.make import make_plan

    # All sweeps of a command are composed with the same cluster.
    cluster = CLUSTERS.load(remaining[0].cluster.name)
    plans = [make_plan(config, cluster.device(config)) for config in remaining]
    if dry_run:
        say("\n\n".join(map(describe, plans)))
        return 0
    return cluster.run(plans)


def _check_folders(configs: Sequence[Config]) -> None:
    """Check that no two sweeps of a command write their reports into the same folder."""
    folders = [config.folder for config in configs]
    for folder in folders:
        if folders.count(folder) > 1:
            raise ConfigError(
                f"{folders.count(folder)} of the command's sweeps have the folder {folder}: "
                "give each a model.name, dataset.name or output of its own. "
                "(The values of an axis make one sweep: lnum=0,1,2 or 0..2.)"
            )
