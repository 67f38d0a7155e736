"""Standard output of the commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tqdm import tqdm


def say(text: str) -> None:
    """Write to standard output; a reader that has gone away is no reason to stop a sweep."""
    if sys.stdout is None:  # started with its output closed
        return
    try:
        tqdm.write(text, file=sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        # Otherwise the interpreter would try once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def near(path: Path) -> Path:
    """A path as one would type it from where the command runs."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
