"""Scoring of an answer: the model may say anything, and its likeliest tokens are compared."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.evaluate.engine.predictions import LikeliestTokens, Prediction
from laser_sweep.evaluate.questions.question import GOLD
from laser_sweep.evaluate.score.outcome import Outcome, TopRanks
from laser_sweep.evaluate.score.scoring_context import ScoringContext
from laser_sweep.evaluate.score.vocabulary import Vocabulary


def score(prediction: Prediction, context: ScoringContext) -> Outcome:
    """The model is right if each token of an accepted answer is the likeliest one, by its text.

    In a causal model, each token is predicted from the tokens before it. So an answer of several
    tokens is right if the model would begin with it. A masked model predicts all tokens at once.
    Log-probability, length and ranks are those of the gold answer, the first accepted one.
    """
    question, vocabulary = prediction.question, context.vocabulary
    ranks = _ranks(prediction.likeliest, question.gold, vocabulary)
    right = prediction.likeliest if _all_first(ranks) else _right_alias(prediction, vocabulary)
    said = [each.tokens[0] for each in right or prediction.likeliest]
    return Outcome(
        correct=right is not None,
        answer_logprob=prediction.sum(GOLD),
        prediction=vocabulary.said(said[0]) if len(said) == 1 else context.answer(prediction, said),
        ranks=TopRanks.of(ranks[0]),
        answer_length=question.length,
    )


def _right_alias(prediction: Prediction, vocabulary: Vocabulary) -> list[LikeliestTokens] | None:
    """The likeliest tokens at the positions of the first further answer that is right."""
    for number, tokens in enumerate(prediction.question.alias_tokens, 1):
        likeliest = prediction.aliases[number]
        if _all_first(_ranks(likeliest, tokens, vocabulary)):
            return likeliest
    return None


def _all_first(ranks: Sequence[int | None]) -> bool:
    return all(rank == 1 for rank in ranks)


def _ranks(
    likeliest: Sequence[LikeliestTokens], tokens: Sequence[int], vocabulary: Vocabulary
) -> list[int | None]:
    """The place of each token of an answer among the likeliest tokens at its position."""
    return [
        vocabulary.rank(each.tokens, token) for each, token in zip(likeliest, tokens, strict=True)
    ]
