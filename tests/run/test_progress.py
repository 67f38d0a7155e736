"""The lines of the log that tell how far a sweep is."""

from __future__ import annotations

import logging

import pytest

from laser_sweep.run import progress
from laser_sweep.run.progress import ProgressLines


class Kept(logging.Handler):
    """Keeps the messages."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.mark.parametrize("hidden", [True, False])
def test_a_log_without_a_bar_has_a_line_a_minute(hidden: bool, monkeypatch: pytest.MonkeyPatch):
    seconds, kept = 0.0, Kept()
    # Not the package's logger, whose handlers belong to whatever ran before in this process.
    own = logging.Logger("own")
    own.addHandler(kept)
    monkeypatch.setattr(progress, "log", own)
    monkeypatch.setattr(progress.time, "monotonic", lambda: seconds)
    lines = ProgressLines(100, hidden=hidden)
    for _ in range(100):
        seconds += 7.0
        lines.update()
    told = [
        "9 of 100 points, about 11 min left",
        "18 of 100 points, about 10 min left",
        "27 of 100 points, about 9 min left",
    ]
    assert kept.messages[:3] == (told if hidden else [])
    assert len(kept.messages) == (11 if hidden else 0)
