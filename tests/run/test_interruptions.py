"""A sweep that is killed again and again ends with the bytes of one that was not."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from pathlib import Path

import pytest
from support.commands import SWEEP_FOLDER, complete_of
from support.forked import Forked
from support.preloaded import forked

KILLS = 20
SWEEP = ("lnum=0..27", "lname=fc_in,fc_out", "rate=5,9.9", "dataset.limit=100")


def start(folder: Path, output: str) -> Forked:
    """Start the sweep in a process of its own."""
    return forked(folder, "laser_sweep", *SWEEP, f"output={output}")


def results_in(folder: Path, output: str) -> dict[str, bytes]:
    """The complete result files of a sweep."""
    return complete_of(folder / output / SWEEP_FOLDER.relative_to("multirun"))


@pytest.mark.slow
def test_twenty_kills_change_no_byte(tmp_path: Path):
    assert start(tmp_path, "whole").wait() == 0
    rng = random.Random(20)
    for _ in range(KILLS):
        process = start(tmp_path, "killed")
        enough = len(results_in(tmp_path, "killed")) + rng.randrange(5)
        while process.poll() is None and len(results_in(tmp_path, "killed")) < enough:
            time.sleep(0.01)
        time.sleep(rng.random() * 0.3)
        process.kill()
        process.wait()
    assert start(tmp_path, "killed").wait() == 0
    whole = results_in(tmp_path, "whole")
    assert results_in(tmp_path, "killed") == whole
    log = tmp_path / "killed" / SWEEP_FOLDER.relative_to("multirun") / "laser_sweep.log"
    computed = Counter(re.findall(r"computing (\S+ on \S+)", log.read_text(errors="replace")))
    assert len(computed) == len(whole) == 1 + 2 * 28 * 2 + 2
    assert sum(computed.values()) - len(computed) <= KILLS, "only what was in flight, again"
