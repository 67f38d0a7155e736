"""A model and its questions, ready to be evaluated again and again while the weights change."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from laser_sweep.dataset import ANSWER, CHOICE, GENERATION, NEXT_TOKEN, Scoring
from laser_sweep.errors import is_out_of_memory
from laser_sweep.evaluate.engine.batch import Batch, make_batches, positions
from laser_sweep.evaluate.engine.continuations import Continuations
from laser_sweep.evaluate.engine.engine import Engine
from laser_sweep.evaluate.engine.memory import MemoryBudget
from laser_sweep.evaluate.questions.question import Pass, Question, joined
from laser_sweep.evaluate.questions.tokens import Tokens
from laser_sweep.evaluate.score import answer, choice, generation
from laser_sweep.evaluate.score.outcome import outcome
from laser_sweep.evaluate.score.predictions import Likeliest, Predicted
from laser_sweep.evaluate.score.scoring_context import ScoringContext
from laser_sweep.evaluate.score.vocabulary import read_vocabulary
from laser_sweep.model.layout import Layout

_SCORES = {
    NEXT_TOKEN: answer.score,
    ANSWER: answer.score,
    CHOICE: choice.score,
    GENERATION: generation.score,
}

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_MOST_LOGITS = 1 << 26
"""Of one batch, so that float32 log-probabilities take at most 256 MiB."""
_PROBED = 64
"""Among so many questions two short ones are looked for."""
_FEWEST_TOKENS = 16
"""Smaller batches would be no help."""


@dataclass(frozen=True)
class _Prepared:
    """Some of the questions, in batches.

    Attributes:
        questions: the questions.
        passes: the texts that go through the model, each once.
        owners: for each of them the questions that read something off it, and what.
        batches: the batches that they are in.
        continuations: what is continued, of questions that are answered in the model's own words.
    """

    questions: list[Question]
    passes: list[Pass]
    owners: list[list[tuple[int, Pass]]]
    batches: list[Batch]
    continuations: Continuations | None


class Evaluator:
    """Evaluates a model, as its weights are at the time, on parts of its questions.

    Args:
        model: the model, on its device.
        layout: where its layers are.
        tokenizer: its tokenizer.
        questions: all questions of the dataset, in its order.
        scoring: how they are scored.
        batch_tokens: the largest number of padded tokens in a forward pass.
        room: where what stays the same between points is kept; None: every run is a whole one.
        paper: whether outcomes are to be the paper's.
        masks: whether the model fills in masks.
        dropped: questions that are too long for the model, and never to be asked.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        layout: Layout,
        tokenizer: PreTrainedTokenizerBase,
        questions: Sequence[Question],
        scoring: Scoring,
        batch_tokens: int,
        *,
        room: MemoryBudget | None = None,
        paper: bool = False,
        masks: bool = False,
        dropped: Collection[int] = (),
    ):
        self.model = model
        self._questions = questions
        self._batch_tokens = batch_tokens
        self._room = room
        self._device = str(model.device)
        self._pad = tokenizer.pad_token_id or getattr(model.config, "pad_token_id", None) or 0
        outputs = model.get_output_embeddings()
        assert isinstance(outputs, nn.Module), "a language model has output embeddings"
        size = model.config.get_text_config().vocab_size
        self._most_places = max(1, _MOST_LOGITS // size)
        vocabulary = read_vocabulary(tokenizer, size)
        self._scorer = ScoringContext(scoring, Tokens(tokenizer), vocabulary, paper, masks)
        self._prepared: dict[tuple[int, ...], _Prepared] = {}
        self._engine = Engine(model, layout, outputs, self._device, room)
        with torch.inference_mode():
            self._engine.try_out(self._probe(dropped))

    def chunks(self, examples: Sequence[int]) -> list[tuple[int, ...]]:
        """Examples in order, in parts for each of which there is room to keep a layer's states."""
        if self._room is None:
            return [tuple(examples)]
        # What enters a layer, and what enters the next one.
        most = self._room.total // (2 * self._bytes_of_a_token) or 1
        chunks: list[list[int]] = [[]]
        tokens = 0
        for example in examples:
            own = sum(len(each.ids) for each in self._questions[example].passes)
            if chunks[-1] and tokens + own > most:
                chunks.append([])
                tokens = 0
            chunks[-1].append(example)
            tokens += own
        return [tuple(chunk) for chunk in chunks]

    @torch.inference_mode()
    def enter(self, examples: Sequence[int], layer: int | None) -> None:
        """Keep what enters a layer, so that evaluations of these examples start there.

        The weights have to be the base model's; those below the layer must not change until
        `leave`, or until another layer is entered.
        """
        self._in_memory(lambda: self._enter(tuple(examples), layer))

    def leave(self) -> None:
        """Let go of what is kept; evaluations are of the whole model again."""
        self._engine.leave()
        for prepared in self._prepared.values():
            if prepared.continuations is not None:
                prepared.continuations.leave()

    @torch.inference_mode()
    def evaluate(
        self, examples: Sequence[int], edited: Collection[str] = ()
    ) -> dict[str, list[Any]]:
        """The outcomes on some examples, by column, in the order of `examples`.

        Args:
            examples: which examples.
            edited: the parameters that are not as in the base model.
        """
        score = _SCORES[self._scorer.scoring.kind]
        predicted = self._in_memory(lambda: self._predict(self._prepare(tuple(examples)), edited))
        outcomes = [outcome(each, score(each, self._scorer), self._scorer) for each in predicted]
        names = dict.fromkeys(name for each in outcomes for name in each)
        return {name: [each.get(name) for each in outcomes] for name in names}

    @property
    def _bytes_of_a_token(self) -> int:
        """Of the states of one layer."""
        return int(self.model.config.get_text_config().hidden_size * self.model.dtype.itemsize)

    def _probe(self, dropped: Collection[int]) -> Batch:
        """Two short texts of different length, so that one is padded."""
        asked = (each for n, each in enumerate(self._questions) if n not in dropped)
        passes = [each for question in islice(asked, _PROBED) for each in question.passes]
        by_length = {len(each.ids): each for each in passes if positions(each)}
        two = [by_length[length] for length in sorted(by_length)[:2]]
        return make_batches(two, self._pad, 1 << 30, 1 << 30, self._device)[0]

    def _prepare(self, examples: tuple[int, ...]) -> _Prepared:
        if examples not in self._prepared:
            questions = [self._questions[example] for example in examples]
            owners: dict[tuple[int, ...], list[tuple[int, Pass]]] = {}
            for number, question in enumerate(questions):
                for each in question.passes:
                    owners.setdefault(each.ids, []).append((number, each))
            passes = [joined(ids, [each for _, each in own]) for ids, own in owners.items()]
            batches = make_batches(
                passes, self._pad, self._batch_tokens, self._most_places, self._device
            )
            continuations = self._continuations(questions)
            self._prepared[examples] = _Prepared(
                questions, passes, list(owners.values()), batches, continuations
            )
        return self._prepared[examples]

    def _continuations(self, questions: Sequence[Question]) -> Continuations | None:
        prompts = [question.prompt for question in questions]
        if not any(prompts):
            return None
        new_tokens = self._scorer.scoring.new_tokens
        return Continuations(self.model, prompts, new_tokens, self._batch_tokens, self._device)

    def _in_memory(self, run: Callable[[], _T]) -> _T:
        """What a function returns; with smaller batches, as often as memory runs out."""
        while True:
            try:
                return run()
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error) or self._batch_tokens <= _FEWEST_TOKENS:
                    raise
            self._halve_batches()

    def _halve_batches(self) -> None:
        self._batch_tokens //= 2
        log.warning("Out of memory: going on with batch_tokens=%d.", self._batch_tokens)
        self.leave()
        self._prepared.clear()
        torch.cuda.empty_cache()

    def _enter(self, examples: tuple[int, ...], layer: int | None) -> None:
        prepared = self._prepare(examples)
        self._engine.enter(prepared.batches, layer)
        if prepared.continuations is None:
            return
        if layer is None:
            prepared.continuations.leave()
        elif self._engine.blocks is not None:
            assert self._room is not None
            prepared.continuations.enter(self._engine.blocks, layer, self._room)

    def _predict(self, prepared: _Prepared, edited: Collection[str]) -> list[Predicted]:
        predicted = [Predicted(question) for question in prepared.questions]
        for number, batch in enumerate(prepared.batches):
            logits = self._engine.logits(prepared.batches, number, edited)
            values, likeliest = self._read(logits, batch)
            read, said = iter(values), iter(likeliest)
            for owner, each in (pair for text in batch.numbers for pair in prepared.owners[text]):
                for reading in each.readings:
                    predicted[owner].logprobs[reading.of] = [next(read) for _ in reading.tokens]
                predicted[owner].likeliest.extend(next(said) for _ in each.likeliest)
        if prepared.continuations is not None:
            added = prepared.continuations.run(self._engine.blocks)
            for found, tokens in zip(predicted, added, strict=True):
                found.continuation.extend(tokens)
        return predicted

    def _read(self, logits: Tensor, batch: Batch) -> tuple[list[float], list[Likeliest]]:
        """The log-probabilities and the likeliest tokens that are wanted of a batch."""
        log_probs = logits.float().log_softmax(dim=-1)
        read: list[float] = _checked(log_probs[batch.places, batch.tokens], logits).tolist()
        return read, self._likeliest(log_probs, batch.likeliest)

    def _likeliest(self, log_probs: Tensor, places: Tensor) -> list[Likeliest]:
        """The likeliest tokens of some places, of log-probabilities (places, vocabulary)."""
        if not len(places):
            return []
        # Often they are all of them, in order, and need not be copied.
        if not torch.equal(places, torch.arange(len(log_probs), device=places.device)):
            log_probs = log_probs[places]
        top = log_probs.topk(min(max(answer.TOP), log_probs.shape[-1]), dim=-1)
        return [
            Likeliest(tokens, values)
            for tokens, values in zip(top.indices.tolist(), top.values.tolist(), strict=True)
        ]


def _checked(read: Tensor, logits: Tensor) -> Tensor:
    """The log-probabilities that are read; one NaN among a place's logits makes all of its NaN.

    Raises:
        ValueError: if there are some.
    """
    if read.isnan().any():
        raise ValueError(
            f"the model's outputs are NaN: does {logits.dtype} overflow? Try another dtype"
        )
    return read
