"""The threads of a command: the free cores that it may use, unless the user said otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support.commands import environment

from laser_sweep.run import threads


@pytest.fixture
def cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight cores, no quota, no SLURM."""
    monkeypatch.setattr(threads, "_cores_allowed", lambda: set(range(8)))
    monkeypatch.setattr(threads, "_CGROUPS", Path("/nowhere"))
    monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)


def stat(path: Path, busy: dict[int, int]) -> None:
    """A `/proc/stat` in which some cores were busy for some ticks of a hundred; then nothing."""
    lines = [
        f"cpu{core} {busy.get(core, 0)} 0 0 {100 - busy.get(core, 0)} 0 0 0 0 7 7"
        for core in range(8)
    ]
    path.write_text("\n".join(["cpu  1 2 3 4 5 6 7 8 9 10", *lines, "intr 1 2 3"]))


@pytest.mark.parametrize(
    ("busy", "free"),
    [({}, 8), ({0: 100}, 7), ({0: 100, 1: 90, 5: 30}, 6), (dict.fromkeys(range(8), 100), 1)],
)
def test_cores_that_others_use_are_not_free(busy, free, cores, monkeypatch, tmp_path: Path):
    path = tmp_path / "stat"
    path.write_text("\n".join(f"cpu{core} 0 0 0 0 0 0 0 0" for core in range(8)))
    monkeypatch.setattr(threads, "_STAT", path)
    monkeypatch.setattr(threads.time, "process_time", lambda: 0.0)
    before = threads.core_times()
    stat(path, busy)
    assert threads.free_cores(before) == free


def test_what_the_command_used_itself_is_free(cores, monkeypatch, tmp_path: Path):
    path = tmp_path / "stat"
    stat(path, {})
    monkeypatch.setattr(threads, "_STAT", path)
    before = threads.core_times()
    path.write_text(path.read_text().replace("cpu3 0 0 0 100", "cpu3 200 0 0 100"))
    second = threads.CoreTimes(threads.core_times().cores, before.own + 1, before.moment + 1)
    monkeypatch.setattr(threads, "core_times", lambda: second)
    assert threads.free_cores(before) == 8
    monkeypatch.setattr(threads, "core_times", lambda: replace(second, own=before.own))
    assert threads.free_cores(before) == 7


def test_a_job_of_slurm_has_the_cores_that_it_asked_for(cores, monkeypatch):
    assert threads.usable_cores() == 8
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "3")
    assert threads.usable_cores() == 3
    monkeypatch.setattr(threads, "_cores_allowed", lambda: {4, 6})
    assert threads.usable_cores() == 2


@pytest.mark.parametrize(
    ("files", "membership", "quota"),
    [
        ({"a/cpu.max": "150000 100000"}, "0::/a/b", 1.5),
        ({"cpu.max": "max 100000", "a/b/cpu.max": "400000 100000"}, "0::/a/b", 4),
        ({"cpu.max": "200000 100000"}, "0::/../../of/the/host", 2),
        ({"a/cpu.max": "max 100000"}, "0::/a", float("inf")),
        (
            {"cpu/a/cpu.cfs_quota_us": "50000", "cpu/a/cpu.cfs_period_us": "100000"},
            "4:cpu,cpuacct:/a",
            0.5,
        ),
        (
            {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"},
            "4:cpu:/",
            float("inf"),
        ),
        ({}, "", float("inf")),
    ],
)
def test_the_quota_of_a_container_is_seen(files, membership, quota, tmp_path: Path):
    for name, text in files.items():
        (tmp_path / "groups" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "groups" / name).write_text(text)
    (tmp_path / "membership").write_text(membership)
    assert threads._quota(tmp_path / "groups", tmp_path / "membership") == quota


@pytest.mark.parametrize(
    ("given", "variables", "expected"),
    [("1", {}, "1"), ("None", {"OMP_NUM_THREADS": "1"}, "1"), ("None", {}, None)],
)
def test_torch_takes_what_was_settled(given, variables, expected, tmp_path: Path):
    inherited = {
        name: value for name, value in environment(tmp_path).items() if "NUM_THREADS" not in name
    }
    code = (
        "from laser_sweep.run.threads import core_times, settle_threads, usable_cores; "
        f"settle_threads({given}, core_times()); "
        "import os, torch; n = torch.get_num_threads(); assert 1 <= n <= usable_cores(); "
        "print(n, os.environ['GOMP_SPINCOUNT'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**inherited, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    threads_of_torch, spin = done.stdout.split()
    assert spin == threads.SPIN["GOMP_SPINCOUNT"]
    assert expected in (None, threads_of_torch)


def test_what_the_user_set_stays(monkeypatch):
    monkeypatch.setattr(threads.sys, "modules", {})
    monkeypatch.setattr(os, "environ", {"OMP_NUM_THREADS": "5", "OMP_WAIT_POLICY": "ACTIVE"})
    threads.settle_threads(None, threads.core_times())
    assert os.environ == {"OMP_NUM_THREADS": "5", "OMP_WAIT_POLICY": "ACTIVE"}
    assert threads.job_threads(None) is None
    assert threads.job_threads(2) == 2
