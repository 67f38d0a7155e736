"""Scoring of an answer: the model may say anything, and its likeliest tokens are compared."""

from __future__ import annotations

from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.questions.question import GOLD
from laser_sweep.evaluate.score.outcome import Outcome, TopRanks
from laser_sweep.evaluate.score.scoring_context import ScoringContext


def score(prediction: Prediction, context: ScoringContext) -> Outcome:
    """The model is right if each token of the gold answer is the likeliest one, by its text.

    In a causal model, each token is predicted from the tokens before it. So an answer of several
    tokens is right if the model would begin with it. A masked model predicts all tokens at once.
    """
    question, vocabulary = prediction.question, context.vocabulary
    ranks = [
        vocabulary.rank(each.tokens, gold)
        for each, gold in zip(prediction.likeliest, question.gold, strict=True)
    ]
    said = [each.tokens[0] for each in prediction.likeliest]
    return Outcome(
        correct=all(rank == 1 for rank in ranks),
        answer_logprob=prediction.sum(GOLD),
        prediction=vocabulary.said(said[0]) if len(said) == 1 else context.answer(prediction, said),
        ranks=TopRanks.of(ranks[0]),
        answer_length=question.length,
    )
