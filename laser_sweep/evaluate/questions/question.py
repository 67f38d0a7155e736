"""A question as a model sees it: token ids, and what is read off its predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

ANSWER: Literal["answer"] = "answer"
QUESTION: Literal["question"] = "question"
TOTAL: Literal["total"] = "total"
"""What log-probabilities are of, beside labels, which have numbers."""


class Reading(NamedTuple):
    """Tokens whose log-probabilities are wanted, and the positions that predict them.

    In a causal model a token is predicted one position before its own, in a masked one at its own.
    """

    of: str | int
    positions: tuple[int, ...]
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Pass:
    """One text that goes through the model.

    Attributes:
        ids: its tokens, special ones included.
        readings: the log-probabilities that are wanted.
        likeliest: the positions at which the likeliest tokens are wanted.
    """

    ids: tuple[int, ...]
    readings: tuple[Reading, ...] = ()
    likeliest: tuple[int, ...] = ()

    def without(self, start: int, count: int) -> Pass:
        """The pass without `count` tokens from `start` on, nor what was read off these."""
        end = start + count
        readings = tuple(Reading(each.of, *_moved(each, start, end)) for each in self.readings)
        likeliest = tuple(position - count for position in self.likeliest)
        return Pass(self.ids[:start] + self.ids[end:], readings, likeliest)


def _moved(reading: Reading, start: int, end: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    kept = [
        (position - (end - start) if position >= end else position, token)
        for position, token in zip(reading.positions, reading.tokens, strict=True)
        # What predicted the first token that is left has gone.
        if position >= end
    ]
    return tuple(position for position, _ in kept), tuple(token for _, token in kept)


def joined(ids: tuple[int, ...], passes: Sequence[Pass]) -> Pass:
    """One pass of a text for several that read different things off it, one after the other."""
    readings = tuple(reading for each in passes for reading in each.readings)
    return Pass(ids, readings, tuple(at for each in passes for at in each.likeliest))


@dataclass(frozen=True)
class Question:
    """One example as the model sees it.

    Attributes:
        passes: the texts that go through the model.
        gold: the gold answer's tokens.
        answer: the gold answer's text.
        labels: the texts of the labels, in their order; empty if the model may say anything.
        length: how many tokens the gold answer counts as.
        prompt: the tokens that a causal model continues, where it answers in its own words.
    """

    passes: tuple[Pass, ...]
    gold: tuple[int, ...]
    answer: str
    labels: tuple[str, ...] = ()
    length: int = 1
    prompt: tuple[int, ...] = ()

    def longest(self, new_tokens: int) -> int:
        """How many positions of the model it takes."""
        prompt = len(self.prompt) + new_tokens if self.prompt else 0
        return max(prompt, *(len(each.ids) for each in self.passes))

    def without(self, start: int, count: int) -> Question:
        """The question without `count` tokens of the prompt from `start` on."""
        return replace(
            self,
            passes=tuple(each.without(start, count) for each in self.passes),
            prompt=self.prompt[:start] + self.prompt[start + count :] if self.prompt else (),
        )
