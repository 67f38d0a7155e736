"""Scoring of a document: its log-likelihood, which is neither right nor wrong."""

from __future__ import annotations

import math

from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.questions.question import GOLD
from laser_sweep.evaluate.score.outcome import Outcome
from laser_sweep.evaluate.score.scoring_context import ScoringContext


def score(prediction: Prediction, context: ScoringContext) -> Outcome:
    """The log-likelihood of the document, with the numbers of its tokens and bytes."""
    question = prediction.question
    return Outcome(
        # Exact, so that it does not depend on the order of the windows in a batch.
        answer_logprob=math.fsum(prediction.logprobs[GOLD]),
        answer_length=question.length,
        text_bytes=question.text_bytes,
    )
