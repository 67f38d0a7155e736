"""Fixtures that run the commands, and the order of the test files."""

from __future__ import annotations

import gc
import os
import signal
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.browser import CHROMIUM
from support.commands import Command, run_command, run_in_process
from support.preloaded import run_preloaded

from laser_sweep.entry import COLLECTION_THRESHOLDS

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TESTS = Path(__file__).parent

# Two workers share the cores; threads of torch's own would only wait for each other.
os.environ["OMP_NUM_THREADS"] = "1"
# Garbage collection among all objects of torch and transformers took a fifth of the tests' time.
gc.set_threshold(*COLLECTION_THRESHOLDS)
# A shell that runs the tests in the background has them, and the commands they start, ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)


SLOWEST = ("cluster/test_slurm.py", "builtin/test_builtin.py")
"""The files that take longest with slow tests: a cluster makes them wait; one trains a model."""

LONGEST = (
    "command/test_command.py",
    "model/test_families.py",
    "command/test_bad_input.py",
    "command/test_entry.py",
    "cluster/test_cluster.py",
    "model/test_model_command.py",
)
"""The files that take longest, though they have few tests: most start processes."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files by the time they take: the last one runs while other workers are idle.

    Next to the slowest files come those with many slow tests, then the longest of the others, then
    large ones.
    """
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    size = Counter(item.path for item in items)
    slowest, longest = (
        {TESTS / name: place - len(names) for place, name in enumerate(names)}
        for names in (SLOWEST, LONGEST)
    )

    def order(item: pytest.Item) -> tuple[int, int, int, int]:
        path = item.path
        return slowest.get(path, 0), -slow[path], longest.get(path, 0), -size[path]

    items.sort(key=order)


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Runs `python -m MODULE ...` in an empty folder, in a new process."""
    return partial(run_command, tmp_path)


@pytest.fixture
def sweep(command: Command) -> Command:
    """Runs `python -m laser_sweep ...` in an empty folder, in a new process."""
    return partial(command, "laser_sweep")


@pytest.fixture
def preloaded_command(tmp_path: Path) -> Command:
    """Runs `python -m MODULE ...` in an empty folder, forked from a preloaded process."""
    return partial(run_preloaded, tmp_path)


@pytest.fixture
def preloaded_sweep(preloaded_command: Command) -> Command:
    """Runs `python -m laser_sweep ...` in an empty folder, forked from a preloaded process."""
    return partial(preloaded_command, "laser_sweep")


@pytest.fixture
def command_in_process(tmp_path: Path) -> Command:
    """Does what `python -m MODULE ...` does in an empty folder, in the test's process."""
    return partial(run_in_process, tmp_path)


@pytest.fixture
def sweep_in_process(command_in_process: Command) -> Command:
    """Does what `python -m laser_sweep ...` does in an empty folder, in the test's process."""
    return partial(command_in_process, "laser_sweep")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser; the module calls `need_browser` first."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
