"""Sweeps on a real SLURM: `tests/slurm/cluster.sh start` brings one up; without one they skip.

A sweep that was interrupted, in whatever way, has the bytes of one on this machine that was not,
and computes again only what was in flight.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import SWEEP_FOLDER, assert_success, bytes_of, complete_of, environment
from support.preloaded import run_preloaded


def ask(*command: object) -> str:
    """What a command of SLURM's says."""
    return subprocess.run(list(map(str, command)), capture_output=True, text=True).stdout


def is_up() -> bool:
    """Whether a SLURM answers."""
    return shutil.which("scontrol") is not None and " is UP" in ask("scontrol", "ping")


if not is_up():
    if os.environ.get("LASER_SWEEP_SLURM_REQUIRED"):
        raise RuntimeError("no SLURM answers: tests/slurm/cluster.sh start")
    pytest.skip("no SLURM answers: tests/slurm/cluster.sh start", allow_module_level=True)


POINTS = 85
# The last bits depend on the number of threads, which by default depends on what else runs.
EDITS = ("lnum=0..27", "lname=fc_in", "rho=0.01,0.1,0.5", "threads=1")
# Enough examples that a task has points left when a test has seen that it is at work.
GRID = (*EDITS, "dataset.limit=1000")
SLURM = (
    "cluster=slurm",
    "cluster.tasks=2",
    "cluster.timeout_min=60",
    "cluster.params.cpus_per_task=2",
)


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The result files of a sweep in one process."""
    folder = tmp_path_factory.mktemp("local")
    assert run(folder, *GRID).returncode == 0
    return bytes_of(folder / SWEEP_FOLDER)


@pytest.fixture(autouse=True)
def nothing_left():
    """No job, and every node, before and after."""
    yield
    ask("scancel", "--user", os.environ.get("USER", "root"))
    for node in ("n1", "n2"):
        ask("scontrol", "update", f"nodename={node}", "state=resume")
    until(lambda: not ask("squeue", "--noheader"), "the queue is empty")


def run(folder: Path, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Give the command, and wait for it; its output and errors."""
    done = run_preloaded(folder, "laser_sweep", *options, variables=variables)
    output = done.stdout + done.stderr
    return subprocess.CompletedProcess(done.args, done.returncode, output, output)


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    """Give the command, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "laser_sweep", *options],
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def status(folder: Path, **variables: str) -> str:
    """What `laser_sweep.status` says."""
    return assert_success(run_preloaded(folder, "laser_sweep.status", variables=variables))


def until(is_so: Callable[[], object], what: str, seconds: float = 300) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"never: {what}\n{ask('sacct', '-X')}"
        time.sleep(0.2)


def submit(folder: Path, *options: str) -> list[str]:
    """Submit a sweep; the jobs' numbers, the report's last."""
    output = assert_success(run(folder, *GRID, *SLURM, *options))
    found = re.search(r"Jobs ([\d ]+):", output)
    assert found, output
    return found[1].split()


def tasks(job: str) -> list[str]:
    """The tasks of a job that run."""
    answer = ask(
        "squeue", "--noheader", "--array", "--states=RUNNING", "--format=%i", "--jobs", job
    )
    return answer.split()


def logs(folder: Path, job: str = "*") -> str:
    """The logs of jobs."""
    found = (folder / SWEEP_FOLDER / "jobs").glob(f"{job}_*log.out")
    return "\n".join(path.read_text(errors="replace") for path in sorted(found))


def computing(folder: Path) -> Counter[str]:
    """How often each point was begun."""
    return Counter(re.findall(r"computing (\S+ on \S+)", logs(folder)))


def at_work(folder: Path, job: str, starts: int = 1) -> Callable[[], bool]:
    """Whether both tasks of a job are computing, having been started so many times."""

    def is_at_work(task: str) -> bool:
        _, *runs = logs(folder, task).split("Starting with")
        return len(runs) >= starts and "computing" in runs[-1]

    return lambda: len(tasks(job)) == 2 and all(map(is_at_work, tasks(job)))


def ended() -> bool:
    """Whether no job waits or runs."""
    return not ask("squeue", "--noheader")


def assert_whole(folder: Path, local: dict[str, bytes], interruptions: int) -> None:
    """The bytes of a local run, the report of the last job, and nothing computed for nothing."""
    # SLURM may kill a task while the task writes a file.
    found = (complete_of if interruptions else bytes_of)(folder / SWEEP_FOLDER)
    assert {name: found[name] for name in local} == local
    # A report of what there was so far has tested what was best of it.
    assert all(re.search(r"\.[1-9]\d*-\d+\.\w+\.parquet$", n) for n in found.keys() - local.keys())
    times = computing(folder)
    assert len(times) == len(found)
    assert sum(times.values()) - len(times) <= interruptions
    assert (folder / SWEEP_FOLDER / "report.html").exists()
    assert f"{POINTS} points: {POINTS} done, 0 running, 0 failed, 0 missing" in status(folder)


@pytest.mark.slow
def test_a_sweep_goes_on_when_the_submitting_process_is_killed(tmp_path: Path, local):
    with start(tmp_path, *GRID, *SLURM, "cluster.wait=true") as process:
        assert process.stdout
        line = next(line for line in process.stdout if line.startswith("Jobs "))
        process.kill()
    array, report = re.findall(r"\d+", line)
    until(lambda: ended() or at_work(tmp_path, array)(), "the tasks are at work")
    during = status(tmp_path)
    # A task that is between two points runs none.
    assert re.search(r"85 points: \d+ done, [0-2] running, 0 failed", during), during
    assert re.search(rf"{array}_0 +sweep +RUNNING +n\d", during)
    until(ended, "all jobs have ended")
    assert_whole(tmp_path, local, 0)
    for task in (f"{array}_0", f"{array}_1"):
        assert logs(tmp_path, task).count("DEBUG loaded ") == 1
    assert "Chosen on the validation part: fc_in-l27-rho0.01" in logs(tmp_path, report)
    assert {node for _, node in accounted(array)} == {"n1", "n2"}


def accounted(job: str) -> list[tuple[str, str]]:
    """The state and the node of each task of a job that has ended, as accounted for.

    The accounting hears of a job's end later than the queue.
    """
    unsettled = {"PENDING", "RUNNING", "REQUEUED", "COMPLETING"}
    lines: list[list[str]] = []

    def settled() -> bool:
        answer = ask("sacct", "-n", "-X", "-P", "--format=State,NodeList", "--jobs", job)
        lines[:] = [line.split("|") for line in answer.splitlines()]
        return bool(lines) and unsettled.isdisjoint(state for state, _ in lines)

    until(settled, f"all tasks of {job} are accounted for")
    return [(state.split()[0], node) for state, node in lines]


@pytest.mark.slow
def test_each_task_is_preempted_twice_by_signal_and_once_by_jobs_of_more_weight(tmp_path, local):
    array, _ = submit(tmp_path)
    for starts in (1, 2):
        until(at_work(tmp_path, array, starts), "both tasks are at work")
        for task in tasks(array):
            ask("scancel", task, "--signal=USR2")
        until(lambda: not tasks(array), "both have been requeued")
    until(at_work(tmp_path, array, 3), "both tasks are at work again")
    ask(
        *("sbatch", "--partition=high", "--nodes=2", "--exclusive", "--time=5"),
        *("--output=/dev/null", "--wrap", "sleep 3"),
    )
    until(lambda: not tasks(array), "both have been preempted")
    until(ended, "all jobs have ended")
    assert_whole(tmp_path, local, 6)
    assert logs(tmp_path).count("Calling checkpoint method") == 6


@pytest.mark.slow
def test_a_node_goes_down_and_a_task_is_requeued_from_outside(tmp_path: Path, local):
    array, _ = submit(tmp_path)
    until(at_work(tmp_path, array), "both tasks are at work")
    ask("scontrol", "update", "nodename=n1", "state=down", "reason=test")
    until(lambda: len(tasks(array)) == 1, "the task of n1 is gone")
    ask("scontrol", "update", "nodename=n1", "state=resume")
    ask("scontrol", "requeue", tasks(array)[0])
    until(ended, "all jobs have ended")
    assert_whole(tmp_path, local, 2)


@pytest.mark.slow
def test_a_task_that_runs_out_of_time_is_queued_again(tmp_path: Path, local):
    def timeouts() -> int:
        return logs(tmp_path).count("Calling checkpoint method")

    short = ("cluster.timeout_min=2", "cluster.signal_delay_s=20", "cluster.tasks=1")
    array, _ = submit(tmp_path, *short)
    until(lambda: computing(tmp_path), "the task is at work")
    # A slow machine may have timed out before it was at work.
    before = timeouts()
    # A fast machine would have done its work before SLURM's shortest time is over. SLURM wakes
    # what it signals.
    ask("scancel", array, "--signal=STOP")
    until(lambda: timeouts() > before, "the task is timed out")
    # A slow machine would run out of time again and again.
    ask("scontrol", "update", f"jobid={array}", "timelimit=60")
    assert "this job is timed-out" in logs(tmp_path)
    assert len(computing(tmp_path)) < POINTS
    until(ended, "all jobs have ended")
    assert_whole(tmp_path, local, timeouts())


@pytest.mark.slow
def test_a_task_that_times_out_too_often_ends_though_points_are_isolated(tmp_path: Path):
    array, _ = submit(tmp_path, "cluster.max_num_timeout=0", "cluster.timeout_min=9")
    until(at_work(tmp_path, array), "both tasks are at work")
    for task in tasks(array):
        ask("scancel", task, "--signal=USR2")
    until(ended, "all jobs have ended")
    assert "timed-out too many times" in logs(tmp_path, array + "_0")
    assert "on validation failed" not in logs(tmp_path)
    assert len(computing(tmp_path)) < POINTS
    assert [state for state, _ in accounted(array)] == ["FAILED", "FAILED"]
    assert "ended with UncompletedJobError" in status(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["killed", "cancelled"])
def test_what_a_lost_task_leaves_is_completed_by_the_command_again(how: str, tmp_path, local):
    array, report = submit(tmp_path)
    until(at_work(tmp_path, array), "both tasks are at work")
    if how == "killed":
        ask("scancel", f"{array}_0", "--signal=KILL", "--full")
    else:
        ask("scancel", f"{array}_0")
    until(ended, "all jobs have ended")
    said = status(tmp_path)
    missing = re.search(r"(\d+) missing", said)
    assert missing
    assert int(missing[1]) > 0
    assert re.search(rf"{array}_0 +sweep +(FAILED|CANCELLED)", said)
    assert f"{missing[1]} point" in logs(tmp_path, report)
    again = run(tmp_path, *GRID, *SLURM, "cluster.wait=true")
    assert f"85 points, {85 - int(missing[1])} done, {missing[1]} to do" in assert_success(again)
    assert_whole(tmp_path, local, 1)


@pytest.mark.slow
def test_two_people_start_the_same_sweep_at_the_same_moment(tmp_path: Path, local):
    several = [start(tmp_path, *GRID, *SLURM, "cluster.wait=true") for _ in range(2)]
    for process in several:
        output, _ = process.communicate(timeout=600)
        assert process.returncode == 0, output
        assert "Chosen on the validation part: fc_in-l27-rho0.01" in output
    assert bytes_of(tmp_path / SWEEP_FOLDER) == local


@pytest.mark.slow
def test_a_point_that_always_fails_is_told_and_the_others_finish(tmp_path: Path):
    small = ("lnum=26..27", "rho=0.1,0.5", "lname=fc_in", "dataset.limit=100")
    assert_success(run(tmp_path, *small))
    folder = tmp_path / SWEEP_FOLDER
    path = next((folder / "results").glob("fc_in-l26-rho0.5.0-*"))
    for file in (folder / "results").iterdir():
        file.unlink()
    path.mkdir()  # which no file can take the place of
    result = run(tmp_path, *small, *SLURM, "cluster.wait=true")
    assert result.returncode == 1, result.stdout
    assert "1 point has no result yet" in result.stdout
    said = status(tmp_path)
    assert "5 points: 4 done, 0 running, 1 failed, 0 missing" in said
    assert "fc_in-l26-rho0.5 failed: IsADirectoryError" in said
    assert "    IsADirectoryError: " in said
    assert "FAILED" in said
    array = json.loads(min((folder / "jobs").glob("*.json")).read_text())["id"]
    assert sorted(state for state, _ in accounted(array)) == ["COMPLETED", "FAILED"]


@pytest.mark.slow
def test_a_waiting_command_that_is_interrupted_leaves_its_jobs(tmp_path: Path, local):
    with start(tmp_path, *GRID, *SLURM, "cluster.wait=true") as process:
        until(lambda: len(ask("squeue", "--noheader").splitlines()) >= 2, "jobs are there")
        until(lambda: list((tmp_path / SWEEP_FOLDER).glob("jobs/*.json"))[1:], "all submitted")
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    jobs = re.search(r"Jobs ([\d ]+) go on without this command", output)
    assert jobs, output
    assert f"scancel {jobs[1]}" in output
    # The same command waits for them, and submits nothing twice.
    output = assert_success(run(tmp_path, *GRID, *SLURM, "cluster.wait=true"))
    assert "submitted" not in output
    assert_whole(tmp_path, local, 0)


@pytest.mark.slow
def test_a_sweep_is_submitted_from_inside_an_allocation(tmp_path: Path):
    small = ("lnum=27", "rho=0.1", "lname=fc_in", "dataset.limit=100", *SLURM)
    command = " ".join([sys.executable, "-m", "laser_sweep", *small])
    ask(
        *("sbatch", "--output=outer.log", f"--chdir={tmp_path}", "--cpus-per-task=2"),
        *("--ntasks=2", "--wrap", f"srun --ntasks=1 --overlap {command}"),
    )
    until(lambda: (tmp_path / SWEEP_FOLDER / "report.md").exists(), "there is a report")
    assert "2 points: 2 done" in status(tmp_path)


@pytest.mark.slow
def test_without_accounting_waiting_ends_and_status_speaks(tmp_path: Path):
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sbatch", "squeue", "srun", "scontrol", "scancel"):
        (folder / name).symlink_to(str(shutil.which(name)))
    path = {"PATH": f"{folder}:/nowhere"}
    small = ("lnum=27", "rho=0.1", "lname=fc_in", "dataset.limit=100", *SLURM)
    output = assert_success(run(tmp_path, *small, "cluster.wait=true", **path))
    assert "Chosen on the validation part" in output
    assert "2 points: 2 done" in status(tmp_path, **path)
    assert "2 points: 2 done" in status(tmp_path, PATH="/nowhere")


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("cluster.params.partition=gpux", "invalid partition"),
        ("cluster.params.mem=10TB", "sbatch refused the job"),
        ("cluster.params.nodes=9", "sbatch refused the job"),
    ],
)
def test_what_slurm_refuses_is_one_line_with_its_words(option: str, words: str, tmp_path: Path):
    result = run(tmp_path, *GRID, *SLURM, option)
    assert result.returncode == 1
    assert "Traceback" not in result.stdout
    line = result.stdout.strip().splitlines()[-1]
    assert line.startswith("laser_sweep: cluster=slurm: sbatch refused the job: ")
    assert words in line


@pytest.mark.slow
def test_several_sweeps_are_submitted_before_any_is_waited_for(tmp_path: Path):
    both = ("dataset=noisy_facts,clean_facts", "lnum=27", "rho=0.1", "dataset.limit=100")
    output = assert_success(run(tmp_path, "-m", *both, *SLURM, "cluster.wait=true"))
    submitted = [output.index(f"on {name}") for name in ("noisy_facts", "clean_facts")]
    assert max(submitted) < output.index("Chosen on the validation part")
    assert "\n".join(sorted(re.findall(r"3 points: 3 done", status(tmp_path)))).count("3 done") == 2


@pytest.mark.slow
def test_a_search_ranks_evaluates_its_rounds_and_composes(tmp_path: Path):
    search = ("search=gradient", "search.race=true", "search.keep=0.3", "compose=guarded")
    options = (*EDITS, *search, "search.audit=0.05", "dataset.limit=1300")
    assert run(tmp_path, *options, "output=here").returncode == 0
    submitted = run(tmp_path, *options, *SLURM, "cluster.wait=true")
    output = assert_success(submitted)
    assert "which ranks 84 points" in output
    assert "compose=guarded tried" in output
    there = tmp_path / "here" / Path(SWEEP_FOLDER).relative_to("multirun")
    folder = tmp_path / SWEEP_FOLDER
    assert bytes_of(folder) == bytes_of(there)
    assert (folder / "composition.json").read_bytes() == (there / "composition.json").read_bytes()
    rankings = [json.loads((each / "ranking.json").read_text()) for each in (folder, there)]
    assert rankings[0]["changes"] == pytest.approx(rankings[1]["changes"], abs=1e-6)
    jobs = [json.loads(path.read_text())["kind"] for path in (folder / "jobs").glob("*.json")]
    # One job ranks, one array is a round of the race or the audit, and one job reports.
    assert Counter(jobs)["rank"] == Counter(jobs)["report"] == 1
    assert Counter(jobs)["sweep"] >= 3
    again = assert_success(run(tmp_path, *options, *SLURM))
    assert "nothing to compute" in again
    assert "Jobs" not in again
