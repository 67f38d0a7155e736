"""Fixtures that run the real commands in a process of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.browser import CHROMIUM
from support.commands import Command, environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Two workers share the cores; threads of torch's own would only wait for each other.
os.environ["OMP_NUM_THREADS"] = "1"
# A shell that runs the tests in the background has them, and the commands they start, ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of many slow tests come first, then large ones: the last one is waited for alone."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    size = Counter(item.path for item in items)
    items.sort(key=lambda item: (-slow[item.path], -size[item.path]))


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser; the module calls `need_browser` first."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
