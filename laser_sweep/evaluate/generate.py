"""Greedy continuations of prompts, the likeliest token at each step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers import GenerationConfig, PreTrainedModel


def generate(
    model: PreTrainedModel,
    prompts: Sequence[tuple[int, ...]],
    new_tokens: int,
    batch_tokens: int,
    device: str,
) -> list[list[int]]:
    """For each prompt the tokens that the model adds, one at the least, up to the one that ends it.

    Prompts of the same length go through the model together, so that nothing is padded and each is
    continued as it would be alone.

    Args:
        model: a causal model, on its device.
        prompts: token ids.
        new_tokens: how many tokens it may add.
        batch_tokens: the largest number of tokens that go through the model together.
        device: where its inputs go.
    """
    found: list[list[int]] = [[] for _ in prompts]
    greedy = _greedy(model, new_tokens)
    for numbers in _of_one_length(prompts, new_tokens, batch_tokens):
        ids = torch.tensor([prompts[number] for number in numbers], device=device)
        said = model.generate(  # type: ignore[operator]
            input_ids=ids, attention_mask=torch.ones_like(ids), generation_config=greedy
        )
        for number, added in zip(numbers, said[:, ids.shape[1] :].tolist(), strict=True):
            found[number] = _until_end(added, greedy)
    return found


def _greedy(model: PreTrainedModel, new_tokens: int) -> GenerationConfig:
    """The checkpoint's own tokens that end a text, and nothing else of how it likes to sample."""
    own: Any = model.generation_config
    end = own.eos_token_id if own.eos_token_id is not None else model.config.eos_token_id
    ends = [] if end is None else end if isinstance(end, list) else [end]
    greedy = GenerationConfig(
        do_sample=False,
        num_beams=1,
        min_new_tokens=1,
        max_new_tokens=new_tokens,
        eos_token_id=ends or None,
        pad_token_id=ends[0] if ends else 0,
        use_cache=True,
    )
    # What a call leaves unset, transformers would take from here: a penalty, another length.
    model.generation_config = greedy
    return greedy


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
