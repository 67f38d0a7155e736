"""The lines of the log that tell how far a sweep is."""

from __future__ import annotations

import logging

import pytest

from laser_sweep.run import progress
from laser_sweep.run.progress import ProgressLines


@pytest.mark.parametrize("hidden", [True, False])
def test_a_log_without_a_bar_has_a_line_a_minute(
    hidden: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    seconds = 0.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: seconds)
    caplog.set_level(logging.INFO, "laser_sweep")
    monkeypatch.setattr(logging.getLogger("laser_sweep"), "propagate", True)
    lines = ProgressLines(100, hidden=hidden)
    for _ in range(100):
        seconds += 7.0
        lines.update()
    told = [
        "9 of 100 points, about 11 min left",
        "18 of 100 points, about 10 min left",
        "27 of 100 points, about 9 min left",
    ]
    assert [record.message for record in caplog.records][:3] == (told if hidden else [])
    assert len(caplog.records) == (11 if hidden else 0)
