"""Every command ends in the same way: with one line for a mistake, and for Ctrl-C."""

from __future__ import annotations

import pytest
from support.commands import Command, assert_one_line

COMMANDS = {
    "laser_sweep": ["dry_run=true"],
    "laser_sweep.report": ["."],
    "laser_sweep.status": [],
    "laser_sweep.leaderboard": [],
    "laser_sweep.export": [".", "--to", "there"],
    "laser_sweep.model": ["gpt2"],
    "laser_sweep.dataset": ["noisy_facts"],
}


@pytest.mark.parametrize("module", COMMANDS)
def test_ctrl_c_ends_in_one_line(module: str, preloaded_command: Command):
    result = preloaded_command("support.interrupted", module, *COMMANDS[module])
    assert result.returncode == 130
    assert result.stderr.startswith(f"{module}: interrupted")
    assert result.stderr.count("\n") == 1


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
def test_a_mistake_ends_in_one_line(module: str, arguments: list[str], preloaded_command: Command):
    result = preloaded_command(module, *arguments)
    assert_one_line(result)
    assert result.stderr.startswith(f"{module}: ")


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
