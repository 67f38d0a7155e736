"""Two sweeps side by side, by the real command."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.commands import Command, assert_success
from support.drawn_sweeps import drawn, make_sweep
from support.written_sweeps import GOOD, MILD, make_dataset_sweep, remake

from laser_sweep.leaderboard.contrast import contrast
from laser_sweep.report import read_report
from laser_sweep.split import Parts

IN_TWO = Parts(tuple(range(10)), tuple(range(10, 40)))


def test_sweeps_of_the_same_examples_are_compared_example_by_example(tmp_path: Path):
    folders = (tmp_path / "a", tmp_path / "b")
    rights = (drawn(2), drawn(3))
    first, second = (
        remake(make_sweep(folder, right, IN_TWO).folder)
        for folder, right in zip(folders, rights, strict=True)
    )
    found = contrast(first, second)
    one, other = (
        report.search.picker.tested(report.search.pick).sort_values("example")["correct"].to_numpy()
        for report in (first, second)
    )
    assert found.paired.examples == 30
    expected = other.mean() - one.mean()
    assert found.paired.accuracy.difference.value == pytest.approx(expected)
    assert found.paired.corrected == (other & ~one).sum()
    assert found.options == {}


def test_a_chosen_base_model_is_compared_like_any_other_point(tmp_path: Path):
    right = drawn(2)
    edited = make_sweep(tmp_path / "a", right, IN_TWO)
    right = right.copy()
    right[1:, :10] = False
    right[0, :10] = True
    first, second = read_report(edited.folder), make_sweep(tmp_path / "b", right, IN_TWO)
    second = read_report(second.folder)
    assert (first.search.pick.point, second.search.pick.point) != ("base", "base")
    assert second.search.pick.point == "base"
    expected = right[0, 10:].mean() - first.search.chosen.test.accuracy
    assert contrast(first, second).paired.accuracy.difference.value == pytest.approx(expected)


def test_other_examples_are_not_compared_and_it_is_said(tmp_path: Path, command: Command):
    first = make_dataset_sweep(tmp_path, "facts", "1110", "1000")
    second = make_dataset_sweep(tmp_path, "<b>other facts", "0000", "1110", weights="xxh3:v")
    output = assert_success(command("laser_sweep.leaderboard", first, second, "--compare"))
    assert "not compared example by example: the datasets' examples" in output
    for shown in (GOOD.point, MILD.point, "+60.0", "xxh3:v", "dataset.name", "commonest answer"):
        assert shown in output
    page = (tmp_path / "comparison.html").read_text()
    assert "&lt;b&gt;other facts" in page
    assert "<b>" not in page
    assert 'href="tiny/facts/rank_reduction/report.html"' in page


@pytest.mark.parametrize("arguments", [("a", "b"), ("a", "--compare"), ("--compare",)])
def test_the_wrong_number_of_folders_is_one_line(
    arguments: tuple[str, ...], preloaded_command: Command
):
    result = preloaded_command("laser_sweep.leaderboard", *arguments)
    assert result.returncode == 1
    assert "expected" in result.stderr
    assert result.stderr.count("\n") == 1
