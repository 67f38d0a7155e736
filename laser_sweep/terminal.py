"""Standard output of the commands."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tqdm import tqdm


def say(text: str) -> None:
    """Write to standard output; a reader that has closed the pipe does not stop a sweep."""
    if sys.stdout is None:  # the program was started with its output closed
        return
    try:
        tqdm.write(text, file=sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        # Otherwise the interpreter would write once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def near(path: Path) -> Path:
    """A path relative to the working folder, if it lies below that folder."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
