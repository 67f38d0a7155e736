"""Fixtures that run the real commands in a process of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

# Two workers share the cores; threads of torch's own would only wait for each other.
os.environ["OMP_NUM_THREADS"] = "1"
# A shell that runs the tests in the background has them, and the commands they start, ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)

Command = Callable[..., subprocess.CompletedProcess[str]]

SWEEP_FOLDER = Path("multirun/demo/noisy_facts/rank_reduction")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of many slow tests come first, then large ones: the last one is waited for alone."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    size = Counter(item.path for item in items)
    items.sort(key=lambda item: (-slow[item.path], -size[item.path]))


def environment(folder: Path) -> dict[str, str]:
    """No network, no cache of the user's, one thread: what a test can rely on anywhere."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("HYDRA")},
        "HF_HUB_OFFLINE": "1",
        "HF_HOME": str(folder / "hugging-face"),
        "COLUMNS": "120",
    }


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Runs `python -m MODULE ...` in an empty folder."""

    def run(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, *map(str, arguments)],
            cwd=tmp_path,
            env=environment(tmp_path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run


@pytest.fixture
def sweep(command: Command) -> Command:
    """Runs `python -m laser_sweep ...` in an empty folder."""

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return command("laser_sweep", *arguments)

    return run
