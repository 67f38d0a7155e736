"""The paper's way to find answers of several tokens in a causal model's text.

The paper's code tokenizes the prompt and the answer as one text. Then it takes tokens from the end
of the text until they decode to the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from laser_sweep.dataset import GENERATION, Example, Scoring
from laser_sweep.evaluate.questions.place import where_answer
from laser_sweep.evaluate.questions.question import (
    GOLD,
    TOTAL,
    Pass,
    Question,
    Reading,
    Subject,
)
from laser_sweep.evaluate.questions.tokens import Tokens


class _LabelledText(NamedTuple):
    """A prompt and a label as one text.

    Attributes:
        ids: the token ids of the text.
        length: the number of tokens at the end that are the label.
    """

    ids: tuple[int, ...]
    length: int


def searched_questions(
    examples: Sequence[Example],
    scoring: Scoring,
    tokens: Tokens,
    prompts: Sequence[tuple[int, ...]],
) -> list[Question]:
    """Examples as questions, with the tokens of answers and labels searched from the end.

    Args:
        examples: the examples.
        scoring: their scoring.
        tokens: the model's tokenizer.
        prompts: for each example the token ids of its prompt.

    Raises:
        ConfigError: if no number of tokens at the end decodes to an answer or a label.
    """
    return [
        _question(example, scoring, prompt, texts)
        for example, prompt, texts in zip(
            examples, prompts, _labelled_texts(examples, tokens), strict=True
        )
    ]


def _labelled_texts(examples: Sequence[Example], tokens: Tokens) -> list[dict[str, _LabelledText]]:
    """For each example its texts, by label."""
    pairs = [(n, label) for n, example in enumerate(examples) for label in _labels(example)]
    texts = tokens.plain([f"{examples[number].prompt} {label}" for number, label in pairs])
    found: list[dict[str, _LabelledText]] = [{} for _ in examples]
    for (number, label), ids in zip(pairs, texts, strict=True):
        length = tokens.suffix_length(where_answer(examples, number, label), ids, label)
        found[number][label] = _LabelledText((*tokens.prefix, *ids), length)
    return found


def _labels(example: Example) -> tuple[str, ...]:
    return example.choices or (example.answer,)


def _question(
    example: Example,
    scoring: Scoring,
    prompt: tuple[int, ...],
    texts: dict[str, _LabelledText],
) -> Question:
    gold = texts[example.answer]
    passes = []
    for number, label in enumerate(_labels(example)):
        text = texts[label]
        readings = [_ending(number if example.choices else GOLD, text.ids, text.length)]
        if label == example.answer:
            readings.append(_ending(TOTAL, text.ids, len(text.ids) - 1))
        passes.append(Pass(text.ids[:-1], tuple(readings)))
    return Question(
        tuple(passes),
        gold.ids[-gold.length :],
        example.answer,
        example.choices,
        gold.length,
        prompt if scoring.kind == GENERATION else (),
    )


def _ending(of: Subject, ids: tuple[int, ...], count: int) -> Reading:
    """The reading of the last tokens of a text."""
    start = len(ids) - 1 - count
    return Reading(of, tuple(range(start, start + count)), ids[start + 1 :])
