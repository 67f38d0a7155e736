"""The wheel, in an environment of its own and away from the checkout, runs the same sweep."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest
from support.commands import environment
from support.documents import ROOT

SWEEP = ("-m", "lnum=26..27", "rate=5,9.9", "lname=fc_in", "dataset.limit=100")


def run(folder: Path, *command: object) -> str:
    """Run a command in a folder that is not the checkout; its output."""
    result = subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.slow
def test_the_wheel_runs_the_same_sweep(tmp_path: Path):
    # Without naming one, build makes the wheel from the source distribution: both are tried.
    run(ROOT, sys.executable, "-m", "build", "--no-isolation", "--outdir", tmp_path / "dist")
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    bin = tmp_path / "venv" / "bin"
    lock = ROOT / "requirements.lock"
    run(tmp_path, bin / "pip", "install", "--quiet", "--constraint", lock, wheel)
    assert "rank_reduction" in run(tmp_path, bin / "laser-sweep", "--help")
    run(tmp_path, bin / "laser-sweep", *SWEEP, "output=wheel")
    run(tmp_path, sys.executable, "-m", "laser_sweep", *SWEEP, "output=checkout")
    grids = [
        (tmp_path / output / "demo/noisy_facts/rank_reduction/grid.csv").read_text()
        for output in ("wheel", "checkout")
    ]
    assert grids[0] == grids[1]
