"""The page of a benchmark: its command, the machine and a table."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from _processes import machine
from tabulate import tabulate


def command_line() -> str:
    """The command of this benchmark, as a user types it."""
    return shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]])


def write_page(
    path: Path, command: str, headers: Sequence[str], lines: Sequence[Sequence[str]], *about: str
) -> None:
    """Write a page to a file and to standard output.

    Args:
        path: the file.
        command: the command.
        headers: the headers of the table.
        lines: the lines of the table.
        about: further facts, beside the machine.
    """
    table = tabulate(lines, headers, tablefmt="github", disable_numparse=True)
    text = f"`{command}`\n\n{'; '.join((machine(), *about))}.\n\n{table}\n"
    path.write_text(text)
    print(text)
