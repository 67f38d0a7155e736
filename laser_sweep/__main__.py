"""The command `python -m laser_sweep -m lnum=0..27 rate=1,5,9.9`."""

from __future__ import annotations

import sys

from laser_sweep.command.configurations import configurations
from laser_sweep.entry import entry
from laser_sweep.run.threads import core_times, settle_threads


def main() -> None:
    """Compose and check every sweep of the command line, run the sweeps, report."""
    entry(
        "laser_sweep",
        _run,
        interrupted="all finished work is kept, and the same command continues",
    )


def _run() -> int:
    started = core_times()
    configs = configurations(sys.argv[1:])
    if not configs:  # Hydra has answered --help, --cfg and the like
        return 0
    settle_threads(configs[0].threads, started)
    from laser_sweep.command.sweep import run  # imports torch, which --help should not wait for

    return run(configs)


if __name__ == "__main__":
    main()
