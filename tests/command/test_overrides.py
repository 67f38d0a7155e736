"""Options of Hydra's own: those that work do, and the others are one line with what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import SWEEP_FOLDER, Command, assert_one_line, assert_success

DRY = ("lnum=27", "rate=1", "dry_run=true")

REFUSED = {
    "hydra.sweep.dir=X": ["hydra.sweep.dir=X", "expected output=X"],
    "hydra.run.dir=X": ["hydra.run.dir=X", "expected output=X"],
    "~hydra.sweep.dir": ["expected output="],
    "++hydra.sweep.dir=X": ["expected output=X"],
    "hydra.sweep.subdir=X": ["model.name", "dataset.name"],
    "hydra.output_subdir=X": ["output=FOLDER"],
    "hydra.job.chdir=true": ["folder of the command", "output=FOLDER"],
    "hydra.job.name=X": ["model.name", "cluster.params.job_name"],
    "hydra.job.env_set.HF_HOME=X": ["NAME=value python -m laser_sweep"],
    "hydra.mode=RUN": ["hydra.mode=RUN", "all sweeps"],
    "hydra.launcher.partition=gpu": ["cluster=slurm", "cluster.params.partition"],
    "hydra/launcher=submitit_slurm": ["cluster=slurm"],
    "hydra/launcher=joblib": ["cluster=slurm", "cluster.devices=all"],
    "hydra/sweeper=optuna": ["laser_sweep sweeps itself", "lnum=0..27"],
    "hydra.sweeper.n_trials=3": ["laser_sweep sweeps itself"],
    "+hydra.sweeper.params.seed=1,2": ["laser_sweep sweeps itself"],
    "hydra/job_logging=default": ["hydra/job_logging=stdout", "laser_sweep.log"],
    "hydra.nothing=X": ["does nothing here", "hydra.verbose"],
    "hydra={run:{dir:X}}": ["does nothing here"],
    "+experiment=demo": ["expected experiment=demo, without +"],
    "+model=gpt2": ["expected model=gpt2, without +"],
    "output=${hydra:runtime.output_dir}": ["output: ${hydra:runtime.output_dir}", "runtime.cwd"],
    "output=${hydra.runtime.cwd}": ["there is no ${hydra.runtime.cwd}", "${hydra:runtime.cwd}"],
    "output=${sede}": ["output: there is no ${sede}", "${seed}"],
}
WORK = [
    "hydra.verbose=true",
    "hydra/job_logging=stdout",
    "hydra/job_logging=disabled",
    "hydra/hydra_logging=default",
    "hydra.job.chdir=false",
    "hydra.output_subdir=null",
    "hydra.mode=MULTIRUN",
    "hydra/launcher=basic",
]


@pytest.mark.parametrize("override", REFUSED)
def test_an_option_without_an_effect_is_refused_with_what_to_write(
    override: str, sweep_in_process: Command, tmp_path: Path
):
    assert_one_line(sweep_in_process("-m", override, *DRY), *REFUSED[override])
    assert {path.name for path in tmp_path.iterdir()} <= {"hugging-face"}


def test_the_dataset_command_refuses_them_too(command_in_process: Command):
    result = command_in_process("laser_sweep.dataset", "noisy_facts", "hydra.run.dir=X")
    assert_one_line(result, "laser_sweep.dataset: hydra.run.dir=X", "output=X")


@pytest.mark.parametrize("override", WORK)
def test_an_option_that_works_or_asks_for_what_is_so_is_accepted(
    override: str, sweep_in_process: Command, tmp_path: Path
):
    assert "points:" in assert_success(sweep_in_process(override, *DRY))
    assert {path.name for path in tmp_path.iterdir()} <= {"hugging-face"}


@pytest.mark.parametrize("flags", ["--cfg hydra", "--cfg all --package hydra.sweep"])
def test_flags_may_name_hydras_options(flags: str, sweep_in_process: Command):
    assert "LASER_SWEEP_SCRATCH" in assert_success(sweep_in_process(*flags.split()))


@pytest.mark.parametrize("option", ["sweep: {dir: X}", "run: {dir: X}", "job: {chdir: true}"])
def test_a_yaml_file_that_sets_one_is_named(option: str, sweep_in_process: Command, tmp_path: Path):
    experiment = tmp_path / "mine" / "experiment" / "here.yaml"
    experiment.parent.mkdir(parents=True)
    experiment.write_text(f"# @package _global_\nhydra: {{{option}}}\n")
    result = sweep_in_process("--config-dir", "mine", "experiment=here", *DRY)
    assert_one_line(result, "in a YAML file", "output=")


def test_a_yaml_file_that_names_a_launcher_is_told_what_to_write(
    sweep_in_process: Command, tmp_path: Path
):
    experiment = tmp_path / "mine" / "experiment" / "here.yaml"
    experiment.parent.mkdir(parents=True)
    experiment.write_text(
        "# @package _global_\ndefaults:\n  - override /hydra/launcher: submitit_slurm\n"
    )
    result = sweep_in_process("--config-dir", "mine", "experiment=here", *DRY)
    assert_one_line(result, "hydra/launcher=submitit_slurm", "cluster=slurm")


def test_the_folder_of_the_command_may_stand_in_a_value(sweep_in_process: Command, tmp_path: Path):
    output = assert_success(sweep_in_process("output=${hydra:runtime.cwd}/x/${seed}", *DRY))
    folder = tmp_path / "x" / "0" / SWEEP_FOLDER.relative_to("multirun")
    assert str(folder) in output
