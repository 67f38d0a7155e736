"""Scoring of a choice: the model chooses between labels of one or more tokens."""

from __future__ import annotations

import math
from collections.abc import Sequence

from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.score.outcome import Outcome, TopRanks
from laser_sweep.evaluate.score.scoring_context import ScoringContext


def score(prediction: Prediction, context: ScoringContext) -> Outcome:
    """The model chooses the likeliest label; of equally likely labels, the first.

    The log-probability of a label is the sum over its tokens, each over the whole vocabulary. Under
    the strict rule the model is right only if the gold label is likelier than every other label.
    Where several labels are right, each of them is, and the gold label is the first of them.
    """
    question = prediction.question
    log_probs = [prediction.logprobs[number] for number in range(len(question.labels))]
    sums, right = [sum(tokens) for tokens in log_probs], question.right
    chosen = first_largest(sums)
    correct = chosen in right
    if context.scoring.strict:
        others = [each for number, each in enumerate(sums) if number not in right]
        correct = correct and sums[chosen] > max(others, default=-math.inf)
    several = any(len(tokens) > 1 for tokens in log_probs)
    means = [sum(tokens) / len(tokens) for tokens in log_probs]
    return Outcome(
        correct=correct,
        answer_logprob=sums[right[0]],
        prediction=question.labels[chosen],
        choice_logprobs=sums,
        choice_lengths=[len(tokens) for tokens in log_probs] if several else None,
        correct_per_token=first_largest(means) in right if several else None,
        ranks=_ranks(prediction, context),
        answer_length=question.length,
    )


def _ranks(prediction: Prediction, context: ScoringContext) -> TopRanks | None:
    """The ranks of the gold label's first token; None if the likeliest tokens are not read."""
    if not prediction.likeliest:
        return None
    tokens = prediction.likeliest[0].tokens
    return TopRanks.of(context.vocabulary.rank(tokens, prediction.question.gold[0]))


def first_largest(values: Sequence[float]) -> int:
    """The number of the largest value; of equally large ones, of the first."""
    return max(range(len(values)), key=values.__getitem__)
