"""The paper's way to find answers of several tokens in a causal model's text.

The paper's code tokenizes the prompt and the answer as one text. Then it takes tokens from the end
of the text until they decode to the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from laser_sweep.dataset import GENERATION, Example, Scoring
from laser_sweep.evaluate.questions.label_tokens import following_prompts
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


_Texts: TypeAlias = tuple[Sequence[Sequence[int]], list[dict[str, _LabelledText]]]
"""For each example the tokens of its prompt, and its texts by label."""


def searched_questions(
    examples: Sequence[Example], scoring: Scoring, tokens: Tokens
) -> list[Question]:
    """Examples as questions, with the tokens of answers and labels searched from the end.

    Args:
        examples: the examples.
        scoring: their scoring.
        tokens: the model's tokenizer.

    Raises:
        ConfigError: if no number of tokens at the end decodes to an answer or a label.
    """
    prompts, texts = _split_texts(examples, tokens) or _searched_texts(examples, tokens)
    return [
        _question(example, scoring, tuple(tokens.started(prompt)), labelled)
        for example, prompt, labelled in zip(examples, prompts, texts, strict=True)
    ]


def _split_texts(examples: Sequence[Example], tokens: Tokens) -> _Texts | None:
    """Prompts and texts with a delimiter of the user's, which the paper's code does not have."""
    if all(example.delimiter is None for example in examples):
        return None
    made = following_prompts(examples, tokens)
    texts = [
        {
            label: _LabelledText((*tokens.started(each.prompt), *ids), len(ids))
            for label, ids in each.labels.items()
        }
        for each in made
    ]
    return [each.prompt for each in made], texts


def _searched_texts(examples: Sequence[Example], tokens: Tokens) -> _Texts:
    """Prompts and texts with a space between them, as the paper's code has them."""
    prompts = tokens.plain([example.prompt for example in examples])
    return prompts, _labelled_texts(examples, tokens)


def _labelled_texts(examples: Sequence[Example], tokens: Tokens) -> list[dict[str, _LabelledText]]:
    """For each example its texts, by label."""
    pairs = [(n, label) for n, example in enumerate(examples) for label in _labels(example)]
    texts = tokens.plain([f"{examples[number].prompt} {label}" for number, label in pairs])
    found: list[dict[str, _LabelledText]] = [{} for _ in examples]
    for (number, label), ids in zip(pairs, texts, strict=True):
        length = tokens.suffix_length(where_answer(examples, number, label), ids, label)
        found[number][label] = _LabelledText(tuple(tokens.started(ids)), length)
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
        example.seam,
    )


def _ending(of: Subject, ids: tuple[int, ...], count: int) -> Reading:
    """The reading of the last tokens of a text."""
    start = len(ids) - 1 - count
    return Reading(of, tuple(range(start, start + count)), ids[start + 1 :])
