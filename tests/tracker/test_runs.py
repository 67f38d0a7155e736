"""The run that a tracker has of a sweep, read back from the tracker's own store."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from support.records import make_command, make_config
from support.tracker_stores import TRACKERS, Seen, runs
from support.written_sweeps import (
    BAD,
    BASE,
    GOOD,
    MILD,
    POINTS,
    make_store,
    remake,
    selection,
    write,
)

from laser_sweep.config import TrackerConfig
from laser_sweep.report import read_report
from laser_sweep.store.columns import PointColumns
from laser_sweep.store.results import Store
from laser_sweep.tracker import track

PARTS = ("validation", "test")
SHOWN = ("accuracy", "log_loss")


@pytest.fixture
def store(reported: Path, tmp_path: Path) -> Store:
    """The same sweep, in a folder that a test may change."""
    folder = tmp_path / "multirun" / "tiny"
    shutil.copytree(reported, folder)
    return make_store(folder)


def tracked(store: Store, name: str, stores: Path, caplog: pytest.LogCaptureFixture) -> Seen:
    """Tell the tracker of the report, and read the only run back."""
    caplog.clear()
    with caplog.at_level(logging.INFO, "laser_sweep.tracker"):
        track(read_report(store.folder), TrackerConfig(name))
    (line,) = [each for each in caplog.records if each.levelno >= logging.INFO]
    assert (line.levelno, line.message[:9]) == (logging.INFO, "tracker: "), line.message
    (run,) = runs(name, stores, store.folder)
    return run


def expected_figures(folder: Path) -> dict[str, float]:
    """The figures of base and chosen in selection.json."""
    found = selection(folder)
    figures = {
        f"{point}/{part}_{name}": found[point][part][name]
        for point in ("base", "chosen")
        for part in PARTS
        for name in SHOWN
    }
    figures["test_accuracy_difference_points"] = found["test_accuracy_difference_points"]
    return {name: value for name, value in figures.items() if value is not None}


def assert_same_points(run: Seen, folder: Path, tmp_path: Path) -> None:
    """The rows of a run's table are those of grid.csv, byte for byte where both are text."""
    rows = tmp_path / "rows.csv"
    pd.DataFrame(run.points).to_csv(rows, index=False)
    pd.testing.assert_frame_equal(
        pd.read_csv(rows), pd.read_csv(folder / "grid.csv"), check_dtype=False
    )


FILES = ("report.md", "report.html", "selection.json", "grid.csv", "grid.parquet")
PICTURES = ("figures/heat_map.png", "figures/lines.png")
VECTORS = ("figures/heat_map.svg", "figures/lines.svg", "figures/heat_map.pdf", "figures/lines.pdf")


def assert_same_files(run: Seen, name: str, folder: Path) -> None:
    """The files of a run are those of the report."""
    # TensorBoard has no files; it shows the pictures, and the report as text.
    wanted = PICTURES if name == "tensorboard" else (*FILES, *PICTURES, *VECTORS)
    assert run.files == {each: (folder / each).read_bytes() for each in wanted}
    if name in ("tensorboard", "trackio"):
        assert run.texts["report"] == (folder / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TRACKERS)
def test_a_run_has_what_the_report_says_however_often_it_is_written(
    name: str, store: Store, stores: Path, caplog: pytest.LogCaptureFixture, tmp_path: Path
):
    run = tracked(store, name, stores, caplog)
    folder, found = store.folder, selection(store.folder)
    assert run.figures == pytest.approx(expected_figures(folder), rel=1e-6)
    assert run.texts["verdict"] == found["verdict"]
    assert run.texts["judgement.text"] == found["judgement"]["text"]
    assert run.texts["chosen.point"] == GOOD.point
    assert run.texts["digest"] == store.digest
    assert run.texts["versions.torch"] == found["versions"]["torch"]
    options = {key: str(value) for key, value in run.options.items()}
    for key, value in {"model.path": "models/tiny", "lnum": "2..3", "search.name": "grid"}.items():
        assert options[key] == value
    assert float(options["split.fraction"]) == 0.2
    # What changes no figure is not among the options.
    assert not {"tracker.name", "threads", "output"} & set(options)
    assert_same_points(run, folder, tmp_path)
    assert_same_files(run, name, folder)
    assert run.updates == 1
    assert tracked(store, name, stores, caplog) == run


@pytest.mark.parametrize("name", TRACKERS)
def test_a_grown_sweep_updates_its_run(
    name: str, store: Store, stores: Path, caplog: pytest.LogCaptureFixture, tmp_path: Path
):
    first = tracked(store, name, stores, caplog)
    better = PointColumns("rank_reduction", "fc_in", 4, "all", 9.0, 0.1, 4, 1, "fc_in-l4-rho0.1")
    points = [*(each.point for each in POINTS), better.point]
    store.open(make_command(replace(make_config(), lnum="2..4"), points))
    write(store, better, "validation", "1111", 0.5)
    write(store, better, "test", "1111111110", 0.75)
    remake(store.folder)
    run = tracked(store, name, stores, caplog)
    assert run.id == first.id
    assert run.texts["chosen.point"] == better.point
    assert run.figures == pytest.approx(expected_figures(store.folder), rel=1e-6)
    assert run.figures != first.figures
    assert run.options["lnum"] == "2..4"
    assert [each["point"] for each in run.points] != [each["point"] for each in first.points]
    assert len(run.points) == len(first.points) + 1
    assert_same_points(run, store.folder, tmp_path)
    # MLflow keeps what a figure was before.
    assert run.updates == (2 if name == "mlflow" else 1)
    # Back to the first command: the option has its first value, nothing is left of the second.
    store.open(make_command(make_config(), points[:-1]))
    back = tracked(store, name, stores, caplog)
    assert (back.options, back.figures, back.points) == (first.options, first.figures, first.points)


@pytest.mark.parametrize("name", ["mlflow", "tensorboard"])
def test_an_unfinished_sweep_has_the_figures_that_are_known(
    name: str, stores: Path, caplog: pytest.LogCaptureFixture, tmp_path: Path
):
    store = make_store(tmp_path / "multirun" / "tiny")
    write(store, BASE, "validation", "1010", 2.0)
    write(store, MILD, "validation", "1110", float("inf"))
    write(store, BAD, "validation", "0000", 7.0)
    remake(store.folder)
    run = tracked(store, name, stores, caplog)
    assert run.figures == pytest.approx(
        {
            "base/validation_accuracy": 0.5,
            "base/validation_log_loss": 2.0,
            "chosen/validation_accuracy": 0.75,
        }
    )
    assert "not tested yet" in run.texts["verdict"]


@pytest.mark.parametrize("name", ["trackio", "wandb"])
def test_a_project_of_ones_own(name: str, store: Store, stores: Path):
    track(read_report(store.folder), TrackerConfig(name, "my project"))
    assert len(runs(name, stores, store.folder, "my project")) == 1


def test_trackio_on_a_network_file_system(
    store: Store,
    stores: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("TRACKIO_STORAGE_MODE", "jsonl")
    for _ in range(2):
        track(read_report(store.folder), TrackerConfig("trackio"))
    assert tracked(store, "trackio", stores, caplog).updates == 1


def test_sweeps_with_one_title_are_runs_of_their_own(
    reported: Path, store: Store, stores: Path, tmp_path: Path
):
    other = shutil.copytree(reported, tmp_path / "elsewhere" / "tiny")
    for folder in (store.folder, other):
        track(read_report(folder), TrackerConfig("trackio"))
    assert len({run.id for run in runs("trackio", stores, store.folder)}) == 2
