"""Sweep folders with outcomes that are written by hand."""

import json
from pathlib import Path

from laser_sweep.config import DatasetConfig, ModelConfig
from laser_sweep.report import read_report, write_report
from laser_sweep.split import Parts
from laser_sweep.store.columns import PointColumns
from laser_sweep.store.record import Identity
from laser_sweep.store.results import Store

from .records import make_command, make_config

PARTS = Parts(tuple(range(4)), tuple(range(4, 14)))
BASE = PointColumns("none", "dont", None, None, 0.0, 1.0, None, 0, "base")
GOOD = PointColumns("rank_reduction", "fc_in", 3, "all", 9.9, 0.01, 40, 1, "fc_in-l3-rho0.01")
MILD = PointColumns("rank_reduction", "fc_in", 3, "all", 1.0, 0.9, 3686, 1, "fc_in-l3-rho0.9")
BAD = PointColumns("rank_reduction", "fc_out", 2, "all", 9.9, 0.01, 40, 1, "fc_out-l2-rho0.01")
POINTS = [BASE, BAD, MILD, GOOD]


def remake(folder):
    """Make the report of a folder, as `python -m laser_sweep.report` does."""
    report = read_report(folder)
    write_report(report)
    return report


def make_store(folder, protocol="corrected", points=(), selection="accuracy"):
    store = Store(folder, Identity("xxh3:w", "float32", "xxh3:e", protocol), PARTS)
    names = [*(columns.point for columns in POINTS), *points]
    store.open(make_command(make_config(protocol, selection=selection), names))
    return store


def write(store, columns, part, right, log_loss=1.0, f1=None, clusters=None, labels=None):
    """Outcomes of a point, written as a text like `1011`: which examples are right.

    `clusters` is a text of as many letters; `labels` are the log-probabilities of the labels for
    each example.
    """
    count = len(right)
    outcomes = {
        "correct": [each == "1" for each in right],
        "answer_logprob": [-log_loss] * count,
        "answer_length": [1] * count,
        "prediction": ["word"] * count,
        **({} if f1 is None else {"f1": [f1] * count}),
        **({} if clusters is None else {"cluster": list(clusters)}),
        **({} if labels is None else {"choice_logprobs": labels}),
    }
    store.write(columns, store.parts.of(part), outcomes)


def write_grid(store):
    write(store, BASE, "validation", "1010", 2.0)
    write(store, GOOD, "validation", "1110", 1.25)
    write(store, MILD, "validation", "1010", 1.9)
    write(store, BAD, "validation", "0000", 7.0)


def selection(folder):
    return json.loads((folder / "selection.json").read_text(encoding="utf-8"))


def make_dataset_sweep(
    root: Path, dataset: str, chosen: str, other: str, weights: str = "xxh3:w"
) -> Path:
    """A sweep of BASE, GOOD and MILD; how many GOOD and MILD have right."""
    folder = root / "tiny" / dataset / "rank_reduction"
    identity = Identity(weights, "float32", f"xxh3:{dataset}", "corrected")
    store = Store(folder, identity, PARTS)
    config = make_config(
        model=ModelConfig(path="models/tiny"),
        dataset=DatasetConfig(path=f"{dataset}.jsonl", name=dataset),
    )
    store.open(make_command(config, ["base", GOOD.point, MILD.point]))
    write(store, BASE, "validation", "1000")
    write(store, GOOD, "validation", chosen)
    write(store, MILD, "validation", other)
    write(store, BASE, "test", "1100000000")
    write(store, GOOD if chosen > other else MILD, "test", "1111111100")
    remake(folder)
    return folder
