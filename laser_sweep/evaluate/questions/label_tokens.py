"""The tokens of answers and labels, for causal and masked models alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from laser_sweep.dataset import Example, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.place import where, where_answer
from laser_sweep.evaluate.questions.tokens import Tokens, separator

LabelTokens: TypeAlias = dict[str, tuple[int, ...]]
"""The token ids of the gold answer and of the labels of one example, by their texts."""


def following_prompts(examples: Sequence[Example], tokens: Tokens) -> list[LabelTokens]:
    """For each example the tokens that its answer and labels have after its prompt.

    Raises:
        ConfigError: if an answer or a label changes the tokens of the prompt.
    """
    texts = [(n, label) for n, example in enumerate(examples) for label in _labels(example)]
    prompts = [example.prompt for example in examples]
    before = tokens.plain(prompts)
    whole = tokens.plain([f"{prompts[n]}{separator(prompts[n])}{label}" for n, label in texts])
    found: list[LabelTokens] = [{} for _ in examples]
    for (number, label), ids in zip(texts, whole, strict=True):
        place = where_answer(examples, number, label)
        found[number][label] = tokens.continuation(place, before[number], ids)
    return found


def without_prompts(examples: Sequence[Example], tokens: Tokens) -> list[LabelTokens]:
    """For each example the tokens that its answer and labels have, whatever its prompt."""
    words = tokens.words([label for example in examples for label in _labels(example)])
    return [{label: words[label] for label in _labels(example)} for example in examples]


def _labels(example: Example) -> list[str]:
    """The accepted answers and the labels, each once."""
    return list(dict.fromkeys((example.answer, *example.choices, *example.aliases)))


def check(
    examples: Sequence[Example], scoring: Scoring, tokens: Tokens, found: Sequence[LabelTokens]
) -> None:
    """Check that the vocabulary has every answer and label, and that labels differ.

    Raises:
        ConfigError: if not, or if an answer has several tokens and the scoring allows one.
    """
    for number, (example, labels) in enumerate(zip(examples, found, strict=True)):
        for label, ids in labels.items():
            place = where_answer(examples, number, label)
            tokens.check_known(place, ids)
            if scoring.single_token:
                tokens.check_single(place, ids)
        if len({labels[choice] for choice in example.choices}) < len(example.choices):
            raise ConfigError(
                f"{where(examples, number)}: two of the choices {list(example.choices)} are the "
                "same tokens to the model."
            )
