"""Texts as the engine puts them into batches: the numbers that decide on time and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from laser_sweep.evaluate.engine.batch import Batch, make_batches
from laser_sweep.evaluate.engine.question_batches import distinct_passes, most_places
from laser_sweep.evaluate.questions.question import Question


@dataclass(frozen=True)
class Texts:
    """The distinct texts of some examples.

    Attributes:
        tokens: their tokens, padding included, and those that a model generates.
        pairs: the pairs of a token and one that it attends to, padding included.
        places: the positions at which predictions are read.
        longest: the largest number of tokens of a text.
        batch_tokens: the largest number of tokens of a batch, padding included.
        batch_places: the largest number of places of a batch.
        steps: the passes of one new token of each prompt of a batch, in a generation.
    """

    tokens: int
    pairs: int
    places: int
    longest: int
    batch_tokens: int
    batch_places: int
    steps: int = 0

    @classmethod
    def of(
        cls, questions: Sequence[Question], vocabulary: int, batch_tokens: int, new_tokens: int
    ) -> Texts:
        """The texts of some questions.

        Args:
            questions: the questions.
            vocabulary: the number of tokens that the model tells apart.
            batch_tokens: the largest number of tokens of a batch.
            new_tokens: the largest number of tokens that the model adds to a prompt.
        """
        places = most_places(vocabulary)
        batches = make_batches(distinct_passes(questions), 0, batch_tokens, places, "cpu")
        read = cls._of_batches(batches)
        prompts = {question.prompt for question in questions if question.prompt}
        return read.generated(sorted(map(len, prompts)), batch_tokens, new_tokens)

    @classmethod
    def alike(cls, count: int, length: int, places: int, batch_tokens: int) -> Texts:
        """Texts of the same length and the same number of places."""
        rows = min(count, max(1, batch_tokens // length))
        return cls(
            count * length, count * length**2, count * places, length, rows * length, rows * places
        )

    @classmethod
    def _of_batches(cls, batches: Sequence[Batch]) -> Texts:
        tokens = [batch.ids.numel() for batch in batches]
        lengths = [batch.ids.shape[1] for batch in batches]
        places = [len(batch.rows) for batch in batches]
        pairs = sum(count * length for count, length in zip(tokens, lengths, strict=True))
        longest, most = max(lengths, default=0), max(tokens, default=0)
        return cls(sum(tokens), pairs, sum(places), longest, most, max(places, default=0))

    def generated(self, lengths: Sequence[int], batch_tokens: int, new: int) -> Texts:
        """The same texts, and prompts of some lengths, each continued to the last token."""
        if not lengths:
            return self
        whole = [length + new - 1 for length in lengths]
        batches = sum(
            -(-lengths.count(length) // max(1, batch_tokens // (length + new)))
            for length in set(lengths)
        )
        return Texts(
            tokens=self.tokens + sum(whole),
            pairs=self.pairs + sum(length**2 for length in whole),
            places=self.places + new * len(lengths),
            longest=max(self.longest, *whole),
            batch_tokens=max(self.batch_tokens, min(batch_tokens, sum(whole))),
            batch_places=max(self.batch_places, batch_tokens // max(1, whole[0])),
            steps=batches * (new - 1),
        )
