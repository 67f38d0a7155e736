"""The scorer of each kind of scoring, and the columns of outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from laser_sweep.dataset import (
    ANSWER,
    CHOICE,
    GENERATION,
    NEXT_TOKEN,
    PERPLEXITY,
    HarnessScoring,
)
from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.score import answer, choice, document, generation, harness_scores
from laser_sweep.evaluate.score.outcome import Outcome
from laser_sweep.evaluate.score.paper_columns import with_paper_columns
from laser_sweep.evaluate.score.scoring_context import ScoringContext

Scorer: TypeAlias = Callable[[Prediction, ScoringContext], Outcome]
"""A function that makes the outcome of an example from a model's prediction."""

SCORERS: Mapping[str, Scorer] = {
    NEXT_TOKEN: answer.score,
    ANSWER: answer.score,
    CHOICE: choice.score,
    GENERATION: generation.score,
    PERPLEXITY: document.score,
}
"""The scorer of each kind of scoring."""

HARNESS_SCORERS: Mapping[str, Scorer] = {
    ANSWER: harness_scores.answer,
    CHOICE: harness_scores.choice,
    GENERATION: harness_scores.generation,
}
"""The scorer of each kind of scoring, for tasks of EleutherAI's harness."""


def score(prediction: Prediction, context: ScoringContext) -> Outcome:
    """The outcome of an example."""
    is_of_harness = isinstance(context.scoring, HarnessScoring)
    scorers = HARNESS_SCORERS if is_of_harness else SCORERS
    outcome = scorers[context.scoring.kind](prediction, context)
    if context.scoring.kind == PERPLEXITY:
        return outcome
    return with_paper_columns(outcome, prediction, context) if context.prompting.paper else outcome


def outcome_columns(
    predictions: Sequence[Prediction], context: ScoringContext
) -> dict[str, list[object]]:
    """The outcomes of predictions, by column; None where an outcome lacks a column of another."""
    outcomes = [score(prediction, context).columns() for prediction in predictions]
    names = dict.fromkeys(name for outcome in outcomes for name in outcome)
    return {name: [outcome.get(name) for outcome in outcomes] for name in names}
