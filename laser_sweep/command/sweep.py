"""The sweeps of one command, all of them checked before the first one runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from laser_sweep.cluster import CLUSTERS
from laser_sweep.command.finished import finished
from laser_sweep.config import Config
from laser_sweep.errors import ConfigError
from laser_sweep.terminal import say
from laser_sweep.tracker import check

if TYPE_CHECKING:
    from laser_sweep.plan.plan import Plan


def run(configs: Sequence[Config]) -> int:
    """Check every sweep, then run one after the other, or describe them with `dry_run`.

    Args:
        configs: the configurations of a command's sweeps, one or more.

    Returns:
        The exit status: 1 if a point failed, else 0.

    Raises:
        ConfigError: before anything runs, if one of the sweeps cannot run.
    """
    if configs[0].dry_run:
        say(description(configs))
        return 0
    _check_folders(configs)
    for config in configs:
        check(config.tracker)
    remaining = [config for config in configs if not finished(config)]
    if not remaining:
        return 0
    plans = _plans(remaining)
    return CLUSTERS.load(remaining[0].cluster.name).run(plans)


def description(configs: Sequence[Config]) -> str:
    """The points, done and to do, and the cost of all sweeps; nothing is evaluated or written.

    Args:
        configs: the configurations of a command's sweeps, one or more.

    Raises:
        ConfigError: if one of the sweeps cannot run.
    """
    _check_folders(configs)
    plans = _plans(configs)
    from laser_sweep.command.dry_run import describe

    return "\n\n".join(map(describe, plans))


def _plans(configs: Sequence[Config]) -> list[Plan]:
    """The plans of sweeps that are composed with the same cluster, as those of a command are."""
    # It imports torch and transformers, which takes seconds that a finished command saves.
    from laser_sweep.plan.make import make_plan

    cluster = CLUSTERS.load(configs[0].cluster.name)
    return [make_plan(config, cluster.device(config)) for config in configs]


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
