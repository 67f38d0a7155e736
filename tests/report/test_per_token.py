"""The verdict by the mean per token beside that by sums, where choices have unequal lengths."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.commands import Command, assert_success
from support.drawn_sweeps import COUNT, POINTS, drawn, make_sweep

from laser_sweep import read_results
from laser_sweep.report import read_report
from laser_sweep.split import Parts
from laser_sweep.statistics import compare

PARTS = Parts(tuple(range(16)), tuple(range(16, COUNT)))
SENTENCE = "By their mean log-probability per token instead of the sum"


def outcomes() -> np.ndarray:
    """One edit is right everywhere by sums; the base model is right on a third."""
    right = np.tile(np.arange(COUNT) % 3 == 0, (len(POINTS), 1))
    right[2] = True
    return right


def test_both_verdicts_stand_in_terminal_report_and_page(tmp_path: Path, command: Command):
    right, per_token = outcomes(), drawn(3)
    per_token[2] = per_token[0]
    folder = tmp_path / "multirun"
    make_sweep(folder, right, PARTS, per_token)
    printed = assert_success(command("laser_sweep.report", folder))
    rows = read_results(folder)
    tested = rows[rows["part"] == "test"]
    base, chosen = (tested[tested["point"] == POINTS[row].point] for row in (0, 2))
    assert "Verdict: better" in printed
    share = 100 * base["correct_per_token"].mean()
    assert f"{SENTENCE}, base is right on {share:.1f} % and chosen on {share:.1f} %" in printed
    for name in ("report.md", "report.html"):
        text = (folder / name).read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
        assert SENTENCE in text
    found = json.loads((folder / "selection.json").read_text())
    assert (found["judgement"]["kind"], found["comparison"]["broken"]) == ("better", 0)
    swapped = compare(*(each.assign(correct=each["correct_per_token"]) for each in (base, chosen)))
    assert found["per_token"]["p_value"] == pytest.approx(swapped.p_value)
    assert found["per_token"]["accuracy"]["difference"]["value"] == pytest.approx(0)


def test_without_unequal_choices_there_is_one_verdict(tmp_path: Path):
    for name, per_token in (("none", None), ("equal", outcomes())):
        make_sweep(tmp_path / name, outcomes(), PARTS, per_token)
        assert read_report(tmp_path / name).per_token is None
