"""Several accepted answers: any is right; log-probability and length are those of the first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.tiny import (
    CHOICE_EXAMPLES,
    EXAMPLES,
    FAMILIES,
    asked,
    make_config,
    make_model,
)

from laser_sweep.dataset import ANSWER, CHOICE, GENERATION, Example, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.model.layout_finder import find_layout

GENERATES = Scoring(GENERATION, new_tokens=3)


def outcomes(
    family: str, examples: list[Example], scoring: Scoring, protocol: str = "corrected"
) -> list[dict[str, Any]]:
    model, prompting = make_model(family), asked(family, protocol)
    questions = encode(examples, scoring, prompting, make_config(family)).questions
    evaluator = Evaluator(model, find_layout(model, family), prompting, questions, scoring, 40)
    columns = evaluator.evaluate(range(len(examples)))
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def said(family: str) -> list[str]:
    """For each example two words that the model says, whatever they are."""
    found = outcomes(family, EXAMPLES, Scoring(GENERATION, new_tokens=2))
    return [each["prediction"] for each in found]


def with_aliases(family: str) -> list[Example]:
    """Examples whose gold answer is seldom right, and a further answer often is."""
    words = [text.split() for text in said(family)]
    return [
        replace(
            each, aliases=(f"tea {each.answer}", *two[:1], " ".join(two)) if n % 3 else ("tea",)
        )
        for n, (each, two) in enumerate(zip(EXAMPLES, words, strict=True))
    ]


def spelled(example: Example) -> list[Example]:
    """The example once for each of its accepted answers."""
    accepted = (example.answer, *filter(None, example.aliases))
    return [replace(example, answer=each, aliases=()) for each in accepted]


def is_known(text: str) -> bool:
    """Whether the tokenizer of the tests has all words of a text."""
    return bool(text) and not set(text) & set("<>.")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("scoring", [Scoring(ANSWER), GENERATES], ids=lambda each: each.kind)
def test_any_accepted_answer_is_right_and_the_first_one_has_the_log_probability(family, scoring):
    examples = [
        replace(each, aliases=tuple(dict.fromkeys(filter(is_known, each.aliases))))
        for each in with_aliases(family)
    ]
    found = outcomes(family, examples, scoring)
    for example, outcome in zip(examples, found, strict=True):
        alone = outcomes(family, spelled(example), scoring)
        assert outcome["correct"] == any(each["correct"] for each in alone)
        assert outcome["answer_logprob"] == pytest.approx(alone[0]["answer_logprob"], abs=1e-4)
        assert outcome["answer_length"] == alone[0]["answer_length"]
        if scoring.kind == GENERATION:
            assert outcome["f1"] == max(each["f1"] for each in alone)
        else:
            assert outcome["top_10"] == alone[0]["top_10"]
            right = next((each for each in alone if each["correct"]), alone[0])
            assert outcome["prediction"] == right["prediction"]
    assert len({outcome["correct"] for outcome in found}) == 2


@pytest.mark.parametrize("family", FAMILIES)
def test_of_choices_several_may_be_right(family):
    examples = [
        replace(each, aliases=tuple(other for other in each.choices if other != each.answer)[:1])
        if len(each.choices) > 2
        else each
        for each in CHOICE_EXAMPLES
    ]
    found = outcomes(family, examples, Scoring(CHOICE))
    alone = outcomes(family, CHOICE_EXAMPLES, Scoring(CHOICE))
    for example, outcome, without in zip(examples, found, alone, strict=True):
        accepted = (example.answer, *example.aliases)
        assert outcome["correct"] == (outcome["prediction"] in accepted)
        same = ("prediction", "answer_logprob", "choice_logprobs")
        assert [outcome[name] for name in same] == [without[name] for name in same]


def test_in_the_papers_protocol_any_accepted_answer_is_looked_for():
    examples = [replace(each, answer="tea", aliases=("Anna",)) for each in EXAMPLES]
    found = outcomes("gptj", examples, GENERATES, "paper")
    for example, outcome in zip(examples, found, strict=True):
        assert outcome["correct"] >= ("Anna" in example.prompt)


def test_an_accepted_answer_that_is_not_in_the_vocabulary_is_refused_unless_texts_are_compared():
    examples = [replace(each, aliases=("unheard",)) for each in EXAMPLES]
    with pytest.raises(ConfigError, match="'unheard' is not in the vocabulary"):
        outcomes("gptj", examples, Scoring(ANSWER))
    assert len(outcomes("gptj", examples, GENERATES)) == len(examples)
