"""Texts against gold answers: matching, and the overlap of words (the reference's numbers)."""

import pytest
from support.tiny import asked

from laser_sweep.dataset import GENERATION, Scoring
from laser_sweep.evaluate.engine.predictions import Prediction
from laser_sweep.evaluate.questions.question import GOLD, Question
from laser_sweep.evaluate.questions.tokens import Tokens
from laser_sweep.evaluate.score import generation
from laser_sweep.evaluate.score.generation import overlap
from laser_sweep.evaluate.score.scoring_context import ScoringContext
from laser_sweep.evaluate.score.vocabulary import read_vocabulary
from laser_sweep.evaluate.score.words import has_words, words

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
    for paper, wanted in ((True, floored), (False, f1)):
        found = overlap(text, gold, paper=paper)
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


@pytest.mark.parametrize(
    ("text", "number", "found"),
    [
        ("18,000", "18", False),
        ("18,000", "000", False),
        ("18,000", "18,000", True),
        ("18,000.5", "18,000", False),
        ("18\u202f000", "18", False),
        ("18, 19", "18", True),
        ("it is 18.", "18", True),
        ("$18 or 20%", "18", True),
        ("$18 or 20%", "20", True),
        ("5.5 million", "5", False),
        ("5 million", "5", True),
        ("about .5", "5", False),
        ("No.5", "5", True),
        ("it is...5", "5", True),
        ("1-7", "7", False),
        ("1-7", "1", False),
        ("1\u20137", "7", False),
        ("it is -7", "7", False),
        ("it is -7", "-7", True),
        ("\u22127", "7", False),
        ("F-16", "16", True),
        ("a 7-year-old", "7", True),
        ("10:30", "30", False),
        ("3/4", "3", False),
        ("the 18th", "18", False),
    ],
)
def test_a_number_is_matched_whole(text, number, found):
    assert has_words(text, number) == found


@pytest.mark.parametrize(
    ("text", "answer", "found"),
    [
        ("\u6211\u5728\u5317\u4eac\u5de5\u4f5c", "\u5317\u4eac", True),
        ("18\u5c81", "18", True),
        ("paris\u5e02", "paris", True),
        ("parisian", "paris", False),
        ("\u6771\u4eac\u30bf\u30ef\u30fc\u3060", "\u30bf\u30ef\u30fc", True),
        (
            "\u0e2d\u0e22\u0e39\u0e48\u0e01\u0e23\u0e38\u0e07\u0e40\u0e17\u0e1e",
            "\u0e01\u0e23\u0e38\u0e07\u0e40\u0e17\u0e1e",
            True,
        ),
        ("\u5357\u4eac", "\u5317\u4eac", False),
        ("\uc11c\uc6b8\uc5d0", "\uc11c\uc6b8", False),  # Korean has gaps
    ],
)
def test_scripts_without_gaps_have_no_borders_of_words(text, answer, found):
    assert has_words(text, answer) == found


def test_the_overlap_is_of_characters_where_words_have_no_gaps():
    assert words("I am in \u5317\u4eac.") == ["I", "am", "in", "\u5317", "\u4eac", "."]
    found = overlap("\u5317\u4eac\u5e02", "\u5317\u4eac", paper=False)
    assert (found.precision, found.recall) == (pytest.approx(2 / 3), 1)
    assert found.f1 == pytest.approx(0.8)
    assert overlap("\u5317\u4eac\u5e02", "\u5317\u4eac", paper=True).f1 == 0
