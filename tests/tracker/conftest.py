"""Stores of trackers in the test's folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from support.tracker_stores import close_stores, variables
from support.written_sweeps import BASE, GOOD, make_store, remake, write, write_grid


@pytest.fixture(autouse=True)
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of every tracker's store and the working folder; no process is left in the end."""
    for name, value in variables(tmp_path).items():
        monkeypatch.setenv(name, value)
    for name in ("TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL", "WANDB_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    close_stores()
    assert not left_processes(f"TRACKIO_DIR={tmp_path}/".encode())


def left_processes(variable: bytes) -> list[str]:
    """The other processes whose environment has a variable of the test's, such as a service."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if variable in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
    return found


@pytest.fixture(scope="package")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sweep of three edits with its report; GOOD is chosen and tested."""
    store = make_store(tmp_path_factory.mktemp("reported"))
    write_grid(store)
    write(store, BASE, "test", "1010101010", 2.0)
    write(store, GOOD, "test", "1111111010", 1.0)
    remake(store.folder)
    return store.folder
