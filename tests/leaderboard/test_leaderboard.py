"""All sweeps in one table, by the real command."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support.commands import Command, assert_success
from support.drawn_sweeps import FOLDS, drawn, make_sweep
from support.written_sweeps import GOOD, MILD, make_dataset_sweep

from laser_sweep.split import Parts


def test_every_sweep_is_a_row_and_a_choice_is_shown_on_the_others(tmp_path: Path, command: Command):
    root = tmp_path / "multirun"
    make_dataset_sweep(root, "facts", "1110", "1000")
    make_dataset_sweep(root, "other facts", "0000", "1110")
    output = assert_success(command("laser_sweep.leaderboard"))
    assert "multirun/leaderboard.html" in output
    table = pd.read_csv(root / "leaderboard.csv")
    assert table["dataset"].tolist() == ["facts", "other facts"]
    assert table["point"].tolist() == [GOOD.point, MILD.point]
    assert table["difference"].tolist() == pytest.approx([0.6, 0.6])
    assert (table["low"] < table["difference"]).all()
    assert table["verdict"].str.startswith("better: +60.0 points").all()
    others = pd.read_csv(root / "leaderboard_elsewhere.csv")
    assert others["part"].tolist() == ["validation", "validation"]
    row = others[others["chosen_on"] == "facts"].iloc[0]
    assert (row["dataset"], row["point"]) == ("other facts", GOOD.point)
    assert (row["base_accuracy"], row["accuracy"]) == (0.25, 0.0)
    text = (root / "leaderboard.md").read_text()
    assert "| tiny" in text
    assert "The chosen points on other datasets" in text
    page = (root / "leaderboard.html").read_text()
    assert 'href="tiny/other%20facts/rank_reduction/report.html"' in page


def test_other_weights_are_not_set_side_by_side(tmp_path: Path, preloaded_command: Command):
    root = tmp_path / "multirun"
    make_dataset_sweep(root, "facts", "1110", "1000")
    make_dataset_sweep(root, "others", "0000", "1110", weights="xxh3:v")
    assert_success(preloaded_command("laser_sweep.leaderboard", root))
    assert not (root / "leaderboard_elsewhere.csv").exists()


def test_a_damaged_sweep_is_left_out_and_told(tmp_path: Path, preloaded_command: Command):
    root = tmp_path / "multirun"
    make_dataset_sweep(root, "facts", "1110", "1000")
    damaged = make_dataset_sweep(root, "others", "0000", "1110")
    (damaged / "sweep.json").write_text("{")
    output = assert_success(preloaded_command("laser_sweep.leaderboard", root))
    assert "left out: " in output
    assert "sweep.json is damaged" in output
    assert len(pd.read_csv(root / "leaderboard.csv")) == 1


def test_a_folder_without_sweeps_is_one_line(tmp_path: Path, preloaded_command: Command):
    result = preloaded_command("laser_sweep.leaderboard", tmp_path)
    assert result.returncode == 1
    assert "has no sweep" in result.stderr
    assert result.stderr.count("\n") == 1


def test_names_never_become_markup(tmp_path: Path, preloaded_command: Command):
    root = tmp_path / "multirun"
    make_dataset_sweep(root, "<img src=x>", "1110", "1000")
    assert_success(preloaded_command("laser_sweep.leaderboard", root))
    page = (root / "leaderboard.html").read_text()
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page


def test_a_sweep_of_every_split_is_a_row(tmp_path: Path, preloaded_command: Command):
    root, right = tmp_path / "multirun", drawn(4)
    for name, parts in (("folds", FOLDS), ("none", Parts((), tuple(range(40))))):
        make_sweep(root / name, right, parts)
    assert_success(preloaded_command("laser_sweep.leaderboard"))
    table = pd.read_csv(root / "leaderboard.csv")
    folds, none = (table[table["folder"].str.endswith(n)].iloc[0] for n in ("folds", "none"))
    assert (folds["examples"], none["examples"]) == (40, 40)
    assert folds["base_accuracy"] == none["base_accuracy"] == pytest.approx(right[0].mean())
    assert none["verdict"] == "nothing is selected"
    assert pd.isna(none["point"])
    assert "nan" not in (root / "leaderboard.md").read_text()
