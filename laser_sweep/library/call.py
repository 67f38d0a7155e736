"""The functions `sweep` and `dry_run`, whose keyword arguments are the command's options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from laser_sweep.errors import ConfigError
from laser_sweep.library._composing import compose
from laser_sweep.logs import logged_to_terminal
from laser_sweep.run.threads import core_times, settle_threads

if TYPE_CHECKING:
    from laser_sweep.config import Config
    from laser_sweep.library.swept import Sweep


def sweep(*, config_dir: str | Path | None = None, **options: object) -> Sweep:
    """Run one sweep, from its options to its report, as the command does.

    It prints what the command prints. What is stored already is not computed again. If a point
    fails, the others are evaluated all the same, the log has the error, and `is_complete` of the
    result is false. Ctrl-C raises `KeyboardInterrupt`; all finished work is kept.

    Args:
        config_dir: a folder of your own YAML files.
        options: the options of the command by their names. An axis takes a number, a text in the
            command's notation, or an iterable of these, such as a range. A group, such as `model`
            or `dataset`, takes the name of a YAML file, or a mapping of options. In the mapping,
            the key with the group's own name names the YAML file that the other options are laid
            over; without this key it is the file that the command has without one.

    Returns:
        The sweep, from whose folder the figures are read.

    Raises:
        ConfigError: before any work, if an option is unknown or has a wrong value.
        OSError: if the disk is full, or a file cannot be written.

    Example:
        >>> from laser_sweep import sweep
        >>> found = sweep(lname="fc_in", lnum=range(26, 28), rho=[0.01, 0.5])
        >>> found.verdict.kind
        'better'
        >>> mine = {"dataset": "rows", "path": "questions.jsonl", "choices": ["yes", "no"]}
        >>> found = sweep(model={"path": "gpt2"}, dataset=mine, search="gradient")
    """
    config = _compose(options, config_dir)
    if config.dry_run:
        raise ConfigError(
            "dry_run=True: sweep runs a sweep. laser_sweep.dry_run describes it, with the same "
            "options."
        )
    from laser_sweep.command.sweep import run
    from laser_sweep.library.swept import Sweep

    with logged_to_terminal():
        run([config])
    return Sweep(config.folder)


def dry_run(*, config_dir: str | Path | None = None, **options: object) -> str:
    """The points of a sweep, done and to do, and their cost; nothing is evaluated or written.

    Args:
        config_dir: a folder of your own YAML files.
        options: the options of `sweep`.

    Returns:
        The text that the command prints with `dry_run=true`.

    Raises:
        ConfigError: if an option is unknown or has a wrong value.

    Example:
        >>> print(laser_sweep.dry_run(lnum="all", search="gradient"))
    """
    config = _compose(options, config_dir)
    from laser_sweep.command.sweep import description

    with logged_to_terminal():
        return description([config])


def _compose(options: dict[str, object], config_dir: str | Path | None) -> Config:
    """The configuration; afterwards torch may be imported, with the threads that it asks for."""
    started = core_times()
    config = compose(options, config_dir)
    settle_threads(config.threads, started)
    return config
