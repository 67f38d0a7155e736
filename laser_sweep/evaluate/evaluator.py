"""A model and its questions, ready to be evaluated again and again while the weights change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from laser_sweep.evaluate import choice, next_token
from laser_sweep.evaluate.batch import Batch, make_batches
from laser_sweep.evaluate.encode import Question
from laser_sweep.evaluate.vocabulary import read_vocabulary


class Evaluator:
    """Evaluates a model, as its weights are at the time, on parts of its questions.

    Args:
        model: the model, on its device.
        tokenizer: its tokenizer.
        questions: all questions of the dataset, in its order.
        batch_tokens: the largest number of padded tokens in a forward pass.
        protocol: `corrected` or `paper`.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        questions: Sequence[Question],
        batch_tokens: int,
        protocol: str,
    ):
        self.model = model
        self._questions = questions
        self._batch_tokens = batch_tokens
        self._protocol = protocol
        self._device = str(model.device)
        self._pad = tokenizer.pad_token_id or getattr(model.config, "pad_token_id", None) or 0
        outputs = model.get_output_embeddings()
        assert isinstance(outputs, nn.Module), "a language model has output embeddings"
        self._outputs = outputs
        self._vocabulary = read_vocabulary(
            tokenizer, model.config.get_text_config().vocab_size, self._device
        )
        self._scorer = choice if questions[0].choices else next_token
        self._batches: dict[tuple[int, ...], list[Batch]] = {}

    @torch.inference_mode()
    def evaluate(self, examples: Sequence[int]) -> dict[str, list[Any]]:
        """The outcomes on some examples, by column, in the order of `examples`."""
        columns: dict[str, list[Any]] = {}
        for batch in self._batches_of(tuple(examples)):
            scored = self._scorer.score(
                self._log_probs(batch), batch, self._vocabulary, self._protocol
            )
            for name, values in scored.items():
                column = columns.setdefault(name, [None] * len(examples))
                for row, value in zip(batch.rows.tolist(), values, strict=True):
                    column[row] = value
        return columns

    def _batches_of(self, examples: tuple[int, ...]) -> list[Batch]:
        if examples not in self._batches:
            questions = [self._questions[example] for example in examples]
            self._batches[examples] = make_batches(
                questions, self._pad, self._batch_tokens, self._device
            )
        return self._batches[examples]

    def _log_probs(self, batch: Batch) -> Tensor:
        """The log-probabilities of the token at the scored positions, shape (n, vocabulary)."""
        with _only_at(self._outputs, batch.position):
            logits = self.model(input_ids=batch.ids, attention_mask=batch.mask).logits
        # The last layer may be on another device than the first.
        log_probs = logits[:, 0].to(self._device).float().log_softmax(dim=-1)
        if log_probs.isnan().any():
            raise ValueError(
                f"the model's outputs are NaN: does {logits.dtype} overflow? Try another dtype"
            )
        return log_probs


@contextmanager
def _only_at(outputs: nn.Module, position: Tensor) -> Iterator[None]:
    """Project only one position of each example on the vocabulary, by far its largest matrix.

    What the model does to its logits afterwards, such as capping, still happens.
    """

    def gather(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        hidden, *rest = inputs
        rows = torch.arange(len(hidden), device=hidden.device)
        return hidden[rows, position.to(hidden.device)][:, None], *rest

    handle = outputs.register_forward_pre_hook(gather)
    try:
        yield
    finally:
        handle.remove()
