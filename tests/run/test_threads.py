"""The threads of a command: the free cores that it may use, unless the user said otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
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
    stat(path, {})
    path.write_text("\n".join(f"cpu{core} 0 0 0 0 0 0 0 0" for core in range(8)))
    monkeypatch.setattr(threads, "_STAT", path)
    monkeypatch.setattr(threads.time, "sleep", lambda _: stat(path, busy))
    assert threads.free_cores() == free


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
        f"from laser_sweep.run.threads import settle_threads as s, usable_cores as u; s({given}); "
        "import os, torch; n = torch.get_num_threads(); assert 1 <= n <= u(); "
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
    threads.settle_threads(None)
    assert os.environ == {"OMP_NUM_THREADS": "5", "OMP_WAIT_POLICY": "ACTIVE"}
    assert threads.job_threads(None) is None
    assert threads.job_threads(2) == 2
