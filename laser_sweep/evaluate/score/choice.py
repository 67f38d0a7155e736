"""The model chooses between labels of one or more tokens."""

from __future__ import annotations

from typing import Any

from laser_sweep.evaluate.score.answer import top
from laser_sweep.evaluate.score.predictions import Predicted
from laser_sweep.evaluate.score.scoring_context import ScoringContext


def score(predicted: Predicted, scorer: ScoringContext) -> dict[str, Any]:
    """The likeliest label, the first one in a tie, and the log-probability of each.

    A label of several tokens has the sum of theirs. Log-probabilities are over the whole
    vocabulary, not among the labels. Under the strict rule the gold label has to be likelier than
    every other one.
    """
    question = predicted.question
    each = [predicted.logprobs[number] for number in range(len(question.labels))]
    sums, gold = [sum(tokens) for tokens in each], question.labels.index(question.answer)
    chosen = _first_largest(sums)
    correct = chosen == gold
    if scorer.scoring.strict:
        correct = all(sums[gold] > other for i, other in enumerate(sums) if i != gold)
    outcome: dict[str, Any] = {
        "correct": correct,
        "answer_logprob": sums[gold],
        "prediction": question.labels[chosen],
        "choice_logprobs": sums,
    }
    if any(len(tokens) > 1 for tokens in each):
        means = [sum(tokens) / len(tokens) for tokens in each]
        outcome["choice_lengths"] = [len(tokens) for tokens in each]
        outcome["correct_per_token"] = _first_largest(means) == gold
    if predicted.likeliest:
        tokens = predicted.likeliest[0].tokens
        outcome |= top(scorer.vocabulary.rank(tokens, question.gold[0]))
    return outcome


def _first_largest(values: list[float]) -> int:
    return max(range(len(values)), key=values.__getitem__)
