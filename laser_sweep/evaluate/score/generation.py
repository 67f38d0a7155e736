"""The model answers in its own words: correct if the gold answer is among them."""

from __future__ import annotations

import re
from typing import Any

from nltk.tokenize import NLTKWordTokenizer

from laser_sweep.evaluate.questions.question import ANSWER
from laser_sweep.evaluate.score.predictions import Predicted
from laser_sweep.evaluate.score.scoring_context import ScoringContext

_words = NLTKWordTokenizer().tokenize


def score(predicted: Predicted, scorer: ScoringContext) -> dict[str, Any]:
    """Whether the answer is in what the model said, without regard to case, and their overlap.

    In `corrected` protocol as a word or words of its own, in what the model added to the prompt.
    In `paper` protocol anywhere in it, even inside a word, and the prompt of a causal model is part
    of it, as in the paper's code.
    """
    gold = predicted.question.answer
    said, paper = scorer.said(predicted), scorer.said_in_paper(predicted)
    text = paper if scorer.paper else said
    in_paper = _normal(gold) in _normal(paper)
    return {
        "correct": in_paper if scorer.paper else _has_words(said, gold),
        "correct_in_paper": in_paper,
        "answer_logprob": predicted.sum(ANSWER),
        "prediction": text,
        **overlap(text, gold, floor=scorer.paper),
    }


def overlap(text: str, gold: str, *, floor: bool) -> dict[str, float]:
    """Precision, recall and F1 of the sets of words (NLTK's, lower-case) of two texts.

    Args:
        text: what was said.
        gold: the gold answer.
        floor: divide by 1 at the least, as the paper's code does; F1 is then too small wherever
            precision and recall together are less than 1.
    """
    words, wanted = set(_words(_normal(text))), set(_words(_normal(gold)))
    common = len(words & wanted)
    precision, recall = common / max(1, len(words)), common / max(1, len(wanted))
    total = max(1.0, precision + recall) if floor else precision + recall
    f1 = 2 * precision * recall / total if total else 0.0
    return {"f1": f1, "precision": precision, "recall": recall}


def _has_words(text: str, gold: str) -> bool:
    """Whether a text has the answer with no letter or digit of another word next to it."""
    wanted = re.escape(_normal(gold))
    return re.search(rf"(?<!\w){wanted}(?!\w)", _normal(text)) is not None


def _normal(text: str) -> str:
    return text.strip().lower()
