"""The columns of one outcome, whatever kind it is of."""

from __future__ import annotations

from typing import Any

from laser_sweep.evaluate.questions.question import QUESTION, TOTAL
from laser_sweep.evaluate.score.answer import details
from laser_sweep.evaluate.score.predictions import Predicted
from laser_sweep.evaluate.score.scoring_context import ScoringContext


def outcome(predicted: Predicted, scored: dict[str, Any], scorer: ScoringContext) -> dict[str, Any]:
    """What was scored, the length of the answer, and what the paper's code stores besides."""
    columns = {**scored, "answer_length": predicted.question.length}
    if not scorer.paper:
        return columns
    if not scorer.masks:
        columns |= _totals(predicted, scored["answer_logprob"])
    if scorer.scoring.details and predicted.likeliest:
        columns |= details(predicted, predicted.likeliest[0], scorer)
    return columns


def _totals(predicted: Predicted, answer: float) -> dict[str, Any]:
    """The log-probabilities of prompt, and of prompt and answer.

    Where the paper's code reads neither, it stores the answer's as the total.
    """
    total, question = predicted.sum(TOTAL), predicted.sum(QUESTION)
    if total is not None:
        return {"total_logprob": total}
    if question is None:
        return {"total_logprob": answer}
    return {"question_logprob": question, "total_logprob": question + answer}
