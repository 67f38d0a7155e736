"""A model and its questions, ready to be evaluated again and again while the weights change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from laser_sweep.dataset import ANSWER, CHOICE, GENERATION, NEXT_TOKEN, Scoring
from laser_sweep.evaluate import answer, choice, generation
from laser_sweep.evaluate.batch import Batch, make_batches
from laser_sweep.evaluate.generate import generate
from laser_sweep.evaluate.outcome import outcome
from laser_sweep.evaluate.predictions import Likeliest, Predicted
from laser_sweep.evaluate.question import Question
from laser_sweep.evaluate.scoring import Scorer
from laser_sweep.evaluate.tokens import Tokens
from laser_sweep.evaluate.vocabulary import read_vocabulary

_SCORES = {
    NEXT_TOKEN: answer.score,
    ANSWER: answer.score,
    CHOICE: choice.score,
    GENERATION: generation.score,
}

_MOST_LOGITS = 1 << 28
"""Of one batch, so that float32 log-probabilities take at most 1 GiB."""


@dataclass(frozen=True)
class _Prepared:
    """Some of the questions, in batches."""

    questions: list[Question]
    batches: list[Batch]
    owners: list[int]
    """For each pass, which question it is of."""


class Evaluator:
    """Evaluates a model, as its weights are at the time, on parts of its questions.

    Args:
        model: the model, on its device.
        tokenizer: its tokenizer.
        questions: all questions of the dataset, in its order.
        scoring: how they are scored.
        batch_tokens: the largest number of padded tokens in a forward pass.
        paper: whether outcomes are to be the paper's.
        masks: whether the model fills in masks.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        questions: Sequence[Question],
        scoring: Scoring,
        batch_tokens: int,
        *,
        paper: bool = False,
        masks: bool = False,
    ):
        self.model = model
        self._questions = questions
        self._batch_tokens = batch_tokens
        self._device = str(model.device)
        self._pad = tokenizer.pad_token_id or getattr(model.config, "pad_token_id", None) or 0
        outputs = model.get_output_embeddings()
        assert isinstance(outputs, nn.Module), "a language model has output embeddings"
        self._outputs = outputs
        size = model.config.get_text_config().vocab_size
        self._most_places = max(1, _MOST_LOGITS // size)
        vocabulary = read_vocabulary(tokenizer, size)
        self._scorer = Scorer(scoring, Tokens(tokenizer), vocabulary, paper, masks)
        self._prepared: dict[tuple[int, ...], _Prepared] = {}

    @torch.inference_mode()
    def evaluate(self, examples: Sequence[int]) -> dict[str, list[Any]]:
        """The outcomes on some examples, by column, in the order of `examples`."""
        score = _SCORES[self._scorer.scoring.kind]
        outcomes = [
            outcome(each, score(each, self._scorer), self._scorer)
            for each in self._predict(self._prepare(tuple(examples)))
        ]
        names = dict.fromkeys(name for each in outcomes for name in each)
        return {name: [each.get(name) for each in outcomes] for name in names}

    def _prepare(self, examples: tuple[int, ...]) -> _Prepared:
        if examples not in self._prepared:
            questions = [self._questions[example] for example in examples]
            passes = [each for question in questions for each in question.passes]
            owners = [n for n, question in enumerate(questions) for _ in question.passes]
            batches = make_batches(
                passes, self._pad, self._batch_tokens, self._most_places, self._device
            )
            self._prepared[examples] = _Prepared(questions, batches, owners)
        return self._prepared[examples]

    def _predict(self, prepared: _Prepared) -> list[Predicted]:
        predicted = [Predicted(question) for question in prepared.questions]
        passes = [each for question in prepared.questions for each in question.passes]
        for batch in prepared.batches:
            log_probs = self._log_probs(batch)
            read = iter(log_probs[batch.places, batch.tokens].tolist())
            said = iter(self._likeliest(log_probs[batch.likeliest]))
            for number in batch.numbers:
                found = predicted[prepared.owners[number]]
                for reading in passes[number].readings:
                    found.logprobs[reading.of] = [next(read) for _ in reading.tokens]
                found.likeliest.extend(next(said) for _ in passes[number].likeliest)
        if any(question.prompt for question in prepared.questions):
            self._continue(predicted)
        return predicted

    def _likeliest(self, log_probs: Tensor) -> list[Likeliest]:
        """The likeliest tokens of each place, shape (places, vocabulary)."""
        if not len(log_probs):
            return []
        top = log_probs.topk(min(max(answer.TOP), log_probs.shape[-1]), dim=-1)
        return [
            Likeliest(tokens, values)
            for tokens, values in zip(top.indices.tolist(), top.values.tolist(), strict=True)
        ]

    def _continue(self, predicted: list[Predicted]) -> None:
        """Let the model answer in its own words."""
        said = generate(
            self.model,
            [each.question.prompt for each in predicted],
            self._scorer.scoring.new_tokens,
            self._batch_tokens,
            self._device,
        )
        for each, tokens in zip(predicted, said, strict=True):
            each.continuation.extend(tokens)

    def _log_probs(self, batch: Batch) -> Tensor:
        """The log-probabilities of the tokens at each place, shape (places, vocabulary)."""
        with _only_at(self._outputs, batch.rows, batch.columns):
            logits = self.model(
                input_ids=batch.ids, attention_mask=batch.mask, use_cache=False
            ).logits
        # The last layer may be on another device than the first.
        log_probs = logits[:, 0].to(self._device).float().log_softmax(dim=-1)
        if log_probs.isnan().any():
            raise ValueError(
                f"the model's outputs are NaN: does {logits.dtype} overflow? Try another dtype"
            )
        return log_probs


@contextmanager
def _only_at(outputs: nn.Module, rows: Tensor, columns: Tensor) -> Iterator[None]:
    """Project only the positions that are read on the vocabulary, by far the largest matrix.

    What the model does to its logits afterwards, such as capping, still happens.
    """

    def gather(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        hidden, *rest = inputs
        return hidden[rows.to(hidden.device), columns.to(hidden.device)][:, None], *rest

    handle = outputs.register_forward_pre_hook(gather)
    try:
        yield
    finally:
        handle.remove()
