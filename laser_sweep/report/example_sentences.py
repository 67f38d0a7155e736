"""Sentences on the examples: how the model is asked them, their ties, and faults of their split."""

from __future__ import annotations

from collections.abc import Iterator

from laser_sweep.dataset import DocumentScoring
from laser_sweep.report.formatting import counted
from laser_sweep.report.report import Report
from laser_sweep.report.search import Search
from laser_sweep.report.split_faults import AbsentLabel
from laser_sweep.report.ties import Ties

FEW_CLUSTERS = 20
"""With fewer clusters, intervals that assume many of them are too narrow."""


def asking(search: Search) -> Iterator[tuple[str, str]]:
    """The task, the chat template and the shots of the model's questions, as names and values.

    For documents, their windows.
    """
    dataset = search.config.dataset
    if dataset.is_of_documents:
        yield "measured", str(DocumentScoring(window=dataset.window, stride=dataset.stride))
    if dataset.task:
        yield "task", f"{dataset.task} ({search.record.dataset.source})"
    if dataset.chat_template:
        system = f", after the system prompt {dataset.system_prompt!r}"
        yield "asked", f"in its chat template{system if dataset.system_prompt else ''}"
    if dataset.shots and not dataset.task:
        where = dataset.shots_path or dataset.shots_split or "the dataset"
        drawn = (
            "the first" if dataset.shots_seed is None else f"drawn with seed {dataset.shots_seed}"
        )
        yield "shots", f"{dataset.shots} of {where}, {drawn}"


def context_notes(search: Search) -> list[str]:
    """The number of examples that did not fit in the model's context, and their treatment."""
    dataset = search.record.dataset
    treated = {"left out": dataset.dropped, "cut on the left": dataset.truncated}
    return [
        f"{len(examples):,} examples are too long for the model's context and were {treatment}."
        for treatment, examples in treated.items()
        if examples
    ]


def tie_notes(report: Report) -> Iterator[str]:
    """The number of outcomes in which labels tie; nothing without such outcomes."""
    all_points, *of_points = report.ties.items()
    if not all_points[1].ties:
        return
    counts = [f"{name}: {_share(ties)}" for name, ties in of_points if ties.outcomes]
    yield (
        f"Labels tie in {_share(all_points[1])} outcomes ({', '.join(counts)}): several have the "
        "highest log-probability, and the first of them is the prediction."
    )


def _share(ties: Ties) -> str:
    return f"{ties.ties:,} of {ties.outcomes:,}"


def split_notes(report: Report) -> Iterator[str]:
    """Warnings of a split whose figures deceive."""
    faults, folds = report.split_faults, report.search.parts.folds
    where = "in another fold" if folds else "in the validation part"
    sides = "in several folds" if folds else "on both sides of the split"
    advice = "split=grouped with dataset.cluster_by keeps such examples together."
    if faults.repeated:
        repeated = counted(faults.repeated, "tested example is", "tested examples are")
        yield f"Warning: {repeated} also {where}, with the same prompt and answer; {advice}"
    if faults.clusters:
        divided = counted(faults.clusters, "cluster has", "clusters have")
        yield f"Warning: {divided} examples {sides}; {advice}"
    for absent in faults.absent:
        yield _absent_label(absent)
    if (compared := report.comparison) is not None and compared.clusters is not None:
        yield from _few_clusters(compared.clusters)


def _absent_label(absent: AbsentLabel) -> str:
    examples = counted(absent.examples, "example has", "examples have")
    where = (
        "all in one fold"
        if absent.absent_from is None
        else f"none of them in the {absent.absent_from} part"
    )
    return (
        f"Warning: {examples} the gold answer {absent.label!r}, {where}; split=grouped gives each "
        "part its share of every gold answer."
    )


def _few_clusters(clusters: int) -> Iterator[str]:
    if clusters < FEW_CLUSTERS:
        rests_on = counted(clusters, "cluster", "clusters")
        yield (
            f"Warning: the p-value and the intervals rest on {rests_on} alone; with fewer than "
            f"{FEW_CLUSTERS} they are rough."
        )
