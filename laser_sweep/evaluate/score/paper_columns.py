"""Columns of the `paper` protocol, which the paper's code stores beside the scores."""

from __future__ import annotations

from dataclasses import replace

from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.questions.question import PROMPT, TOTAL
from laser_sweep.evaluate.score.outcome import Outcome
from laser_sweep.evaluate.score.scoring_context import ScoringContext


def with_paper_columns(
    outcome: Outcome, prediction: Prediction, context: ScoringContext
) -> Outcome:
    """The outcome with the columns of the `paper` protocol."""
    if not context.prompting.masked:
        outcome = _with_totals(outcome, prediction)
    if context.scoring.details and prediction.likeliest:
        likeliest = prediction.likeliest[0]
        outcome = replace(
            outcome,
            top_tokens=[context.paper_token(token) for token in likeliest.tokens],
            top_logprobs=list(likeliest.logprobs),
        )
    return outcome


def _with_totals(outcome: Outcome, prediction: Prediction) -> Outcome:
    """The outcome with the log-probabilities of the prompt, and of the prompt and the answer.

    Where the paper's code reads neither of them, it stores the answer's as the total.
    """
    if TOTAL in prediction.logprobs:
        return replace(outcome, total_logprob=prediction.sum(TOTAL))
    if PROMPT not in prediction.logprobs:
        return replace(outcome, total_logprob=outcome.answer_logprob)
    prompt = prediction.sum(PROMPT)
    return replace(outcome, question_logprob=prompt, total_logprob=prompt + outcome.answer_logprob)
