"""Sweeps with a tracker on the command line: what they log, when, and how often."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from support.commands import SWEEP_FOLDER, Command, Result, assert_one_line, assert_success
from support.configs import composed
from support.tracker_stores import runs

from laser_sweep.cluster._task import ReportTask, Submission, SweepTask
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import command_of
from laser_sweep.tracker import TRACKERS

SMALL = ("lnum=26..27", "lname=fc_in", "rate=[5,9.9]", "dataset.limit=60")
ABOUT = re.compile("tracker[:=]")
LARGER = ("lnum=25..27", *SMALL[1:])


def lines(result: Result) -> list[str]:
    """The lines of a command's output about the tracker."""
    return [line for line in assert_success(result).splitlines() if ABOUT.search(line)]


def figures_of(folder: Path) -> dict[str, float]:
    """The figures on the test part in selection.json, by their names in a run."""
    found = json.loads((folder / "selection.json").read_text())
    return {
        f"{point}/test_{name}": found[point]["test"][name]
        for point in ("base", "chosen")
        for name in ("accuracy", "log_loss")
    }


@pytest.mark.slow
def test_a_sweep_is_one_run_however_often_its_command_is_given(
    sweep: Command, sweep_in_process: Command, stores: Path
):
    (line,) = lines(sweep(*SMALL, "tracker=tensorboard"))
    assert f"tracker: TensorBoard's run of {SWEEP_FOLDER}, which tensorboard --logdir" in line
    folder = stores / SWEEP_FOLDER
    log = (folder / "laser_sweep.log").read_text()
    assert log.count("INFO tracker: ") == len(ABOUT.findall(log)) == 1
    (events,) = folder.glob("events.out.tfevents.*")
    (run,) = runs("tensorboard", stores, folder)
    expected = figures_of(folder)
    assert {name: run.figures[name] for name in expected} == pytest.approx(expected, rel=1e-6)
    assert len(run.points) == 5
    # Nothing is left to compute; the other tracker hears of the sweep all the same.
    output = sweep_in_process(*SMALL, "tracker=mlflow")
    assert "5 points, 5 done, 0 to do: nothing to compute" in output.stdout
    (line,) = lines(output)
    assert "tracker: MLflow run " in line
    (tracked,) = runs("mlflow", stores, folder)
    assert {name: tracked.figures[name] for name in expected} == pytest.approx(expected)
    assert tracked.options["model.name"] == "demo"
    assert lines(sweep_in_process(*SMALL)) == []
    assert list(folder.glob("events.out.tfevents.*")) == [events]
    lines(sweep_in_process(*LARGER, "tracker=mlflow"))
    (grown,) = runs("mlflow", stores, folder)
    assert (grown.id, grown.options["lnum"]) == (tracked.id, "25..27")
    assert len(grown.points) == len(pd.read_csv(folder / "grid.csv")) == 7


def test_a_stack_has_figures_and_further_datasets_have_no_run(
    sweep_in_process: Command, stores: Path
):
    options = ("compose=greedy", "also=[clean_facts]", "tracker=tensorboard")
    assert len(lines(sweep_in_process(*SMALL, *options))) == 1
    folder = stores / SWEEP_FOLDER
    found = json.loads((folder / "selection.json").read_text())["composition"]
    (run,) = runs("tensorboard", stores, folder)
    for part in ("validation", "test"):
        for name in ("accuracy", "log_loss"):
            expected = found["stack"][part][name]
            assert run.figures[f"stack/{part}_{name}"] == pytest.approx(expected, rel=1e-6)
    assert run.texts["composition.point"] == found["point"]
    assert [path.parent for path in stores.rglob("*tfevents*")] == [folder]
    assert not list((folder / "also").rglob(".run_id"))


def test_documents_have_perplexities(sweep_in_process: Command, stores: Path):
    texts = [{"text": f"the {word} of Anna is {word}"} for word in "abcdefghijkl"]
    Path("texts.jsonl").write_text("".join(json.dumps(each) + "\n" for each in texts))
    dataset = ("dataset=rows", "dataset.path=texts.jsonl", "dataset.scoring=perplexity")
    result = sweep_in_process("lnum=27", "lname=fc_in", "rate=5", *dataset, "tracker=tensorboard")
    assert len(lines(result)) == 1
    folder = stores / "multirun/demo/texts/rank_reduction"
    found = json.loads((folder / "selection.json").read_text())
    (run,) = runs("tensorboard", stores, folder)
    assert "base/test_accuracy" not in run.figures
    for name in ("perplexity", "log_loss", "bits_per_byte"):
        expected = found["base"]["test"][name]
        assert run.figures[f"base/test_{name}"] == pytest.approx(expected, rel=1e-6)


def test_a_tracker_that_fails_leaves_the_exit_status_and_the_results(
    sweep_in_process: Command, stores: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "unknown://store")
    (line,) = lines(sweep_in_process(*SMALL, "tracker=mlflow"))
    assert "tracker=mlflow does not have this sweep: " in line
    folder = stores / SWEEP_FOLDER
    assert (folder / "laser_sweep.log").read_text().count("WARNING") == 1
    monkeypatch.setenv("MLFLOW_TRACKING_URI", (stores / "mlruns").as_uri())
    again = sweep_in_process(*SMALL, "tracker=mlflow")
    assert "nothing to compute" in again.stdout
    assert "tracker: MLflow run " in lines(again)[0]


def test_a_tracker_that_is_not_installed_ends_the_command_before_any_work(
    sweep_in_process: Command, stores: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(TRACKERS.load("wandb"), "PACKAGE", "not_there")
    result = sweep_in_process(*SMALL, "tracker=wandb")
    assert_one_line(result, "tracker=wandb: not_there is not installed", "'laser_sweep[wandb]'")
    assert not (stores / "multirun").exists()


@pytest.mark.parametrize("option", ["tracker=wandbb", "tracker.name=wandbb"])
def test_a_tracker_that_does_not_exist(option: str, sweep_in_process: Command, stores: Path):
    result = sweep_in_process(*SMALL, option)
    assert_one_line(result, "Unknown tracker 'wandbb'. Did you mean 'wandb'", "none", "trackio")
    assert not (stores / "multirun").exists()


def test_a_record_of_an_earlier_version_is_that_of_a_sweep_without_a_tracker(
    sweep_in_process: Command, stores: Path
):
    assert_success(sweep_in_process(*SMALL))
    path = stores / SWEEP_FOLDER / "sweep.json"
    record = json.loads(path.read_text())
    assert record["config"].pop("tracker") == {"name": "none", "project": "laser_sweep"}
    path.write_text(json.dumps(record))
    result = sweep_in_process(*SMALL, "tracker=tensorboard")
    assert "nothing to compute" in result.stdout
    assert len(lines(result)) == 1


def test_on_a_cluster_the_job_that_reports_writes_the_run(stores: Path):
    plan = make_plan(composed(*SMALL, f"output={stores}", "tracker=tensorboard"))
    plan.store.open(command_of(plan))
    folder = plan.store.folder
    submission = Submission(plan.config, "cpu", plan.store.digest, stores, folder)
    SweepTask(submission, plan.evaluations)()
    assert not list(stores.rglob("*tfevents*"))
    for _ in range(2):
        ReportTask(submission)()
        assert len(list(stores.rglob("*tfevents*"))) == 1
    (run,) = runs("tensorboard", stores, folder)
    expected = figures_of(folder)
    assert {name: run.figures[name] for name in expected} == pytest.approx(expected, rel=1e-6)


def test_no_tracker_is_imported_before_it_is_used():
    program = (
        "import sys, laser_sweep.command.sweep, laser_sweep.tracker as t; t.TRACKERS.names(); "
        "print({'trackio', 'wandb', 'mlflow', 'tensorboard', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr
