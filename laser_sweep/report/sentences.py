"""The report in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tabulate import tabulate

from laser_sweep.config import NO_COMPOSITION, PAPER
from laser_sweep.grid.point import BASE
from laser_sweep.report.changes import change_counts
from laser_sweep.report.example_sentences import context_notes, split_notes, tie_notes
from laser_sweep.report.formatting import (
    counted,
    p_value,
    percent,
    sentence_case,
    signed,
)
from laser_sweep.report.paper_sentences import paper_differences, paper_figures
from laser_sweep.report.per_token import per_token_notes
from laser_sweep.report.report import Report
from laser_sweep.report.search import Search
from laser_sweep.report.search_sentences import (
    audit_notes,
    composition,
    search_notes,
    searched_chance,
)
from laser_sweep.report.side_effect_texts import side_effect_notes
from laser_sweep.report.tables import result_headers, result_rows
from laser_sweep.report.unselected import best_rows_unselected, best_sentence_unselected
from laser_sweep.selection import BY_ACCURACY, why_base
from laser_sweep.statistics import majority_accuracy


def summary(report: Report) -> str:
    """The report as it is printed at the end of a sweep."""
    return "\n".join((_results(report.search, "simple"), "", *_summary_lines(report)))


def summary_markdown(report: Report) -> str:
    """The same in Markdown, as notebooks show it."""
    return "\n\n".join((_results(report.search, "pipe"), *_summary_lines(report)))


def _results(search: Search, style: str) -> str:
    """The table of base and chosen, or of the best points, in a format of tabulate's."""
    names = result_headers(search)
    alignment = ("left", "left", *["right"] * (len(names) - 2))
    rows = [*result_rows(search), *best_rows_unselected(search)]
    return tabulate(rows, names, tablefmt=style, disable_numparse=True, colalign=alignment)


def _summary_lines(report: Report) -> Iterator[str]:
    """The sentences below the table."""
    search = report.search
    lines = (
        *(
            choice(report),
            best_sentence_unselected(search),
            *fold_choices(report),
            *search_notes(search),
            *audit_notes(report),
        ),
        f"Verdict: {report.judgement.text}." if report.comparison is not None else "",
        *per_token_notes(report.per_token),
        composition(report),
        *side_effect_notes(search.side_effects),
        *(unfinished(search), paper_figures(search), *paper_differences(search)),
        *context_notes(search),
        *tie_notes(report),
        *split_notes(report),
    )
    yield from filter(None, lines)


def choice(report: Report) -> str:
    """The chosen point, and its headline figure on examples that had no part in the choice."""
    search = report.search
    if not search.selects:
        return "Nothing is selected (split=all): the figures are for all examples."
    if search.waits_for_ranking or search.chosen is None or search.base is None:
        return "Nothing to select yet: the base model or every point has no result."
    point = search.chosen.point
    if search.candidates == 1 and point == str(BASE):
        return "The base model is the only point that was evaluated."
    if search.parts.folds:
        return _choice_in_folds(report, point)
    if point == str(BASE):
        why = why_base(search.config.selection)
        return f"The base model itself is chosen: {why} on the validation part."
    if report.comparison is None:
        return f"Chosen on the validation part: {point}; not tested yet."
    return (
        f"Chosen on the validation part{_reason(search)}: {point}. On the test part it "
        f"{_tested(report)}"
    )


def _choice_in_folds(report: Report, point: str) -> str:
    named = "the base model itself" if point == str(BASE) else point
    chosen = f"Chosen on all examples{_reason(report.search)}: {named}."
    if report.comparison is None:
        return f"{chosen} Not tested yet."
    return (
        f"{chosen} Out of fold, each example is answered by the point that was chosen without the "
        f"example's fold; this procedure {_tested(report)}"
    )


def _reason(search: Search) -> str:
    """The reason for choosing an edit that is as accurate as the base model on validation."""
    base, chosen = search.base, search.chosen
    if base is None or chosen is None or chosen.point == str(BASE):
        return ""
    by_accuracy = chosen.validation.accuracy != base.validation.accuracy  # either may be NaN
    other_rule = search.config.selection != BY_ACCURACY or search.config.protocol == PAPER
    return "" if by_accuracy or other_rule else ", for its log-loss alone"


def _tested(report: Report) -> str:
    """The headline figures of chosen and base on the test part, and their difference."""
    search, difference = report.search, report.difference
    base, chosen, headline = search.base, search.chosen, search.headline
    assert base is not None
    assert chosen is not None
    if not headline.is_accuracy:
        after, before = headline.of(chosen.test), headline.of(base.test)
        return (
            f"has a perplexity of {headline.text(after)}, the base model one of "
            f"{headline.text(before)}: {headline.change(before, after)}."
        )
    assert difference is not None
    counts = change_counts(report.changed_examples)
    return (
        f"is right on {percent(chosen.test.accuracy)} of the examples, the base model on "
        f"{percent(base.test.accuracy)}: {signed(difference, 1)} points "
        f"({counts['corrected']:,} examples corrected, {counts['broken']:,} broken)."
    )


def fold_choices(report: Report) -> Iterator[str]:
    """The points that were chosen without one of the folds, the most frequent first."""
    if report.folds:
        counts = Counter(fold.point or "none" for fold in report.folds).most_common()
        chosen = ", ".join(f"{point} ({count} of {len(report.folds)})" for point, count in counts)
        yield f"Chosen in the folds: {chosen}."


def unfinished(search: Search) -> str:
    """The points or the trials of a stack that have no result yet; empty if all have one."""
    if search.waits_for_ranking:
        return "The points are not ranked yet."
    if not search.missing:
        return _uncomposed(search)
    have = "point has" if search.missing == 1 else "points have"
    return f"{search.missing} {have} no result yet."


def _uncomposed(search: Search) -> str:
    if search.config.compose.name == NO_COMPOSITION:
        return ""
    if search.composition is None:
        return "The stack is not composed yet."
    failed = len(search.composition.failed)
    return f"{counted(failed, 'trial', 'trials')} of the composition failed." if failed else ""


def tested_on(search: Search) -> str:
    """The examples on which base and chosen are compared."""
    if not search.selects:
        return "on all examples"
    return "out of fold" if search.parts.folds else "on the test part"


def chance(report: Report) -> str:
    """The best gain among candidates without an effect; empty if it is not known."""
    null = report.null
    if null is None:
        return searched_chance(report)
    harmful = counted(null.harmful, "harmful one is", "harmful ones are")
    left_out = f" ({harmful} left out)" if null.harmful else ""
    return (
        f"the best of {counted(null.candidates - null.harmful, 'candidate', 'candidates')} "
        f"without an effect{left_out} "
        f"gains {100 * null.mean:.1f} points on the validation part on average, and more than "
        f"{100 * null.upper:.1f} in one of twenty cases; the best here gains "
        f"{100 * null.observed:.1f} (p = {p_value(null.p_value)})"
    )


def notes(report: Report) -> Iterator[str]:
    """Further facts about the figures, one sentence each."""
    yield from fold_choices(report)
    yield from search_notes(report.search)
    yield from audit_notes(report)
    yield from _comparison_notes(report)
    yield from per_token_notes(report.per_token)
    yield from _majority(report)
    yield from context_notes(report.search)
    yield from tie_notes(report)
    yield from split_notes(report)


def _comparison_notes(report: Report) -> Iterator[str]:
    compared = report.comparison
    if compared is None:
        return
    clusters = (
        "" if compared.clusters is None else f"; computed with {compared.clusters:,} clusters"
    )
    if compared.corrected is None:
        yield (
            f"{sentence_case(tested_on(report.search))}, p = {p_value(compared.p_value)} for the "
            f"log-loss of {compared.examples:,} documents (two-sided{clusters})."
        )
        return
    yield (
        f"{sentence_case(tested_on(report.search))}, {compared.corrected:,} examples are corrected "
        f"and {compared.broken:,} broken (p = {p_value(compared.p_value)}, two-sided{clusters})."
    )
    answers = {"base": compared.base_commonest, "chosen": compared.chosen_commonest}
    for name, answer in answers.items():
        if not answer.is_repeated:
            yield f"The {name} model gives no answer twice."
            continue
        yield (
            f"The {name} model's commonest answer, {answer.prediction!r}, makes up "
            f"{percent(answer.share)} of its answers."
        )


def _majority(report: Report) -> Iterator[str]:
    """The accuracy of always giving the commonest gold answer of the tested examples."""
    gold = report.changed_examples["answer"].dropna()
    if not gold.empty:
        answer = gold.value_counts().index[0]
        share = percent(majority_accuracy(gold))
        examples = "examples" if report.search.parts.folds else "test part"
        yield f"Always answering {answer!r} would be right on {share} of the {examples}."
