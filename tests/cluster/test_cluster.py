"""Work in tasks and processes: the checks of a task, several devices, the batch script."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from submitit.core.utils import UncompletedJobError
from submitit.slurm.slurm import _get_default_parameters
from support.commands import (
    SWEEP_FOLDER,
    Command,
    assert_one_line,
    assert_success,
    bytes_of,
)
from support.configs import composed
from support.preloaded import run_preloaded

from laser_sweep.cluster import _controller as controller
from laser_sweep.cluster import slurm
from laser_sweep.cluster._task import Submission, SweepTask, _as_a_job
from laser_sweep.config import ClusterConfig, ParamsConfig
from laser_sweep.errors import ConfigError
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.store.events import Ended, read_events
from laser_sweep.store.jobs import SWEEP, read_jobs, write_job
from laser_sweep.store.paths import Paths

SMALL = ("lname=fc_in", "lnum=26..27", "rho=[0.1,0.5]", "dataset.limit=100")


@pytest.fixture(scope="module")
def small_sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sweep SMALL, by a command in one process; no test changes it."""
    folder = tmp_path_factory.mktemp("small")
    assert_success(run_preloaded(folder, "laser_sweep", *SMALL))
    return folder / SWEEP_FOLDER


def planned(folder: Path, *options: str) -> Plan:
    return make_plan(composed(*options, f"output={folder}"))


def submitted(plan: Plan, **changes: object) -> Submission:
    usual = {"device": "cpu", "digest": plan.store.digest, "here": Path.cwd()}
    given = {**usual, "folder": plan.store.folder, **changes}
    return Submission(plan.config, **given)  # type: ignore[arg-type]


def test_a_node_names_the_files_that_it_does_not_see(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    plan = planned(tmp_path, *SMALL)
    with pytest.raises(ConfigError, match=r"does not see /nowhere/at/all: No such file"):
        submitted(plan, here=Path("/nowhere/at/all")).plan()
    with pytest.raises(ConfigError, match=r"does not see .*sweep\.json: .* where all nodes see"):
        submitted(plan).plan()
    plan.store.open(command_of(plan))
    assert submitted(plan).plan().points == plan.points
    with pytest.raises(ConfigError, match="sees another model, dtype or dataset"):
        submitted(plan, digest="00000000").plan()
    plan.config.dataset.path = "/nowhere/rows.jsonl"
    with pytest.raises(ConfigError, match=r"^On \S+: .*/nowhere/rows\.jsonl"):
        submitted(plan).plan()


def test_a_task_skips_points_that_have_a_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    plan = planned(tmp_path, *SMALL)
    plan.store.open(command_of(plan))
    task = SweepTask(submitted(plan), plan.evaluations)
    task()
    before = bytes_of(plan.store.folder)
    assert len(before) == 5
    assert "5 evaluations, 5 to do" in capsys.readouterr().out
    next((plan.store.folder / "results").glob("fc_in-l26-*")).unlink()
    again = task.checkpoint().function
    again()
    assert "5 evaluations, 1 to do" in capsys.readouterr().out
    assert bytes_of(plan.store.folder) == before


@contextmanager
def handler_of_submitits(handler: Callable[..., object]) -> Iterator[None]:
    """The handler that submitit gives a job for the signal to stop."""
    before = signal.signal(signal.SIGUSR2, handler)
    try:
        yield
        assert signal.getsignal(signal.SIGUSR2) is handler
    finally:
        signal.signal(signal.SIGUSR2, before)


def work_that_catches_exceptions() -> None:
    """A job that is told to stop while it catches exceptions."""
    with suppress(Exception):
        os.kill(os.getpid(), signal.SIGUSR2)
        for _ in range(1000):
            pass
    pytest.fail("the job went on")


@pytest.mark.parametrize(
    "stop",
    [
        UncompletedJobError("timed-out too many times"),
        subprocess.CalledProcessError(1, ["scontrol", "requeue", "1_0"]),
        subprocess.TimeoutExpired(["scontrol", "requeue", "1_0"], 60),
    ],
)
def test_an_exception_by_which_submitit_stops_a_job_is_not_caught_by_the_job(
    stop: Exception, tmp_path: Path
):
    def verdict(*_: object) -> None:
        raise stop

    with handler_of_submitits(verdict):
        with pytest.raises(type(stop)) as caught, _as_a_job(tmp_path):
            work_that_catches_exceptions()
        assert caught.value is stop
    (ended,) = (e for e in read_events(Paths(tmp_path).events) if isinstance(e, Ended))
    assert ended.error.startswith(type(stop).__name__)


def test_requeueing_survives_the_signals_that_it_causes(tmp_path: Path):
    def requeue(*_: object) -> None:
        # SLURM signals all processes of a task, of which scontrol is one.
        subprocess.run(["sh", "-c", "kill -TERM $$ $PPID; kill -USR2 $$ $PPID"], check=True)
        sys.exit(255)

    before = signal.getsignal(signal.SIGTERM)
    with handler_of_submitits(requeue), pytest.raises(SystemExit), _as_a_job(tmp_path):
        work_that_catches_exceptions()
    assert signal.getsignal(signal.SIGTERM) is before


def test_every_option_of_sbatch_that_submitit_has_can_be_set():
    ours = set(vars(ParamsConfig()))
    own = {"time", "signal_delay_s", "array_parallelism"}
    assert ours == set(_get_default_parameters()) - own - {"num_gpus"}


def test_the_script_has_the_options_that_were_given(sweep_in_process: Command):
    output = assert_success(
        sweep_in_process(
            "cluster=slurm", "lnum=0..27", "rate=1,5,9.9", "dry_run=true", "cluster.tasks=10",
            "cluster.params.account=mine", "cluster.params.mem=8GB", "cluster.array_parallelism=3",
            "cluster.params.cpus_per_task=4", "cluster.timeout_min=90", "cluster.signal_delay_s=60",
            "cluster.params.additional_parameters={reservation: ours}",
        )
    )  # fmt: skip
    assert re.search(r"tasks: +10 of \d+ to \d+ points, then a job that reports", output)
    for line in (
        "--account=mine", "--mem=8GB", "--array=0-9%3", "--time=90", "--signal=USR2@60",
        "--reservation=ours", "--requeue", "--cpus-per-task=4", "--wckey=''",
    ):  # fmt: skip
        assert f"#SBATCH {line}\n" in output
    assert "--cpu-bind=none --cpus-per-task=4" in output


@pytest.mark.parametrize(
    ("params", "device"),
    [
        ({}, "cpu"),
        ({"gpus_per_node": 1}, "cuda"),
        ({"gpus_per_node": 0}, "cpu"),
        ({"gres": "gpu:a100:2"}, "cuda"),
        ({"gres": "tmpfs:100"}, "cpu"),
        ({"additional_parameters": {"gpus": 1}}, "cuda"),
    ],
)
def test_the_model_is_on_an_accelerator_if_the_job_has_one(params: dict, device: str):
    config = composed(*SMALL)
    config.cluster = ClusterConfig(name="slurm", params=ParamsConfig(**params))
    assert slurm.device(config) == device
    config.model.device = "cuda:1"
    assert slurm.device(config) == "cuda:1"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["cluster.params.acount=x"], "Did you mean 'cluster.params.account'"),
        (["cluster.tasks=0"], "cluster.tasks=0: expected 1 or more"),
        (["cluster.tasks=2", "cluster.groups_per_task=2"], "expected one of them"),
        (["cluster.devices=all"], "cluster.devices=all is for cluster=local"),
    ],
)
def test_a_mistake_in_the_options_is_one_line(
    options: list[str], words: str, sweep_in_process: Command
):
    result = sweep_in_process("cluster=slurm", *SMALL, *options)
    assert_one_line(result, words)


def test_without_slurm_one_line_says_so(
    tmp_path: Path, preloaded_sweep: Command, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    result = preloaded_sweep("cluster=slurm", *SMALL)
    assert result.returncode == 1
    assert "srun is not installed on this machine" in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_two_processes_write_the_bytes_of_one(
    tmp_path: Path, sweep: Command, preloaded_sweep: Command, small_sweep: Path
):
    output = assert_success(sweep(*SMALL, "output=two", "cluster.devices=[cpu,cpu]"))
    assert "Chosen on the validation part" in output
    two = tmp_path / "two" / SWEEP_FOLDER.relative_to("multirun")
    assert bytes_of(two) == bytes_of(small_sweep)
    log = (two / "laser_sweep.log").read_text()
    assert log.count("DEBUG loaded ") == 3  # two for the grid, one for the test part
    assert "nothing to compute" in assert_success(preloaded_sweep(*SMALL, "output=two"))


@pytest.mark.slow
def test_a_point_that_fails_in_a_process_is_told(
    tmp_path: Path, preloaded_sweep: Command, small_sweep: Path
):
    """The result's file is a folder, so that it cannot be written."""
    shutil.copytree(small_sweep, tmp_path / SWEEP_FOLDER)
    path = next((tmp_path / SWEEP_FOLDER / "results").glob("fc_in-l26-rho0.5.0-*"))
    shutil.rmtree(tmp_path / SWEEP_FOLDER / "results")
    path.mkdir(parents=True)
    result = preloaded_sweep(*SMALL, "cluster.devices=[cpu,cpu]")
    assert result.returncode == 1
    assert "fc_in-l26-rho0.5 on 20 examples failed: IsADirectoryError" in result.stdout
    assert "1 of 5 points failed" in result.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["cluster.devices=[cpu,cuda:0]"], "expected devices of one kind"),
        (["cluster.devices=[tpu]"], "expected auto, cpu, cuda"),
        (["cluster.devices=[cpu]", "model.device=cpu"], "both given"),
    ],
)
def test_devices_that_cannot_be_used_are_one_line(
    options: list[str], words: str, sweep_in_process: Command
):
    assert_one_line(sweep_in_process(*SMALL, *options), words)


def test_a_machine_without_an_accelerator_is_told_in_one_line(
    sweep: Command, monkeypatch: pytest.MonkeyPatch
):
    """In a process of its own, because torch counts the accelerators of a process once."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert_one_line(sweep(*SMALL, "cluster.devices=all"), "this machine has no accelerator")


def test_a_submitted_job_is_read_again(tmp_path: Path):
    folder = tmp_path / "jobs"
    folder.mkdir()
    (folder / "notes.json").write_text("{")
    job = write_job(tmp_path, "12", SWEEP, "c", [["a", "b"], ["c"]])
    assert read_jobs(tmp_path) == [job]
    assert job.tasks == ["12_0", "12_1"]
    assert job.files_of(["12_1", "13_0"]) == {"c"}
    assert Paths(tmp_path).job_log("12_1") == folder / "12_1_0_log.out"
    assert write_job(tmp_path, "13", SWEEP, "c", [["a"]]).tasks == ["13"]


@pytest.fixture
def shims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that makes a command with a given output; no other command is on the path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str, output: str, status: int = 0, error: str = "") -> None:
        path = folder / name
        path.write_text(
            f"#!{sys.executable}\nimport sys\nprint({output!r})\n"
            f"print({error!r}, file=sys.stderr)\nsys.exit({status})\n"
        )
        path.chmod(0o755)

    return make


def test_the_states_of_jobs_are_read_from_slurm(shims):
    shims("squeue", "12_0|RUNNING|n1|1:02|None\n12_1|PENDING||0:00|Priority\n12_2|FAILED|n1|1|x")
    shims("sacct", "12_0|PENDING||0|0:0\n12_3|CANCELLED by 1000|None assigned|00:00:01|0:0")
    found = controller.states(["12"])
    assert found["12_0"].name == "RUNNING"
    assert found["12_1"].reason == "Priority"
    assert found["12_3"].name == "CANCELLED"
    assert found["12_3"].node == ""
    assert found["12_3"].is_over
    assert set(controller.in_queue(["12"]) or {}) == {"12_0", "12_1"}
    shims("squeue", "", 1, "slurm_load_jobs error: Invalid job id specified")
    assert controller.in_queue(["12"]) == {}
    shims("squeue", "", 1, "slurm_load_jobs error: Unable to contact slurm controller")
    assert controller.in_queue(["12"]) is None


def test_the_sites_limit_of_an_array(shims):
    assert controller.array_limit() == 1000
    shims("scontrol", "MaxArraySize            = 5001\nMaxJobCount = 10000")
    assert controller.array_limit() == 5001
