"""EleutherAI's harness, the package `lm_eval`."""

from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from importlib.metadata import PackageNotFoundError, version

from laser_sweep.errors import ConfigError

EXTRA = "pip install 'laser_sweep[lm-eval]'"
_OLDEST, _TOO_NEW = (0, 4, 9), (0, 6, 0)


def check_installation() -> str:
    """The version of the harness.

    Raises:
        ConfigError: if it is not installed, or its version is not supported.
    """
    try:
        found = version("lm_eval")
    except PackageNotFoundError as error:
        raise ConfigError(
            f"dataset=lm_eval: EleutherAI's harness is not installed; {EXTRA} installs it."
        ) from error
    numbers = tuple(map(int, re.findall(r"\d+", found)[:3]))
    if not _OLDEST <= numbers < _TOO_NEW:
        raise ConfigError(
            f"dataset=lm_eval: lm_eval {found} is installed, expected 0.4.9 or newer, and older "
            f"than 0.6; {EXTRA} installs one."
        )
    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    return found


@contextmanager
def without_bars() -> Iterator[None]:
    """Show the progress bars of the harness and of `datasets` on a terminal alone."""
    if sys.stderr.isatty():
        yield
        return
    with redirect_stderr(io.StringIO()):
        yield
