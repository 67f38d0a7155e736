"""An empty folder to call the library in."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import environment
from support.saved_models import save_tiny


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of the test, empty, and without a network."""
    monkeypatch.chdir(tmp_path)
    for name in ("HF_HUB_OFFLINE", "HF_HOME"):
        monkeypatch.setenv(name, environment(tmp_path)[name])
    return tmp_path


@pytest.fixture
def tiny(here: Path) -> Path:
    """The working folder with a model `tiny` and rows `rows.jsonl`."""
    save_tiny(here)
    return here
