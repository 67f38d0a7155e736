"""Questions that the model's context is too short for: an error, left out, or cut on the left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PretrainedConfig

from laser_sweep.config.dataset import DROP, ERROR
from laser_sweep.dataset import Example, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.place import where
from laser_sweep.evaluate.questions.question import QUESTION, TOTAL, Question
from laser_sweep.evaluate.questions.tokens import Tokens

_POSITIONS_BEHIND_PADDING = frozenset(
    "roberta xlm-roberta xlm-roberta-xl roberta-prelayernorm camembert longformer mpnet "
    "data2vec-text xmod esm ibert".split()
)
"""Model types that count positions from the padding token's id on, and so have fewer of them."""


@dataclass(frozen=True)
class QuestionSet:
    """Questions that fit in the model's context.

    Attributes:
        questions: all of them, in dataset order; those that were dropped are not to be asked.
        dropped: the indices of those that were left out.
        truncated: the indices of those that were cut on the left.
    """

    questions: list[Question]
    dropped: tuple[int, ...] = ()
    truncated: tuple[int, ...] = ()


def fit(
    examples: Sequence[Example],
    questions: list[Question],
    scoring: Scoring,
    tokens: Tokens,
    config: PretrainedConfig,
    too_long: str,
) -> QuestionSet:
    """Do with the questions that are too long what is asked for.

    Raises:
        ConfigError: if there are some and that is an error; if one cannot be cut, or has no tokens.
    """
    limit = min(context(config), tokens.tokenizer.model_max_length)
    lengths = [question.longest(scoring.new_tokens) for question in questions]
    for number, length in enumerate(lengths):
        if not length:
            raise ConfigError(f"{where(examples, number)} has 0 tokens in its prompt.")
    over = tuple(number for number, length in enumerate(lengths) if length > limit)
    if not over or too_long == DROP:
        return QuestionSet(questions, dropped=over)
    if too_long == ERROR:
        raise _too_long(examples, over, lengths, limit)
    cut = list(questions)
    for number in over:
        cut[number] = _cut(
            where(examples, number), questions[number], lengths[number] - int(limit), tokens
        )
    return QuestionSet(cut, truncated=over)


def _cut(place: str, question: Question, excess: int, tokens: Tokens) -> Question:
    start = len(tokens.prefix)
    first = min(
        position
        for each in question.passes
        for reading in each.readings
        if reading.of not in (QUESTION, TOTAL)
        for position in reading.positions
    )
    if first < start + excess:
        raise ConfigError(
            f"{place}: {excess} tokens are too many for the model's context, and there are not so "
            f"many before the answer or the mask. dataset.too_long=drop leaves it out."
        )
    return question.without(start, excess)


def _too_long(
    examples: Sequence[Example], over: Sequence[int], lengths: Sequence[int], limit: float
) -> ConfigError:
    others = f", and {len(over) - 1} others are too long" if len(over) > 1 else ""
    return ConfigError(
        f"{where(examples, over[0])} takes {lengths[over[0]]} tokens with its answer, expected 1 "
        f"to {limit}, the model's context{others}. dataset.too_long=drop leaves them out, "
        "truncate_left drops what is too much of their beginning."
    )


def context(config: PretrainedConfig) -> float:
    """How many tokens the model's positions are enough for."""
    try:
        positions: int | None = getattr(config, "max_position_embeddings", None)
    except NotImplementedError:  # XLNet's way to say that it has no limit
        positions = None
    if positions is None:
        return math.inf
    if config.model_type not in _POSITIONS_BEHIND_PADDING or config.pad_token_id is None:
        return positions
    return positions - config.pad_token_id - 1
