"""The commands of the documents, run as a reader would."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from .commands import environment

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(document: str) -> list[tuple[str, str]]:
    """The blocks of a document, each with its kind: bash, python or text."""
    return re.findall(r"```(bash|python|text)\n(.*?)```", (ROOT / document).read_text(), re.DOTALL)


def run(kind: str, text: str, folder: Path) -> str:
    """Run a block in a folder; its output."""
    shell = {"bash": ["bash", "-euo", "pipefail", "-c"], "python": [sys.executable, "-c"]}[kind]
    path = f"{Path(sys.executable).parent}:{environment(folder)['PATH']}"
    result = subprocess.run(
        [*shell, text],
        cwd=folder,
        env={**environment(folder), "PATH": path},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert result.returncode == 0, text + result.stdout + result.stderr
    return result.stdout
