"""Scoring as EleutherAI's harness does it, one function for each kind of scoring."""

from __future__ import annotations

import math
import re
import string

from laser_sweep.dataset import ACC_NORM, ExactMatch, HarnessScoring, filtered
from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.questions.question import GOLD
from laser_sweep.evaluate.score.choice import first_largest
from laser_sweep.evaluate.score.generation import overlap
from laser_sweep.evaluate.score.outcome import HarnessMetrics, Outcome, TopRanks
from laser_sweep.evaluate.score.scoring_context import ScoringContext

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_DIGITS = str.maketrans("", "", string.digits)


def choice(prediction: Prediction, context: ScoringContext) -> Outcome:
    """The likeliest choice, by the sum of its tokens (`acc`) or per character (`acc_norm`)."""
    question = prediction.question
    log_probs = [prediction.logprobs[number] for number in range(len(question.labels))]
    sums = [math.fsum(tokens) for tokens in log_probs]
    normed = [each / length for each, length in zip(sums, question.lengths, strict=True)]
    by_sum, by_length = first_largest(sums), first_largest(normed)
    metrics = HarnessMetrics(by_sum in question.right, by_length in question.right)
    is_normed = _scoring(context).metric == ACC_NORM
    return Outcome(
        correct=metrics.acc_norm if is_normed else metrics.acc,
        answer_logprob=sums[question.right[0]],
        prediction=question.labels[by_length if is_normed else by_sum],
        choice_logprobs=sums,
        choice_lengths=[len(tokens) for tokens in log_probs],
        harness=metrics,
        answer_length=question.length,
    )


def answer(prediction: Prediction, context: ScoringContext) -> Outcome:
    """The model is right if each token of the answer is the likeliest one."""
    gold, vocabulary = prediction.question.gold, context.vocabulary
    said = [each.tokens[0] for each in prediction.likeliest]
    return Outcome(
        correct=said == list(gold),
        answer_logprob=prediction.sum(GOLD),
        prediction=vocabulary.said(said[0]) if len(said) == 1 else context.answer(prediction, said),
        ranks=TopRanks.of(_rank(prediction, gold[0])),
        answer_length=prediction.question.length,
    )


def generation(prediction: Prediction, context: ScoringContext) -> Outcome:
    """The model is right if its text, after the filters, is an accepted answer by `exact_match`."""
    question, scoring = prediction.question, _scoring(context)
    text = context.tokens.text(prediction.continuation, special=False)
    for end in scoring.until:
        text = text.partition(end)[0]
    accepted = (question.answer, *question.aliases)
    options = scoring.exact_match
    said = _matched(filtered(text, scoring.filters), options)
    overlaps = [overlap(text, each, paper=False) for each in accepted]
    return Outcome(
        correct=said in {_matched(each, options) for each in accepted},
        answer_logprob=prediction.sum(GOLD),
        prediction=text,
        overlap=max(overlaps, key=lambda each: each.f1),
        answer_length=question.length,
    )


def _rank(prediction: Prediction, token: int) -> int | None:
    tokens = list(prediction.likeliest[0].tokens)
    return tokens.index(token) + 1 if token in tokens else None


def _matched(text: str, options: ExactMatch) -> str:
    """A text without what `exact_match` ignores."""
    for pattern in options.regexes_to_ignore:
        text = re.sub(pattern, "", text)
    text = text.lower() if options.ignore_case else text
    text = text.translate(_PUNCTUATION) if options.ignore_punctuation else text
    return text.translate(_DIGITS) if options.ignore_numbers else text


def _scoring(context: ScoringContext) -> HarnessScoring:
    assert isinstance(context.scoring, HarnessScoring)
    return context.scoring
