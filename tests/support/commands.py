"""Commands in processes of their own: environment, output and result files."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

Command = Callable[..., subprocess.CompletedProcess[str]]

SWEEP_FOLDER = Path("multirun/demo/noisy_facts/rank_reduction")


def environment(folder: Path) -> dict[str, str]:
    """The environment of a command: no network, and no cache of the user's."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("HYDRA")},
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(folder / "hugging-face"),
        "COLUMNS": "120",
    }


def assert_success(result) -> str:
    """The command succeeded; its output."""
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The result files of a sweep's folder."""
    return {path.name: path.read_bytes() for path in (folder / "results").iterdir()}
