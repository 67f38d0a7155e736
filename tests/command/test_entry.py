"""Every command ends in the same way: with one line for a mistake, and for Ctrl-C."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.commands import Command, environment

COMMANDS = {
    "laser_sweep": ["dry_run=true"],
    "laser_sweep.report": ["."],
    "laser_sweep.status": [],
    "laser_sweep.leaderboard": [],
    "laser_sweep.export": [".", "--to", "there"],
    "laser_sweep.model": ["gpt2"],
    "laser_sweep.dataset": ["noisy_facts"],
}

# Python imports this module at its start. Within a command, it presses Ctrl-C.
INTERRUPTING = """
import os, signal
import laser_sweep.entry

signal.signal(signal.SIGINT, signal.default_int_handler)
original = laser_sweep.entry.entry

def entry(name, command, *args, **kwargs):
    def interrupted():
        os.kill(os.getpid(), signal.SIGINT)
        return command()
    original(name, interrupted, *args, **kwargs)

laser_sweep.entry.entry = entry
"""


def run(module: str, arguments: list[str], folder: Path, **variables: str) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={**environment(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stderr


@pytest.mark.parametrize("module", COMMANDS)
def test_ctrl_c_ends_in_one_line(module: str, tmp_path: Path):
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTING)
    status, error = run(module, COMMANDS[module], tmp_path, PYTHONPATH=str(tmp_path))
    assert status == 130
    assert error.startswith(f"{module}: interrupted")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        ("laser_sweep", ["cluster.name=packing"]),
        ("laser_sweep.report", ["nowhere"]),
        ("laser_sweep.status", ["nowhere"]),
        ("laser_sweep.leaderboard", ["nowhere"]),
        ("laser_sweep.export", ["nowhere", "--to", "there"]),
        ("laser_sweep.model", ["./nowhere"]),
        ("laser_sweep.dataset", ["noisy_fact"]),
        ("laser_sweep.dataset", ["noisy_facts,clean_facts"]),
    ],
)
def test_a_mistake_ends_in_one_line(module: str, arguments: list[str], tmp_path: Path):
    status, error = run(module, arguments, tmp_path)
    assert status == 1
    assert error.startswith(f"{module}: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("cluster.name=packing", "Unknown cluster 'packing'. Available: local, slurm."),
        ("cluster.name=_task", "Unknown cluster '_task'. Available: local, slurm."),
        ("cluster.name=slum", "Unknown cluster 'slum'. Did you mean 'slurm'? Available:"),
        ("selection=acuracy", "Unknown selection 'acuracy'. Did you mean 'accuracy'? Available:"),
        ("selection=_rules", "Unknown selection '_rules'. Available: accuracy, f1, log_loss,"),
        ("split.name=kfolds", "Unknown split 'kfolds'. Did you mean 'kfold'? Available: all,"),
        (
            "intervention.kind=prunning",
            "Unknown intervention 'prunning'. Did you mean 'pruning'? Available: pruning,",
        ),
        (
            "dataset.reader=fevers",
            "Unknown dataset.reader 'fevers'. Did you mean 'fever'? Available:",
        ),
        ("model=gptjj", "Unknown model 'gptjj'. Did you mean 'gptj'"),
        ("split=first2", "Unknown split 'first2'. Did you mean 'first20'"),
    ],
)
def test_a_typo_in_a_groups_value_names_the_values(
    override: str, expected: str, sweep_in_process: Command
):
    result = sweep_in_process(override, "dry_run=true")
    assert result.returncode == 1
    assert result.stderr.startswith(f"laser_sweep: {expected}")
    assert result.stderr.count("\n") == 1
