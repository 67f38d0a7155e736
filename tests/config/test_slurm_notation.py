"""SLURM's notations of times, lines and options, as they are given on the command line."""

from __future__ import annotations

import re

import pytest
from submitit.slurm.slurm import _make_sbatch_string

from laser_sweep.config import ClusterConfig, ParamsConfig
from laser_sweep.errors import ConfigError

TIMES = {
    240: 240,
    "240": 240,
    "30:00": 30,
    "30:01": 31,
    "0:30": 1,
    "2:30:00": 150,
    "2:30:01": 151,
    "2-0": 2880,
    "2-12": 3600,
    "1-02:30": 1590,
    "2-00:00:00": 2880,
    "2-00:00:01": 2881,
}


@pytest.mark.parametrize("written", TIMES)
def test_a_time_limit_is_in_one_of_slurms_notations(written: int | str):
    assert ClusterConfig(name="slurm", timeout_min=written).timeout_min == TIMES[written]


@pytest.mark.parametrize("written", ["two hours", "1:2:3:4", "2-", "-5", 1.5, True, None, [2], ""])
def test_another_time_limit_is_refused_with_the_notations(written: object):
    with pytest.raises(ConfigError, match=r"cluster\.timeout_min=.*days-hours:minutes:seconds"):
        ClusterConfig(name="slurm", timeout_min=written)


@pytest.mark.parametrize("written", [0, "0", "0:00"])
def test_no_time_is_refused(written: int | str):
    with pytest.raises(ConfigError, match=r"timeout_min=0: expected 1 or more"):
        ClusterConfig(name="slurm", timeout_min=written)


def script(**params: object) -> str:
    """The batch script that submitit writes with some options of sbatch."""
    given = {name: value for name, value in vars(ParamsConfig(**params)).items() if value}
    return str(_make_sbatch_string("run", "folder", **given))


@pytest.mark.parametrize("option", ["setup", "teardown"])
def test_a_text_is_a_line_of_the_script(option: str):
    assert "\nmodule load cuda\n" in script(**{option: "module load cuda"}) + "\n"
    assert script(**{option: "a b\nc"}) == script(**{option: ["a b", "c"]})


def test_a_text_of_arguments_is_divided_as_in_a_shell():
    assert " --mpi=none --label run" in script(srun_args="--mpi=none --label")
    assert script(srun_args="--mpi=none") == script(srun_args=["--mpi=none"])


@pytest.mark.parametrize(
    "written",
    [
        {"reservation": "ours", "no-kill": True},
        "--reservation=ours --no-kill",
        ["--reservation=ours", "--no-kill"],
    ],
)
def test_further_options_of_sbatch_are_named_or_as_on_its_command_line(written: object):
    lines = script(additional_parameters=written).splitlines()
    assert {"#SBATCH --reservation=ours", "#SBATCH --no-kill"} <= set(lines)


def test_a_list_of_any_other_option_is_joined_as_slurm_has_it():
    assert "#SBATCH --partition=gpu,long\n" in script(partition=["gpu", "long"])
    assert "#SBATCH --nodes=2\n" in script(nodes=2)


@pytest.mark.parametrize(
    ("option", "written"),
    [
        ("setup", {"module": "load"}),
        ("setup", [{"export A": "b"}]),
        ("setup", [None]),
        ("setup", 3),
        ("srun_args", "--label 'x"),
        ("additional_parameters", "reservation ours"),
        ("additional_parameters", ["-p gpu"]),
        ("partition", {"a": 1}),
    ],
)
def test_anything_else_is_refused(option: str, written: object):
    with pytest.raises(ConfigError, match=re.escape(f"cluster.params.{option}={written!r}: ")):
        ParamsConfig(**{option: written})
