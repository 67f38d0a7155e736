"""The status of a sweep on this machine, while it runs and after it has ended in any way."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.commands import SWEEP_FOLDER, Command
from support.configs import composed
from support.preloaded import forked

from laser_sweep.errors import ConfigError
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.run.execute import execute
from laser_sweep.run.worker import Worker
from laser_sweep.status import read_status
from laser_sweep.status._lines import lines
from laser_sweep.store.events import Journal
from laser_sweep.store.paths import Paths

SMALL = ("lname=fc_in", "lnum=26..27", "rho=[0.1,0.5]", "dataset.limit=100")


def planned(folder: Path) -> Plan:
    return make_plan(composed(*SMALL, f"output={folder}"))


def said(folder: Path) -> str:
    return "\n".join(lines(read_status(folder)))


def test_a_sweep_is_seen_while_it_runs_and_when_it_was_killed(command: Command, tmp_path: Path):
    options = ["lname=fc_in,fc_out", "lnum=0..27", "rate=1,5,9.9"]
    process = forked(tmp_path, "laser_sweep", *options)
    folder = tmp_path / SWEEP_FOLDER
    try:
        seen = ""
        while not (found := re.search(r"^\S+:\d+: computing (\S+) on 354 examples", seen, re.M)):
            assert process.poll() is None
            time.sleep(0.05)
            seen = said(folder) if Paths(folder).events.exists() else ""
        assert re.search(r"169 points: \d+ done, 1 running, 0 failed, \d+ missing", seen)
        assert f":{process.pid}: " in seen
        assert found[1] in read_status(folder).points
    finally:
        process.kill()
        process.wait()
    after = command("laser_sweep.status").stdout
    assert ", 0 running, 0 failed, " in after
    assert "The last command was killed; the same command continues." in after


def test_the_log_may_say_anything(tmp_path: Path):
    plan = planned(tmp_path)
    assert execute(plan) == 0
    folder = plan.store.folder
    before = said(folder)
    assert "5 points: 5 done, 0 running, 0 failed, 0 missing\nReport: " in before
    plan.store.paths.log.write_text("2026-01-01 00:00:00,000 ERROR base on 5 examples failed: no\n")
    assert said(folder) == before


def test_failures_are_told_until_the_point_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plan = planned(tmp_path)
    outcomes = Worker._outcomes

    def failing(self: Worker, edits: dict, examples: object) -> object:
        if any(matrix.lnum == 26 for matrix in edits):
            raise ValueError("out of luck")
        return outcomes(self, edits, examples)

    monkeypatch.setattr(Worker, "_outcomes", failing)
    assert execute(plan) == 1
    text = said(plan.store.folder)
    assert "5 points: 3 done, 0 running, 2 failed, 0 missing" in text
    assert text.count("failed: ValueError: out of luck") == 2
    assert '    raise ValueError("out of luck")' not in text or "ValueError: out of luck" in text
    monkeypatch.setattr(Worker, "_outcomes", outcomes)
    assert execute(plan) == 0
    assert "5 points: 5 done, 0 running, 0 failed, 0 missing" in said(plan.store.folder)


def test_what_ended_the_last_command_is_told(tmp_path: Path):
    plan = planned(tmp_path)
    plan.store.open(command_of(plan))
    journal = Journal(plan.store.paths.events)
    with journal:
        journal.computing("base", 20)
    with pytest.raises(KeyboardInterrupt), journal:
        raise KeyboardInterrupt
    assert "The last command ended with KeyboardInterrupt" in said(plan.store.folder)
    assert read_status(plan.store.folder).running == []
    with Journal(plan.store.paths.events):
        text = said(plan.store.folder)
        assert "between two points" in text
        assert "KeyboardInterrupt" not in text


def test_a_command_that_was_killed_is_forgotten_when_the_next_one_ends(tmp_path: Path):
    plan = planned(tmp_path)
    plan.store.open(command_of(plan))
    child = os.fork()
    if child == 0:
        with Journal(plan.store.paths.events) as journal:
            journal.computing("base", 20)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert "The last command was killed" in said(plan.store.folder)
    with Journal(plan.store.paths.events):
        text = said(plan.store.folder)
        assert f":{child}: " not in text
        assert ", 0 running, 0 failed, " in text
    assert execute(plan) == 0
    assert "The last command was killed" not in said(plan.store.folder)


def test_a_folder_without_a_sweep_is_told(tmp_path: Path, preloaded_command: Command):
    with pytest.raises(ConfigError, match=r"has no sweep\.json"):
        read_status(tmp_path)
    result = preloaded_command("laser_sweep.status", tmp_path)
    assert result.returncode == 1
    assert result.stderr == (
        f"laser_sweep.status: {tmp_path} has no sweep: expected a sweep's folder, or a folder with "
        "sweeps below it.\n"
    )


def test_status_does_not_wait_for_torch(command: Command, tmp_path: Path):
    script = "import laser_sweep.status.__main__, sys; print('torch' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"
