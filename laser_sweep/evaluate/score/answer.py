"""The model may say anything: correct if its likeliest tokens say what the gold answer's say."""

from __future__ import annotations

from typing import Any

from laser_sweep.evaluate.questions.question import ANSWER
from laser_sweep.evaluate.score.predictions import Likeliest, Predicted
from laser_sweep.evaluate.score.scoring_context import ScoringContext

TOP = (1, 5, 10)


def score(predicted: Predicted, scorer: ScoringContext) -> dict[str, Any]:
    """Top-1, 5 and 10 of the first token by text, and what the model said.

    An answer of several tokens is correct if each of them is the likeliest after those before it,
    which is to say if the model would begin with it; a masked model has to be right at each mask.
    """
    question, vocabulary = predicted.question, scorer.vocabulary
    ranks = [
        vocabulary.rank(each.tokens, gold)
        for each, gold in zip(predicted.likeliest, question.gold, strict=True)
    ]
    said = [each.tokens[0] for each in predicted.likeliest]
    return {
        "correct": all(rank == 1 for rank in ranks),
        "answer_logprob": predicted.sum(ANSWER),
        "prediction": vocabulary.said(said[0]) if len(said) == 1 else scorer.text(said),
        **top(ranks[0]),
    }


def top(rank: int | None) -> dict[str, bool]:
    """Whether the gold answer is among the likeliest tokens."""
    return {f"top_{k}": rank is not None and rank <= k for k in TOP}


def details(predicted: Predicted, likeliest: Likeliest, scorer: ScoringContext) -> dict[str, Any]:
    """The likeliest tokens as the paper's code stores them."""
    return {
        "top_tokens": [scorer.stored(token) for token in likeliest.tokens],
        "top_logprobs": list(likeliest.logprobs),
    }
