"""Scoring of a generated text: the model answers in its own words."""

from __future__ import annotations

from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.questions.question import GOLD
from laser_sweep.evaluate.score.outcome import Outcome, WordOverlap
from laser_sweep.evaluate.score.scoring_context import ScoringContext
from laser_sweep.evaluate.score.words import has_words, nltk_words, words


def score(prediction: Prediction, context: ScoringContext) -> Outcome:
    """The model is right if its text has an accepted answer, without regard to case.

    In the `corrected` protocol, the text is what the model adds to the prompt, and the answer has
    to be words of their own. In the `paper` protocol, as in the paper's code, the text of a causal
    model includes the prompt, and the answer may be inside a word. F1 is that of the accepted
    answer with the largest F1; log-probability and length are those of the gold answer, the first.
    """
    question, paper = prediction.question, context.prompting.paper
    accepted = (question.answer, *question.aliases)
    paper_text = context.paper_text(prediction)
    text = paper_text if paper else context.generated_text(prediction)
    correct_in_paper = any(_normal(each) in _normal(paper_text) for each in accepted)
    found = any(has_words(_normal(text), _normal(each)) for each in accepted)
    overlaps = [overlap(text, each, paper=paper) for each in accepted]
    return Outcome(
        correct=correct_in_paper if paper else found,
        correct_in_paper=correct_in_paper,
        answer_logprob=prediction.sum(GOLD),
        prediction=text,
        overlap=max(overlaps, key=lambda each: each.f1),
        answer_length=question.length,
    )


def overlap(text: str, gold: str, *, paper: bool) -> WordOverlap:
    """Precision, recall and F1 of the sets of words (NLTK's, lower-case) of two texts.

    In scripts without gaps between words, a word is a character.

    Args:
        text: the model's text.
        gold: the gold answer.
        paper: take NLTK's words in every script, and divide by at least 1, as the paper's code
            does; F1 is then too small if precision and recall together are less than 1.
    """
    split = nltk_words if paper else words
    said, wanted = set(split(_normal(text))), set(split(_normal(gold)))
    common = len(said & wanted)
    precision, recall = common / max(1, len(said)), common / max(1, len(wanted))
    total = max(1.0, precision + recall) if paper else precision + recall
    f1 = 2 * precision * recall / total if total else 0.0
    return WordOverlap(f1, precision, recall)


def _normal(text: str) -> str:
    return text.strip().lower()
