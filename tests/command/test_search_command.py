"""Searches on the command line: what they evaluate, keep, say and leave out."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from support.commands import SWEEP_FOLDER, Command, assert_one_line, assert_success

from laser_sweep import read_results

GRID = ("lnum=20..27", "lname=fc_in,fc_out", "rho=0.01,0.5", "dataset.limit=500")
GRADIENT = (*GRID, "search=gradient", "search.keep=0.25")


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "results").iterdir()}


def on_validation(folder: Path) -> set[str]:
    results = read_results(folder)
    return set(results[results["part"] == "validation"]["point"])


def test_the_best_predictions_are_evaluated_and_the_others_are_told(
    tmp_path: Path, preloaded_sweep: Command
):
    output = assert_success(preloaded_sweep(*GRADIENT))
    folder = tmp_path / SWEEP_FOLDER
    ranking = json.loads((folder / "ranking.json").read_text())
    assert (ranking["loss"], ranking["examples"]) == ("margin", "0..99")
    best = sorted(ranking["changes"], key=ranking["changes"].get)[:8]
    assert on_validation(folder) == {"base", *best}
    assert "ranked 32 points by one backward pass over 100 validation examples" in output
    assert "no result yet" not in output
    grid = pd.read_csv(folder / "grid.csv").set_index("point")
    assert len(grid) == 33
    assert set(grid.index[grid["search"] == "evaluated"]) == {"base", *best}
    left_out = grid[grid["search"] == "left out"]
    assert left_out["validation_accuracy"].isna().all()
    assert (left_out["validation_examples"] == 0).all()
    predicted = grid["predicted_change"].drop("base").to_dict()
    assert predicted == pytest.approx(ranking["changes"])
    losses = grid["validation_log_loss"]
    changes = grid.loc[best, "log_loss_change"]
    assert changes.tolist() == pytest.approx((losses[best] - losses["base"]).tolist())
    selection = json.loads((folder / "selection.json").read_text())
    assert selection["null"] is None
    assert selection["search"]["best_gain"]["candidates"] == 32
    assert (selection["search"]["evaluated"], selection["search"]["left_out"]) == (8, 24)
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "## Predicted and actual changes" in report
    assert "corrected for all 32 points" in report
    assert "Grey cells are points that the search left out" in (folder / "report.html").read_text(
        encoding="utf-8"
    )


@pytest.mark.slow
def test_a_search_continues_and_its_outcomes_are_those_of_the_grid(
    tmp_path: Path, preloaded_sweep: Command, preloaded_command: Command
):
    assert_success(preloaded_sweep(*GRADIENT))
    folder = tmp_path / SWEEP_FOLDER
    ranked, searched = (folder / "ranking.json").read_bytes(), files(folder)
    assert "9 points, 9 done, 0 to do: nothing to compute" in assert_success(
        preloaded_sweep(*GRADIENT)
    )
    shown = assert_success(preloaded_command("laser_sweep.status", folder))
    assert "9 points of 33, the others left out by the search: 9 done" in shown
    more = assert_success(preloaded_sweep(*GRID, "search=gradient", "search.keep=0.5"))
    assert "17 points, 9 done, 8 to do" in more
    assert (folder / "ranking.json").read_bytes() == ranked
    whole = assert_success(preloaded_sweep(*GRID))
    assert "33 points, 17 done, 16 to do" in whole
    assert_success(preloaded_sweep(*GRID, "output=alone"))
    alone = files(tmp_path / "alone" / Path(SWEEP_FOLDER).relative_to("multirun"))
    found = files(folder)
    assert {name: found[name] for name in alone} == alone
    assert searched.items() <= found.items()
    assert "search" not in pd.read_csv(folder / "grid.csv")
    # The report of a search has what it asks for, whatever else was evaluated.
    assert "9 points, 9 done, 0 to do" in assert_success(preloaded_sweep(*GRADIENT))
    grid = pd.read_csv(folder / "grid.csv").set_index("search")
    assert grid.loc["left out", "validation_accuracy"].isna().all()
    assert json.loads((folder / "selection.json").read_text())["cost"]["candidates"] == 9


def test_ranking_by_log_loss_and_by_some_examples(tmp_path: Path, preloaded_sweep: Command):
    options = ("selection=log_loss", "search.examples=40", "search.keep=0.1")
    output = assert_success(preloaded_sweep(*GRADIENT, *options))
    ranking = json.loads((tmp_path / SWEEP_FOLDER / "ranking.json").read_text())
    assert ranking["loss"] == "nll"
    assert "over 40 validation examples" in output
    assert "the chosen point is number 1 of the ranking" in output


@pytest.mark.slow
def test_a_race_evaluates_fewer_points_on_more_examples(tmp_path: Path, preloaded_sweep: Command):
    options = ("lnum=20..27", "lname=fc_in,fc_out", "rho=0.01,0.5", "search=halving")
    output = assert_success(preloaded_sweep(*options))
    for counted in ("33 points", "17 points", "9 points"):
        assert f"{counted}, " in output
    folder = tmp_path / SWEEP_FOLDER
    results = read_results(folder)
    validating = results[results["part"] == "validation"]
    sizes = validating.groupby("point").size()
    assert sorted(set(sizes)) == [32, 64, 354]
    assert (sizes == 354).sum() == 9
    grid = pd.read_csv(folder / "grid.csv").set_index("point")
    assert grid["validation_examples"].to_dict() == sizes.to_dict()
    assert (grid["search"] == "raced out").to_dict() == (sizes < 354).to_dict()
    cost = json.loads((folder / "selection.json").read_text())["cost"]
    assert cost["evaluated_examples"] == len(results)
    assert "33 points, " in (folder / "report.md").read_text()
    assert "raced 32 points" in output
    assert "fc_in-l27-rho0.01" in output
    assert "nothing to compute" in assert_success(preloaded_sweep(*options))


def test_an_audit_tells_how_many_better_points_may_be_missing(
    tmp_path: Path, preloaded_sweep: Command
):
    output = assert_success(preloaded_sweep(*GRADIENT, "search.audit=0.2"))
    assert "Audit: of 24 points that the search left out, 5 were evaluated at random" in output
    folder = tmp_path / SWEEP_FOLDER
    grid = pd.read_csv(folder / "grid.csv")
    assert (grid["search"] == "audited").sum() == 5
    found = json.loads((folder / "selection.json").read_text())["search"]["audit_found"]
    assert (found["left_out"], found["audited"], found["better"]) == (24, 5, 0)
    assert 0 < found["most_better"] < 24


def test_the_plan_of_a_search_is_told(preloaded_sweep: Command):
    shown = assert_success(preloaded_sweep(*GRADIENT, "dry_run=true"))
    assert "ranking:  by one backward pass over 100 examples, to do" in shown
    assert "rounds:   8 points on 100 examples" in shown
    assert "25 % of the grid's evaluations" in shown
    shown = assert_success(preloaded_sweep(*GRADIENT, "dry_run=true", "cluster=slurm"))
    assert "tasks:    one that ranks, then 1, then a job that reports" in shown


@pytest.mark.slow
def test_a_search_without_its_ranking_is_not_a_finished_one(
    tmp_path: Path, preloaded_sweep: Command, preloaded_command: Command
):
    assert_success(preloaded_sweep(*GRADIENT))
    (tmp_path / SWEEP_FOLDER / "ranking.json").unlink()
    shown = assert_success(preloaded_command("laser_sweep.status", tmp_path / SWEEP_FOLDER))
    assert "32 points, which are not ranked yet" in shown
    shown = assert_success(preloaded_command("laser_sweep.leaderboard", tmp_path / "multirun"))
    assert "the points are not ranked yet" in shown
    again = assert_success(preloaded_sweep(*GRADIENT))
    assert "ranking 32 points by one backward pass" in again
    assert "9 points, 9 done, 0 to do" in again
    shown = assert_success(preloaded_command("laser_sweep.leaderboard", tmp_path / "multirun"))
    assert "ranked" not in shown


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("search=gradient", "search.keep=0"), ("search.keep=0.0", "above 0 and up to 1")),
        (("search=gradient", "search.loss=f1"), ("search.loss", "auto, margin, nll")),
        (("search=gradient", "search.examples=101"), ("at most 100",)),
        (("search=gradient", "split=kfold"), ("the very fold", "search=grid")),
        (("search=gradient", "split=all"), ("no validation part",)),
        (("search=gradient", "search.race=true"), ("100 validation examples", "256 or more")),
        (("search=halving",), ("100 validation examples", "256 or more")),
        (("search=halving", "search.keep=0.2"), ("search=halving does not read it", "gradient")),
        (("search=random",), ("gradient, grid, halving",)),
    ],
)
def test_mistakes_are_told(
    options: tuple[str, ...], words: tuple[str, ...], command_in_process: Command
):
    assert_one_line(command_in_process("laser_sweep", *GRID, *options), *words)
