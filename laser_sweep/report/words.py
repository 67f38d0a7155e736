"""What the report says of its figures, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from laser_sweep.report.content import Report, percent
from laser_sweep.statistics import majority_accuracy


def null_sentence(report: Report) -> str:
    """What the best of so many candidates without effect reaches; empty if that is not known."""
    null = report.null
    if null is None:
        return ""
    return (
        f"the best of {null.candidates:,} candidates without an effect gains "
        f"{100 * null.mean:.1f} points on the validation part on average, and more than "
        f"{100 * null.upper:.1f} in one of twenty cases; the best here gains "
        f"{100 * null.observed:.1f} (p = {null.p_value:.2g})"
    )


def notes(report: Report) -> Iterator[str]:
    """What else should be known of the figures, in sentences."""
    compared = report.comparison
    if compared is not None:
        yield (
            f"On the test part {compared.corrected:,} examples are corrected and "
            f"{compared.broken:,} broken (p = {compared.p_value:.2g}, two-sided"
            f"{_of_clusters(compared.clusters)})."
        )
        for name, says in (
            ("base", compared.base_commonest),
            ("chosen", compared.chosen_commonest),
        ):
            what = f"The {name} model's commonest answer, {says.prediction!r}, is"
            yield f"{what} {percent(says.share)} of all."
    yield from _majority(report)
    yield from report.fitted


def _majority(report: Report) -> Iterator[str]:
    """What always giving the commonest gold answer of the test part would reach."""
    gold = report.changed_examples["answer"].dropna()
    if not gold.empty:
        answer = gold.value_counts().index[0]
        share = percent(majority_accuracy(gold))
        yield f"Always answering {answer!r} would be right on {share} of the test part."


def _of_clusters(clusters: int | None) -> str:
    return "" if clusters is None else f"; intervals and p of {clusters:,} clusters"
