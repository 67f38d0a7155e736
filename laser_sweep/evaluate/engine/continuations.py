"""Greedy continuations of prompts, the likeliest token at each step."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from transformers import GenerationConfig, PreTrainedModel

from laser_sweep.evaluate.engine.memory import MemoryBudget
from laser_sweep.model.blocks import Blocks, PromptState

log = logging.getLogger(__name__)

_TOLERANCE = 1e-3
"""By which logits may differ in float32; where nothing is wrong they do not, or hardly."""
_TRIED = 2
"""So many prompts are continued both ways, to see whether it is the same."""


@dataclass
class _Alike:
    """Prompts of the same length, which go through the model together; nothing is padded."""

    numbers: list[int]
    ids: Tensor
    entered: PromptState | None = field(default=None)


class Continuations:
    """Prompts that a model continues, again and again, while its weights change.

    Prompts of the same length go through the model together, so that nothing is padded and each is
    continued as it would be alone; the same prompt goes through it once.

    Args:
        model: a causal model, on its device.
        prompts: token ids.
        new_tokens: how many tokens it may add.
        batch_tokens: the largest number of tokens that go through the model together.
        device: where its inputs go.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        prompts: Sequence[tuple[int, ...]],
        new_tokens: int,
        batch_tokens: int,
        device: str,
    ):
        self._model = model
        distinct = list(dict.fromkeys(prompts))
        number = {prompt: n for n, prompt in enumerate(distinct)}
        self._numbers = [number[prompt] for prompt in prompts]
        self._batches = [
            _Alike(numbers, torch.tensor([distinct[n] for n in numbers], device=device))
            for numbers in _of_one_length(distinct, new_tokens, batch_tokens)
        ]
        self._greedy = _greedy(model, new_tokens)
        self._works: dict[int, bool] = {}

    def run(self, blocks: Blocks | None = None) -> list[list[int]]:
        """For each prompt what the model adds, a token at the least, up to the one that ends it.

        Args:
            blocks: the model's blocks, if it is to go on from what was kept by `enter`.
        """
        found: dict[int, list[int]] = {}
        for batch in self._batches:
            said = self._continue(batch, blocks).sequences[:, batch.ids.shape[1] :]
            for number, added in zip(batch.numbers, said.tolist(), strict=True):
                found[number] = _until_end(added, self._greedy)
        return [found[number] for number in self._numbers]

    def enter(self, blocks: Blocks, layer: int, room: MemoryBudget) -> None:
        """Keep what of the prompts enters a layer, with the keys and values of those below it.

        The model's weights have to be those of the base model. Where there is no room, or a model
        keeps no plain keys and values, its prompts are run as a whole.
        """
        self.leave()
        if layer <= 0 or not self._works_from(blocks, layer):
            return
        for batch in self._batches:
            entered = self._entered(batch.ids, blocks, layer)
            if entered is None or not room.take(entered.nbytes):
                return
            batch.entered = entered

    def leave(self) -> None:
        """Let go of what is kept."""
        for batch in self._batches:
            batch.entered = None

    def _entered(self, ids: Tensor, blocks: Blocks, layer: int) -> PromptState | None:
        return blocks.prompt_state(layer, lambda: self._generate(ids))

    def _continue(self, batch: _Alike, blocks: Blocks | None, *, logits: bool = False) -> Any:
        if blocks is None or batch.entered is None:
            return self._generate(batch.ids, logits=logits)
        with blocks.continuing(batch.entered):
            return self._generate(batch.ids, logits=logits)

    def _generate(self, ids: Tensor, *, logits: bool = False) -> Any:
        # What a call leaves unset, transformers would take from here: a penalty, another length.
        self._model.generation_config = self._greedy
        return self._model.generate(  # type: ignore[operator]
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            generation_config=self._greedy,
            return_dict_in_generate=True,
            output_logits=logits,
        )

    def _works_from(self, blocks: Blocks, layer: int) -> bool:
        """Whether prompts that start at a layer are continued as whole ones are."""
        if layer not in self._works and self._batches:
            try:
                self._works[layer] = self._agrees(blocks, layer)
            except Exception as error:
                log.debug("no generation from layer %d on: %s", layer, error)
                self._works[layer] = False
        return self._works.get(layer, False)

    def _agrees(self, blocks: Blocks, layer: int) -> bool:
        first = self._batches[-1]
        some = _Alike(first.numbers[:_TRIED], first.ids[:_TRIED])
        wanted = torch.stack(self._continue(some, None, logits=True).logits)
        some.entered = self._entered(some.ids, blocks, layer)
        if some.entered is None:
            return False
        found = torch.stack(self._continue(some, blocks, logits=True).logits)
        tolerance = _TOLERANCE if found.dtype == torch.float32 else 50 * _TOLERANCE
        same = found.shape == wanted.shape
        return same and torch.allclose(found, wanted, rtol=tolerance, atol=tolerance)


def _greedy(model: PreTrainedModel, new_tokens: int) -> GenerationConfig:
    """The checkpoint's own tokens that end a text, and nothing else of how it likes to sample."""
    own: Any = model.generation_config
    end = own.eos_token_id if own.eos_token_id is not None else model.config.eos_token_id
    ends = [] if end is None else end if isinstance(end, list) else [end]
    return GenerationConfig(
        do_sample=False,
        num_beams=1,
        min_new_tokens=1,
        max_new_tokens=new_tokens,
        eos_token_id=ends or None,
        pad_token_id=ends[0] if ends else 0,
        use_cache=True,
    )


def _of_one_length(
    prompts: Sequence[tuple[int, ...]], new_tokens: int, batch_tokens: int
) -> Iterator[list[int]]:
    by_length: dict[int, list[int]] = {}
    for number, prompt in enumerate(prompts):
        by_length.setdefault(len(prompt), []).append(number)
    for length, numbers in sorted(by_length.items(), reverse=True):
        size = max(1, batch_tokens // (length + new_tokens))
        for start in range(0, len(numbers), size):
            yield numbers[start : start + size]


def _until_end(added: list[int], greedy: GenerationConfig) -> list[int]:
    """What was said before the end; what follows it is padding."""
    ends = greedy.eos_token_id or []
    stop = next((place for place, token in enumerate(added) if token in ends), len(added))
    return added[:stop]
