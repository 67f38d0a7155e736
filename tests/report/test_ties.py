"""Outcomes in which labels tie are counted and told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from support.written_sweeps import BAD, BASE, GOOD, MILD, make_store, remake, selection, write

from laser_sweep.report import summary
from laser_sweep.report.ties import Ties, tied, ties_of
from laser_sweep.store.results import Store

INFINITE = float("inf")
TIED, CLEAR = [-1.25, -3.0, -1.25], [-2.0, -2.0, -1.0]


def fill(store: Store, base: list[list[float]], good: list[list[float]]) -> None:
    """Outcomes of four points on four validating examples, and of two of them on ten others."""
    clear = [CLEAR] * 10
    write(store, BASE, "validation", "1010", 2.0, labels=base[:4])
    write(store, GOOD, "validation", "1110", 1.25, labels=good[:4])
    write(store, MILD, "validation", "1010", 1.9, labels=[TIED] * 4)
    write(store, BAD, "validation", "0000", 7.0, labels=clear[:4])
    write(store, BASE, "test", "1100000000", 2.5, labels=base[4:])
    write(store, GOOD, "test", "1011100000", 1.5, labels=good[4:])


@pytest.mark.parametrize(
    ("log_probs", "ties"),
    [
        (TIED, True),
        (CLEAR, False),  # two labels are equal, and another one is likelier
        ([-1.0, -1.0 + 2**-40], False),
        ([-INFINITE, -INFINITE], True),
        ([-INFINITE, -3.0], False),
        ([-0.5], False),
    ],
)
def test_an_outcome_ties_if_several_labels_are_the_likeliest(log_probs: list[float], ties: bool):
    assert tied(pd.DataFrame({"choice_logprobs": [log_probs]})).tolist() == [ties]
    several = pd.DataFrame({"choice_logprobs": [None, log_probs, CLEAR, TIED]})
    assert tied(several).to_dict() == {1: ties, 2: False, 3: True}
    assert ties_of(several) == Ties(outcomes=3, ties=1 + ties)


def test_the_ties_of_a_sweep_are_told_everywhere(tmp_path: Path):
    store = make_store(tmp_path / "sweep")
    fill(store, [TIED, CLEAR] + [CLEAR] * 11 + [TIED], [TIED] * 3 + [CLEAR] * 11)
    report = remake(store.folder)
    told = (
        "Labels tie in 9 of 36 outcomes (base: 2 of 14, chosen: 3 of 14): several have the highest "
        "log-probability, and the first of them is the prediction."
    )
    assert told in summary(report)
    for name in ("report.md", "report.html"):
        assert told in (store.folder / name).read_text(encoding="utf-8")
    assert selection(store.folder)["ties"] == {
        "all": {"outcomes": 36, "ties": 9},
        "base": {"outcomes": 14, "ties": 2},
        "chosen": {"outcomes": 14, "ties": 3},
    }
    grid = pd.read_csv(store.folder / "grid.csv").set_index("point")
    assert grid["validation_ties"].to_dict() == {
        BASE.point: 1, BAD.point: 0, MILD.point: 4, GOOD.point: 3
    }  # fmt: skip
    assert grid["test_ties"].dropna().to_dict() == {BASE.point: 1, GOOD.point: 0}


def test_nothing_is_told_without_ties(tmp_path: Path):
    for folder, labels in (("without", None), ("clear", CLEAR)):
        store = make_store(tmp_path / folder)
        for columns in (BASE, GOOD):
            write(store, columns, "validation", "1010", labels=labels and [labels] * 4)
        report = remake(store.folder)
        texts = [summary(report), (store.folder / "report.md").read_text(encoding="utf-8")]
        assert not any("Labels tie" in text or "| ties" in text for text in texts)
        assert not any("ties" in name for name in pd.read_csv(store.folder / "grid.csv"))
        outcomes = 8 if labels else 0
        assert selection(store.folder)["ties"]["all"] == {"outcomes": outcomes, "ties": 0}
