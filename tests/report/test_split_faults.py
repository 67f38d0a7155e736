"""Tests of the faults of a split: shared examples, and labels that one side lacks."""

import html
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from support.records import make_command
from support.written_sweeps import (
    BASE,
    GOOD,
    PARTS,
    make_store,
    remake,
    selection,
    write,
    write_grid,
)

from laser_sweep.dataset import Example
from laser_sweep.report import summary
from laser_sweep.report.split_faults import AbsentLabel, SplitFaults, split_faults
from laser_sweep.split import Parts
from laser_sweep.store.examples import write_examples
from laser_sweep.store.record import DatasetRecord, Identity
from laser_sweep.store.results import Store

TEXTS = pd.DataFrame(
    {
        "example": range(6),
        "prompt": ["a", "b", "c", "a", "a", "c"],
        "answer": ["1", "2", "3", "1", "9", "3"],
        "cluster": ["x", "x", "y", "x", "z", None],
    }
)
CLEAN = TEXTS.assign(cluster=None, prompt=list("abcdef"))


def test_tested_examples_that_also_validate_and_divided_clusters_are_counted():
    found = split_faults(Parts((0, 1), (2, 3, 4, 5)), TEXTS)
    assert found == SplitFaults(repeated=1, clusters=1)


def test_folds_share_examples_with_one_another():
    folds = ((0, 1, 2), (3, 4, 5))
    found = split_faults(Parts(tuple(range(6)), (), folds), TEXTS)
    assert found == SplitFaults(repeated=4, clusters=1)


def test_a_clean_split_without_clusters_has_no_fault():
    assert split_faults(Parts((0, 1), (2, 3, 4, 5)), CLEAN) == SplitFaults()
    assert split_faults(Parts((0, 1), (2, 3)), None) == SplitFaults()


@pytest.mark.parametrize(
    ("answers", "absent"),
    [
        ("yynnnn", [AbsentLabel("y", 2, "test"), AbsentLabel("n", 4, "validation")]),
        ("yyynnn", [AbsentLabel("n", 3, "validation")]),
        ("ynnnny", []),
        ("yyyyyy", []),
    ],
)
def test_a_label_that_one_part_lacks(answers: str, absent: list[AbsentLabel]):
    texts = CLEAN.assign(answer=list(answers))
    found = split_faults(Parts((0, 1), (2, 3, 4, 5)), texts, ("y", "n", "never"))
    assert list(found.absent) == absent
    assert not split_faults(Parts((), (0, 1, 2, 3, 4, 5)), texts, ("y", "n")).absent


def test_a_label_that_is_in_one_fold_alone():
    texts = CLEAN.assign(answer=list("ynyyyn"))
    folds = ((0, 2), (1, 5), (3, 4))
    found = split_faults(Parts(tuple(range(6)), (), folds), texts, ("y", "n"))
    assert list(found.absent) == [AbsentLabel("n", 2, None)]


def _report_files(folder: Path) -> list[str]:
    """The summary in the terminal, and the texts of the files of a report that is made anew."""
    summarized = summary(remake(folder))
    names = ("report.md", "report.html")
    return [summarized, *(html.unescape((folder / name).read_text("utf-8")) for name in names)]


def test_the_warnings_are_in_the_terminal_the_report_and_the_page(tmp_path: Path):
    store = Store(tmp_path, Identity("xxh3:w", "float32", "xxh3:e", "corrected"), PARTS)
    command = make_command(points=["base", GOOD.point])
    store.open(replace(command, dataset=DatasetRecord(14, (), (), ("yes", "no"))))
    examples = [
        Example(f"q{i % 13}", "no" if 3 < i < 9 else "yes", ("yes", "no")) for i in range(14)
    ]
    write_examples(tmp_path, examples, "xxh3:e")
    for point in (BASE, GOOD):
        write(store, point, "validation", "1010" if point is BASE else "1110")
    expected = [
        "Warning: 1 tested example is also in the validation part, with the same prompt and answer",
        "Warning: 5 examples have the gold answer 'no', none of them in the validation part",
    ]
    for tested in (False, True):  # the warnings do not wait for the test
        if tested:
            write(store, BASE, "test", "1100000000")
            write(store, GOOD, "test", "1011100000")
        for text in _report_files(tmp_path):
            assert [sentence for sentence in expected if sentence not in text] == []
    faults = selection(tmp_path)["split_faults"]
    assert faults["repeated"] == 1
    assert faults["absent"] == [{"label": "no", "examples": 5, "absent_from": "validation"}]


def test_a_p_value_of_few_clusters_says_how_many(tmp_path: Path):
    store = make_store(tmp_path)
    write_grid(store)
    write(store, BASE, "test", "1100000000", clusters="aabbccddee")
    write(store, GOOD, "test", "1011100000", clusters="aabbccddee")
    for text in _report_files(tmp_path):
        assert "the p-value and the intervals rest on 5 clusters alone" in text
