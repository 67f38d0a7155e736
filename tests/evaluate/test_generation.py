"""Texts against gold answers: matching, and the overlap of words (the reference's numbers)."""

import pytest
from support.tiny import asked

from laser_sweep.dataset import GENERATION, Scoring
from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.questions.question import GOLD, Question
from laser_sweep.evaluate.questions.tokens import Tokens
from laser_sweep.evaluate.score import generation
from laser_sweep.evaluate.score.generation import has_words, overlap
from laser_sweep.evaluate.score.scoring_context import ScoringContext
from laser_sweep.evaluate.score.vocabulary import read_vocabulary

# Text, answer, precision, recall, F1 of the reference's code, F1, found as a part of the text.
VECTORS = [
    (" Paris", "paris", 1, 1, 1.0, 1.0, True),
    ("The capital is Paris", "Paris", 0.25, 1, 0.4, 0.4, True),
    ("the city of london", "New York City", 0.25, 1 / 3, 1 / 6, 2 / 7, False),
    ("It's Paris.", "Paris", 0.25, 1, 0.4, 0.4, True),
    ("Are A and B cats? The answer is that I do not know", "no", 0, 0, 0, 0, True),
]


@pytest.mark.parametrize(("text", "gold", "precision", "recall", "floored", "f1", "_"), VECTORS)
def test_overlap(text, gold, precision, recall, floored, f1, _):
    for floor, wanted in ((True, floored), (False, f1)):
        found = overlap(text, gold, floor=floor)
        assert found.precision == pytest.approx(precision)
        assert found.recall == pytest.approx(recall)
        assert found.f1 == pytest.approx(wanted)


def said(prompt, text, gold, paper):
    """The outcome of a causal model that was asked a prompt and said a text."""
    prompting = asked("gptj", "paper" if paper else "corrected")
    tokens = Tokens(prompting.tokenizer)
    ids = tokens.plain([prompt])[0]
    added = tokens.plain([f"{prompt} {text}"])[0][len(ids) :]
    question = Question((), (1,), gold, prompt=tuple(ids))
    prediction = Prediction(question, {GOLD: [-1.0]}, continuation=added)
    vocabulary = read_vocabulary(prompting.tokenizer, len(prompting.tokenizer))
    scoring = Scoring(GENERATION, new_tokens=5)
    return generation.score(prediction, ScoringContext(scoring, prompting, tokens, vocabulary))


@pytest.mark.parametrize(
    ("text", "gold", "correct", "in_paper"),
    [
        ("the white mouse", "White MOUSE", True, True),
        ("the horse", "cat", False, True),  # in the prompt
        ("the horse", "dog", False, False),
        ("the goose", "goo", False, True),  # a part of a word
        ("it is", "the cat", False, True),
        ("the horse", "horse the", False, False),
    ],
)
def test_the_answer_is_looked_for_in_what_was_said_and_in_the_paper_in_the_prompt_too(
    text, gold, correct, in_paper
):
    corrected = said("Anna likes the cat and", text, gold, paper=False)
    assert corrected.correct == correct
    assert corrected.correct_in_paper == in_paper
    paper = said("Anna likes the cat and", text, gold, paper=True)
    assert paper.correct == paper.correct_in_paper == in_paper
    assert paper.prediction.startswith("Anna likes the cat and")
    assert not corrected.prediction.startswith("Anna")


@pytest.mark.parametrize(
    ("text", "gold", "found"),
    [
        ("not known", "no", False),
        ("no, never", "no", True),
        ("it is $5.50!", "$5.50", True),
        ("it is $5.501", "$5.50", False),
        ("(1905)", "1905", True),
        ("\u0645\u0631\u062d\u0628\u0627 hi", "\u0645\u0631\u062d\u0628\u0627", True),
    ],
)
def test_an_answer_is_a_word_of_its_own(text, gold, found):
    assert has_words(text, gold) == found
