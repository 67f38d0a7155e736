"""The commands of the documents, run as a reader would, but for the time of their imports."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from . import forked
from .commands import environment
from .preloaded import interpreter

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(document: str) -> list[tuple[str, str]]:
    """The blocks of a document, each with its kind: bash, python or text."""
    return re.findall(r"```(bash|python|text)\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)


def run(kind: str, text: str, folder: Path, *, anew: bool = False) -> str:
    """Run a block in a folder; its output.

    Args:
        kind: bash or python.
        text: the block.
        folder: the working directory.
        anew: whether each `python -m` of a shell is a new process, and not one that is forked.
    """
    shell = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}[kind]
    path = f"{Path(sys.executable).parent}:{environment(folder)['PATH']}"
    with TemporaryDirectory() as stand_in:
        connections = [] if anew or kind == "python" else [_stand_in_for_python(Path(stand_in))]
        result = subprocess.run(
            [*shell, text],
            cwd=folder,
            env={**environment(folder), "PATH": f"{stand_in}:{path}"},
            pass_fds=connections,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
    assert result.returncode == 0, text + result.stdout + result.stderr
    return result.stdout


def _stand_in_for_python(folder: Path) -> int:
    """Write a program `python` that has commands forked; the connection that it inherits."""
    connection = interpreter().fileno()
    program = f"{sys.executable} -PSE {forked.__file__} {connection}"
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {program} "$@"\n')
    python.chmod(0o755)
    return connection
