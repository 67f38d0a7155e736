"""SLURM's notations of times, and of the lines and options that submitit takes as lists."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Mapping

from laser_sweep.errors import ConfigError

_TIME = re.compile(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?")
_FLAG = re.compile(r"--([A-Za-z][\w-]*)(?:=(.*))?", re.DOTALL)


def minutes(option: str, written: object) -> int:
    """A time limit in minutes, seconds rounded up: a whole number, or one of SLURM's notations.

    Raises:
        ConfigError: if it is neither.
    """
    if isinstance(written, int) and not isinstance(written, bool):
        return written
    if (found := _TIME.fullmatch(str(written).strip())) is None:
        raise ConfigError(
            f"{option}={written!r}: expected minutes, or one of SLURM's notations: "
            "minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes or "
            "days-hours:minutes:seconds."
        )
    days, *parts = found.groups()
    times = [int(part) for part in parts if part is not None]
    if days is not None or len(times) == 3:
        hours, further, seconds = (*times, 0, 0)[:3]
        return (24 * int(days or 0) + hours) * 60 + further + math.ceil(seconds / 60)
    return times[0] + math.ceil(sum(times[1:]) / 60)


def lines(option: str, written: object) -> list[str]:
    """Lines of a script: a list of texts, or one text.

    Raises:
        ConfigError: if there is something else in the list.
    """
    if isinstance(written, str):
        return written.splitlines()
    return _texts(option, written, "lines, such as ['module load cuda']")


def arguments(option: str, written: object) -> list[str]:
    """Arguments of a command: a list of texts, or one text that is divided as in a shell.

    Raises:
        ConfigError: if there is something else in the list, or a quote is not closed.
    """
    if isinstance(written, str):
        return _divided(option, written)
    return _texts(option, written, "arguments, such as [--mpi=none]")


def further(option: str, written: object) -> dict[str, object]:
    """Further options of sbatch: by name, or as on its command line, `--reservation=ours`.

    Raises:
        ConfigError: if they are neither.
    """
    if isinstance(written, Mapping):
        return {str(name): value for name, value in written.items()}
    found = [_FLAG.fullmatch(each) for each in arguments(option, written)]
    if not all(found):
        raise ConfigError(
            f"{option}={written!r}: expected options by their long names, such as "
            "{reservation: ours} or '--reservation=ours'."
        )
    return {flag[1]: True if flag[2] is None else flag[2] for flag in found if flag}


def joined(option: str, written: object) -> object:
    """The value of any other option of sbatch; a list is joined by commas, as SLURM has it.

    Raises:
        ConfigError: if it is a mapping, or a list of something else than texts.
    """
    if isinstance(written, Mapping | list | tuple):
        return ",".join(_texts(option, written, "a text or a number"))
    return written


def _divided(option: str, written: str) -> list[str]:
    try:
        return shlex.split(written)
    except ValueError as error:
        raise ConfigError(f"{option}={written!r}: {error}.") from error


def _texts(option: str, written: object, expected: str) -> list[str]:
    """The items of a list as texts; numbers may be among them, as YAML reads them."""
    given = written if isinstance(written, list | tuple) else [None]
    if any(isinstance(each, bool) or not isinstance(each, str | int | float) for each in given):
        raise ConfigError(f"{option}={written!r}: expected {expected}.")
    return [str(each) for each in given]
