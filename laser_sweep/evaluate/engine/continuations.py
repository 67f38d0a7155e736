"""Continuations of prompts by a model whose weights change above a layer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedModel

from laser_sweep.evaluate.engine.greedy_decoder import Ending, GreedyDecoder
from laser_sweep.evaluate.engine.memory import MemoryBudget
from laser_sweep.model.blocks import Blocks, PromptState

log = logging.getLogger(__name__)

_TOLERANCE, _HALF_TOLERANCE = 1e-3, 5e-2
"""The largest difference of logits, in float32 and in half precision. Prompts that start at a layer
give differences that are far smaller."""
_TRIED = 2
"""The number of prompts in the trial of a layer."""


@dataclass
class _PromptBatch:
    """Prompts of the same length, which go through the model together without padding.

    Attributes:
        numbers: for each prompt its number among the distinct prompts.
        ids: the token ids, of shape (prompts, length).
        state: the state of the base model at a layer; None to start at the first layer.
    """

    numbers: list[int]
    ids: Tensor
    state: PromptState | None = None


class Continuations:
    """Prompts that a model continues again and again while its weights change.

    Prompts of the same length go through the model together. Without padding, each is continued as
    it would be alone. Equal prompts go through the model once.

    Args:
        model: a causal model, on its device.
        prompts: the token ids of the prompts.
        ending: where a text ends.
        batch_tokens: the largest number of tokens that go through the model together.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        prompts: Sequence[tuple[int, ...]],
        ending: Ending,
        batch_tokens: int,
    ):
        self._decoder = GreedyDecoder(model, ending)
        is_half = model.dtype.itemsize < torch.float32.itemsize
        self._tolerance = _HALF_TOLERANCE if is_half else _TOLERANCE
        distinct = list(dict.fromkeys(prompts))
        number = {prompt: n for n, prompt in enumerate(distinct)}
        self._numbers = [number[prompt] for prompt in prompts]
        device = str(model.device)
        self._batches = [
            _PromptBatch(numbers, torch.tensor([distinct[n] for n in numbers], device=device))
            for numbers in _of_one_length(distinct, ending.new_tokens, batch_tokens)
        ]
        self._blocks: Blocks | None = None
        self._works: dict[int, bool] = {}

    def run(self) -> list[list[int]]:
        """The tokens that the model adds to each prompt, up to the end of the text.

        Prompts start at the layer that `enter` has entered, if there is one.
        """
        found: dict[int, list[int]] = {}
        for batch in self._batches:
            with self._starting(batch):
                added = self._decoder.generate(batch.ids)
            found.update(zip(batch.numbers, added, strict=True))
        return [found[number] for number in self._numbers]

    def enter(self, blocks: Blocks, layer: int, budget: MemoryBudget) -> None:
        """Keep the states of the prompts at a layer: until `leave`, the prompts start there.

        The model's weights have to be those of the base model. Prompts whose states do not fit in
        memory start at the first layer, and so do all prompts if the trial of the layer fails or
        the model caches anything but keys and values.

        Args:
            blocks: the blocks of the model.
            layer: the layer.
            budget: the memory for the states, with the keys and values of the layers below.
        """
        self.leave()
        if layer <= 0 or not self._works_from(blocks, layer):
            return
        self._blocks = blocks
        for batch in self._batches:
            state = self._state(batch.ids, blocks, layer)
            if state is None or not budget.take(state.nbytes):
                return
            batch.state = state

    def leave(self) -> None:
        """Release the kept states."""
        self._blocks = None
        for batch in self._batches:
            batch.state = None

    def _starting(self, batch: _PromptBatch) -> AbstractContextManager[None]:
        """The context in which the prompts of a batch start at the layer of their state."""
        if self._blocks is None or batch.state is None:
            return nullcontext()
        return self._blocks.continuing(batch.state)

    def _state(self, ids: Tensor, blocks: Blocks, layer: int) -> PromptState | None:
        return blocks.prompt_state(layer, lambda: self._decoder.generate(ids))

    def _works_from(self, blocks: Blocks, layer: int) -> bool:
        """Whether prompts that start at a layer are continued as in whole runs; tried once."""
        if layer not in self._works and self._batches:
            try:
                self._works[layer] = self._agrees(blocks, layer)
            except Exception as error:
                log.debug("no generation from layer %d on: %s", layer, error)
                self._works[layer] = False
        return self._works.get(layer, False)

    def _agrees(self, blocks: Blocks, layer: int) -> bool:
        """Whether the shortest prompts have the same logits from a layer on as in a whole run."""
        ids = self._batches[-1].ids[:_TRIED]
        wanted = self._decoder.logits(ids)
        state = self._state(ids, blocks, layer)
        if state is None:
            return False
        with blocks.continuing(state):
            found = self._decoder.logits(ids)
        same = found.shape == wanted.shape
        return same and torch.allclose(found, wanted, rtol=self._tolerance, atol=self._tolerance)


def _of_one_length(
    prompts: Sequence[tuple[int, ...]], new_tokens: int, batch_tokens: int
) -> Iterator[list[int]]:
    """The numbers of prompts of the same length, for each batch; the longest prompts first."""
    by_length: dict[int, list[int]] = {}
    for number, prompt in enumerate(prompts):
        by_length.setdefault(len(prompt), []).append(number)
    for length, numbers in sorted(by_length.items(), reverse=True):
        size = max(1, batch_tokens // (length + new_tokens))
        for start in range(0, len(numbers), size):
            yield numbers[start : start + size]
