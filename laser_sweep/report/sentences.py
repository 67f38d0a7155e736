"""What the report says of its figures, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tabulate import tabulate

from laser_sweep.config import PAPER
from laser_sweep.grid.point import BASE
from laser_sweep.report.report import Report
from laser_sweep.report.tables import headers, p_value, percent, points, rows
from laser_sweep.selection import BY_ACCURACY, why_base
from laser_sweep.split import TEST, VALIDATION
from laser_sweep.statistics import majority_accuracy


def summary(report: Report) -> str:
    """The report as it is printed at the end of a sweep."""
    names = headers(report)
    alignment = ("left", "left", *["right"] * (len(names) - 2))
    table = tabulate(rows(report), names, disable_numparse=True, colalign=alignment)
    judged = f"Verdict: {report.judgement.text}." if report.comparison is not None else ""
    ours = report.paper[:1].upper() + report.paper[1:] + "." if report.paper else ""
    lines = (
        *(sentence(report), *folds(report), judged, report.unfinished if report.missing else ""),
        *(ours, *report.paper_differences, *report.fitted),
    )
    return "\n".join((table, "", *filter(None, lines)))


def sentence(report: Report) -> str:
    """What was chosen, and what it does on examples that it was not chosen on."""
    if not report.selects:
        return "Nothing is selected (split=all): the figures are of all examples."
    if report.chosen is None or report.base is None:
        return "Nothing to select yet: the base model or every point has no result."
    if report.candidates == 1 and report.chosen["point"] == str(BASE):
        return "The base model is the only point that was evaluated."
    if report.parts.folds:
        return _out_of_fold(report)
    if report.chosen["point"] == str(BASE):
        why = why_base(report.config["selection"])
        return f"The base model itself is chosen: {why} on the validation part."
    if report.difference is None:
        return f"Chosen on the validation part: {report.chosen['point']}; not tested yet."
    return (
        f"Chosen on the validation part{_reason(report)}: {report.chosen['point']}. On the test "
        f"part it is right on {_tested(report)}"
    )


def _out_of_fold(report: Report) -> str:
    assert report.chosen is not None
    point = report.chosen["point"]
    named = "the base model itself" if point == str(BASE) else point
    chosen = f"Chosen on all examples{_reason(report)}: {named}."
    if report.difference is None:
        return f"{chosen} Not tested yet."
    return (
        f"{chosen} Out of fold, where each example is answered by what was chosen without its "
        f"fold, this way to choose is right on {_tested(report)}"
    )


def _reason(report: Report) -> str:
    """Why an edit was chosen that is right as often as the base model, which could be chosen."""
    is_base = report.chosen is not None and report.chosen["point"] == str(BASE)
    by_accuracy = report.difference_in(f"{VALIDATION}_accuracy") != 0  # it may be unknown
    others = report.config["selection"] != BY_ACCURACY or report.config["protocol"] == PAPER
    return "" if is_base or by_accuracy or others else ", for its log-loss alone"


def _tested(report: Report) -> str:
    assert report.base is not None
    assert report.chosen is not None
    assert report.difference is not None
    return (
        f"{percent(report.chosen[f'{TEST}_accuracy'])} of the examples, the base model on "
        f"{percent(report.base[f'{TEST}_accuracy'])}: {points(report.difference / 100)} points "
        f"({report.changed['corrected']:,} examples corrected, "
        f"{report.changed['broken']:,} broken)."
    )


def folds(report: Report) -> Iterator[str]:
    """Which points were chosen without one of the folds, the commonest first."""
    if report.folds:
        counts = Counter(fold.point or "none" for fold in report.folds).most_common()
        chosen = ", ".join(f"{point} ({count} of {len(report.folds)})" for point, count in counts)
        yield f"Chosen in the folds: {chosen}."


def tested_on(report: Report) -> str:
    """Where base and chosen are compared."""
    if not report.selects:
        return "on all examples"
    return "out of fold" if report.parts.folds else "on the test part"


def null_sentence(report: Report) -> str:
    """What the best of so many candidates without effect reaches; empty if that is not known."""
    null = report.null
    if null is None:
        return ""
    left_out = f" ({null.harmful:,} that do harm are left out)" if null.harmful else ""
    return (
        f"the best of {null.candidates - null.harmful:,} candidates without an effect{left_out} "
        f"gains {100 * null.mean:.1f} points on the validation part on average, and more than "
        f"{100 * null.upper:.1f} in one of twenty cases; the best here gains "
        f"{100 * null.observed:.1f} (p = {p_value(null.p_value)})"
    )


def notes(report: Report) -> Iterator[str]:
    """What else should be known of the figures, in sentences."""
    compared = report.comparison
    yield from folds(report)
    if compared is not None:
        where = tested_on(report)
        yield (
            f"{where[:1].upper()}{where[1:]}, {compared.corrected:,} examples are corrected and "
            f"{compared.broken:,} broken (p = {p_value(compared.p_value)}, two-sided"
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
        which = "examples" if report.parts.folds else "test part"
        yield f"Always answering {answer!r} would be right on {share} of the {which}."


def cost(report: Report) -> str:
    """What the results cost: points, evaluations and, where the logs have it, time."""
    text = f"{len(report.table):,} points, {report.evaluated:,} evaluations of an example"
    return text if report.seconds is None else f"{text}, {duration(report.seconds)} of computing"


def duration(seconds: float) -> str:
    """A time in the unit that suits it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _of_clusters(clusters: int | None) -> str:
    return "" if clusters is None else f"; intervals and p of {clusters:,} clusters"
