"""A question: token ids, and the predictions that are read from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

Subject: TypeAlias = int | Literal["gold", "prompt", "total"]
"""The subject of a reading: the label of a number, or one of the following texts."""
GOLD: Literal["gold"] = "gold"
"""The gold answer."""
PROMPT: Literal["prompt"] = "prompt"
"""The prompt."""
TOTAL: Literal["total"] = "total"
"""The prompt and the gold answer as one text."""


class Reading(NamedTuple):
    """Log-probabilities to read: tokens, and the positions that predict them.

    A causal model predicts a token one position before the token's own. A masked model predicts a
    token at the token's own position.

    Attributes:
        of: the subject, whose log-probability is the sum.
        positions: for each token the position that predicts it.
        tokens: the tokens.
    """

    of: Subject
    positions: tuple[int, ...]
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Pass:
    """One text that goes through the model.

    Attributes:
        ids: the token ids of the text, special tokens included.
        readings: the log-probabilities to read.
        likeliest: the positions at which the likeliest tokens are read.
        alias: the number, from 1, of the accepted answer that the text has in place of the gold
            answer; 0 for the gold answer.
    """

    ids: tuple[int, ...]
    readings: tuple[Reading, ...] = ()
    likeliest: tuple[int, ...] = ()
    alias: int = 0

    @property
    def read_positions(self) -> list[int]:
        """The positions at which predictions are read, each once, in ascending order."""
        read = (position for reading in self.readings for position in reading.positions)
        return sorted({*read, *self.likeliest})

    def without(self, start: int, count: int) -> Pass:
        """The pass without `count` tokens from `start` on, and without their predictions."""
        end = start + count
        readings = tuple(Reading(each.of, *_moved(each, start, end)) for each in self.readings)
        likeliest = tuple(position - count for position in self.likeliest)
        return Pass(self.ids[:start] + self.ids[end:], readings, likeliest, self.alias)


def _moved(reading: Reading, start: int, end: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The positions and the tokens of a reading after the tokens from `start` to `end` are cut."""
    kept = [
        (position - (end - start), token)
        for position, token in zip(reading.positions, reading.tokens, strict=True)
        # The token after the cut goes too: the position that predicted it is cut.
        if position >= end
    ]
    return tuple(position for position, _ in kept), tuple(token for _, token in kept)


def joined(ids: tuple[int, ...], passes: Sequence[Pass]) -> Pass:
    """One pass of a text with the readings of several passes of this text, in their order."""
    readings = tuple(reading for each in passes for reading in each.readings)
    return Pass(ids, readings, tuple(at for each in passes for at in each.likeliest))


@dataclass(frozen=True)
class Question:
    """One example as the model sees it.

    Attributes:
        passes: the texts that go through the model.
        gold: the token ids of the gold answer.
        answer: the text of the gold answer.
        labels: the texts of the labels, in their order; empty if the model may say anything.
        length: the number of tokens of the gold answer; the paper's code counts differently. Of a
            document, the number of tokens that are predicted.
        prompt: the token ids that a causal model continues in its own words; otherwise empty.
        delimiter: the text between the prompt and the answer, which the model says first.
        aliases: the texts of further accepted answers; of labels, further right ones.
        alias_tokens: the token ids of the further answers, where the model may say anything.
        right_labels: the numbers of the right labels, the gold one first, where labels may be
            equal texts; otherwise empty.
        lengths: the length of each label in characters, where it counts; otherwise empty.
        text_bytes: the length of a document in UTF-8, of the tokens that are predicted.
    """

    passes: tuple[Pass, ...]
    gold: tuple[int, ...]
    answer: str
    labels: tuple[str, ...] = ()
    length: int = 1
    prompt: tuple[int, ...] = ()
    delimiter: str = ""
    aliases: tuple[str, ...] = ()
    alias_tokens: tuple[tuple[int, ...], ...] = ()
    right_labels: tuple[int, ...] = ()
    lengths: tuple[int, ...] = ()
    text_bytes: int = 0

    @property
    def right(self) -> tuple[int, ...]:
        """The numbers of the right labels, the gold one first; none without labels."""
        if self.right_labels or not self.labels:
            return self.right_labels
        return tuple(map(self.labels.index, (self.answer, *self.aliases)))

    def longest(self, new_tokens: int) -> int:
        """The number of the model's positions that the question takes.

        Args:
            new_tokens: the largest number of tokens that the model adds to the prompt.
        """
        prompt = len(self.prompt) + new_tokens if self.prompt else 0
        return max(prompt, *(len(each.ids) for each in self.passes))

    def windows(self) -> list[Question]:
        """Each window of a document as a question, whose loss is a sum over its tokens."""
        return [replace(self, passes=(window,), length=1) for window in self.passes]

    def without(self, start: int, count: int) -> Question:
        """The question without `count` tokens of the prompt from `start` on."""
        return replace(
            self,
            passes=tuple(each.without(start, count) for each in self.passes),
            prompt=self.prompt[:start] + self.prompt[start + count :] if self.prompt else (),
        )
