"""Questions in batches: which passes go through the model, and whose predictions they give."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeAlias

import torch
from torch import Tensor
from transformers import PreTrainedModel

from laser_sweep.evaluate.engine.batch import Batch, make_batches
from laser_sweep.evaluate.engine.continuations import Continuations
from laser_sweep.evaluate.engine.greedy_decoder import Ending
from laser_sweep.evaluate.engine.predictions import LikeliestTokens, Prediction, read_logits
from laser_sweep.evaluate.questions.question import Pass, Question, joined

_MOST_LOGITS = 1 << 26
"""The largest number of logits of a batch: 256 MiB of log-probabilities in float32."""
_PROBED = 64
"""The number of questions among which the probe's texts are searched."""
_UNLIMITED = 1 << 30

_Owners: TypeAlias = dict[tuple[int, ...], list[tuple[int, Pass]]]
"""For each distinct text the numbers of the questions that have it, each with its own pass."""


@dataclass(frozen=True)
class QuestionBatches:
    """Some of the questions, in batches.

    Attributes:
        questions: the questions.
        owners: for each distinct text the questions that have it, each with its own pass.
        batches: the batches of the distinct texts.
        continuations: the prompts that a causal model continues in its own words; None without.
        dtype: the dtype of the model.
    """

    questions: list[Question]
    owners: list[list[tuple[int, Pass]]]
    batches: list[Batch]
    continuations: Continuations | None
    dtype: torch.dtype

    def predictions(self, logits: Callable[[int], Tensor]) -> list[Prediction]:
        """The predictions of the model for each question.

        Args:
            logits: a function that returns the logits of the batch of a number, of shape (places,
                vocabulary).

        Raises:
            ValueError: if logits are NaN.
        """
        predictions = [Prediction(question) for question in self.questions]
        for number, batch in enumerate(self.batches):
            read = read_logits(logits(number), batch, self.dtype)
            self._distribute(predictions, batch, *read)
        if self.continuations is not None:
            for prediction, tokens in zip(predictions, self.continuations.run(), strict=True):
                prediction.continuation.extend(tokens)
        return predictions

    def _distribute(
        self,
        predictions: list[Prediction],
        batch: Batch,
        log_probs: list[float],
        likeliest: list[LikeliestTokens],
    ) -> None:
        """Add what is read of a batch to the predictions of its questions, in the same order."""
        values, tokens = iter(log_probs), iter(likeliest)
        for owner, each in (pair for text in batch.numbers for pair in self.owners[text]):
            for reading in each.readings:
                # The windows of a document are read one after the other.
                own = predictions[owner].logprobs.setdefault(reading.of, [])
                own.extend(next(values) for _ in reading.tokens)
            read = [next(tokens) for _ in each.likeliest]
            if each.alias:
                predictions[owner].aliases[each.alias] = read
            else:
                predictions[owner].likeliest.extend(read)


class QuestionBatcher:
    """The questions of a dataset, put into batches as they are needed.

    Args:
        model: the model that is asked the questions.
        questions: all questions of the dataset, in its order.
        ending: where a text ends that the model adds to a prompt.
        batch_tokens: the largest number of tokens in a batch, padding included.
        pad: the token id of the padding.

    Attributes:
        batch_tokens: the largest number of tokens in a batch, padding included.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        questions: Sequence[Question],
        ending: Ending,
        batch_tokens: int,
        pad: int,
    ):
        self.batch_tokens = batch_tokens
        self._model = model
        self._questions = questions
        self._ending = ending
        self._pad = pad
        self._device = str(model.device)
        self._most_places = most_places(model.config.get_text_config().vocab_size)
        self._made: dict[tuple[int, ...], QuestionBatches] = {}

    def batches(self, examples: tuple[int, ...]) -> QuestionBatches:
        """The questions of some examples in batches; the same object each time."""
        if examples not in self._made:
            self._made[examples] = self._make([self._questions[example] for example in examples])
        return self._made[examples]

    def chunks(self, examples: Sequence[int], most_tokens: int) -> list[tuple[int, ...]]:
        """Examples in chunks of at most `most_tokens` tokens, or of one example."""
        chunks: list[list[int]] = [[]]
        tokens = 0
        for example in examples:
            added = sum(len(each.ids) for each in self._questions[example].passes)
            if chunks[-1] and tokens + added > most_tokens:
                chunks.append([])
                tokens = 0
            chunks[-1].append(example)
            tokens += added
        return [tuple(chunk) for chunk in chunks]

    def halve(self) -> None:
        """Halve the size of batches; all batches are made again when they are next needed."""
        self.leave()
        self.batch_tokens //= 2
        self._made.clear()

    def leave(self) -> None:
        """Release the states that are kept of prompts."""
        for made in self._made.values():
            if made.continuations is not None:
                made.continuations.leave()

    def probe(self, dropped: Collection[int]) -> Batch:
        """A batch of two short texts of different length, so that one is padded.

        Args:
            dropped: the indices of the questions that exceed the model's context.
        """
        usable = (each for n, each in enumerate(self._questions) if n not in dropped)
        passes = [each for question in islice(usable, _PROBED) for each in question.passes]
        by_length = {len(each.ids): each for each in passes if each.read_positions}
        two = [by_length[length] for length in sorted(by_length)[:2]]
        return make_batches(two, self._pad, _UNLIMITED, _UNLIMITED, self._device)[0]

    def _make(self, questions: list[Question]) -> QuestionBatches:
        owners = _owners(questions)
        passes = _distinct(owners)
        batches = make_batches(
            passes, self._pad, self.batch_tokens, self._most_places, self._device
        )
        continuations = self._continuations(questions)
        return QuestionBatches(
            questions, list(owners.values()), batches, continuations, self._model.dtype
        )

    def _continuations(self, questions: Sequence[Question]) -> Continuations | None:
        prompts = [question.prompt for question in questions]
        if not any(prompts):
            return None
        return Continuations(self._model, prompts, self._ending, self.batch_tokens)


def most_places(vocabulary: int) -> int:
    """The largest number of places of a batch, for a number of tokens that a model tells apart."""
    return max(1, _MOST_LOGITS // vocabulary)


def distinct_passes(questions: Sequence[Question]) -> list[Pass]:
    """The distinct texts of some questions, each with what all questions read of it."""
    return _distinct(_owners(questions))


def _owners(questions: Sequence[Question]) -> _Owners:
    owners: _Owners = {}
    for number, question in enumerate(questions):
        for each in question.passes:
            owners.setdefault(each.ids, []).append((number, each))
    return owners


def _distinct(owners: _Owners) -> list[Pass]:
    return [joined(ids, [each for _, each in own]) for ids, own in owners.items()]
