"""Sentences on a search, its audit and its composition."""

from __future__ import annotations

from collections.abc import Iterator

from laser_sweep.report.formatting import counted, duration, p_value
from laser_sweep.report.report import Report
from laser_sweep.report.search import Search
from laser_sweep.report.searched import places
from laser_sweep.search import ranked_examples
from laser_sweep.store.ranking import Ranking


def search_notes(search: Search) -> Iterator[str]:
    """The number of points that a search evaluated, and the place of the chosen one."""
    if (searched := search.searched) is None or not searched.asked:
        return
    points, name = len(searched.space.points), search.config.search.name
    evaluated = f"evaluated {len(searched.asked):,} on the whole validation part"
    ranking = searched.ranking
    if ranking is None:
        yield f"search={name} raced {points:,} points, and {evaluated}."
        return
    yield (
        f"search={name} ranked {points:,} points by one backward pass over "
        f"{len(ranked_examples(searched.space, search.config.search)):,} validation examples "
        f"({duration(ranking.seconds)}), and {evaluated}{_place_of_chosen(search, ranking)}."
    )


def _place_of_chosen(search: Search, ranking: Ranking) -> str:
    chosen = search.pick.point
    if chosen not in ranking.changes:
        return ""
    place = places(ranking, search.record.points[1:])[chosen]
    return f"; the chosen point is number {place:,} of the ranking"


def searched_chance(report: Report) -> str:
    """The p-value of the best gain of a search; empty without one."""
    gain = report.searched_gain
    if gain is None or not gain.observed:
        return ""
    return (
        f"the best gain on the validation part is {100 * gain.observed:.1f} points; the most "
        f"convincing gain has p = {p_value(gain.p_value)}, corrected for all "
        f"{gain.candidates:,} points that the search chose among"
    )


def audit_notes(report: Report) -> Iterator[str]:
    """The result of the audit of a search; nothing without one."""
    if (found := report.audit) is not None:
        are = "is" if found.better == 1 else "are"
        yield (
            f"Audit: of {found.left_out:,} points that the search left out, {found.audited:,} "
            f"were evaluated at random; {found.better:,} of these {are} better on the validation "
            f"part than all that it evaluated. With a confidence of 95 %, at most "
            f"{found.most_better:,} of those left out are better."
        )


def composition(report: Report) -> str:
    """The stack that was composed, with its verdicts; empty without a composition."""
    rule, composed = report.search.config.compose.name, report.composed
    if composed is None:
        return ""
    tried = counted(len(composed.composition.trials), "edit", "edits")
    if not (edits := composed.composition.accepted):
        return f"compose={rule} tried {tried}, and accepted none."
    stacked = f"compose={rule} tried {tried}, and accepted {len(edits)}: {' + '.join(edits)}."
    if not (composed.figures and composed.against_base and composed.against_chosen):
        return f"{stacked} Not tested yet."
    return (
        f"{stacked} On the test part this stack {_stack_figure(report)}. Against the base model: "
        f"{composed.against_base.verdict.text}. Against the chosen point: "
        f"{_against_chosen(report)}."
    )


def _stack_figure(report: Report) -> str:
    composed, headline = report.composed, report.search.headline
    assert composed is not None
    assert composed.figures is not None
    figure = headline.text(headline.of(composed.figures.test))
    return f"is right on {figure}" if headline.is_accuracy else f"has a perplexity of {figure}"


def _against_chosen(report: Report) -> str:
    composed = report.composed
    assert composed is not None
    assert composed.against_chosen is not None
    if composed.composition.point == report.search.pick.point:
        return "it is the same"
    return composed.against_chosen.verdict.text
