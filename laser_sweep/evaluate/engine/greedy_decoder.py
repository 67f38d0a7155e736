"""Greedy decoding: the likeliest token at each step."""

from __future__ import annotations

import torch
from torch import Tensor
from transformers import GenerationConfig, PreTrainedModel
from transformers.generation.utils import GenerateDecoderOnlyOutput


class GreedyDecoder:
    """A causal model that continues prompts of one length with the likeliest tokens.

    Args:
        model: the model, on its device.
        new_tokens: the largest number of tokens to add.
    """

    def __init__(self, model: PreTrainedModel, new_tokens: int):
        self._model = model
        self._config = _greedy(model, new_tokens)

    def generate(self, ids: Tensor) -> list[list[int]]:
        """The tokens that the model adds to each prompt, at least one, up to the end of the text.

        Args:
            ids: the token ids of the prompts, of shape (prompts, length).
        """
        added = self._run(ids).sequences[:, ids.shape[1] :]
        return [self._until_end(tokens) for tokens in added.tolist()]

    def logits(self, ids: Tensor) -> Tensor:
        """The logits of each step, of shape (steps, prompts, vocabulary)."""
        steps = self._run(ids, logits=True).logits
        assert steps is not None, "logits were requested"
        return torch.stack(steps)

    def _run(self, ids: Tensor, *, logits: bool = False) -> GenerateDecoderOnlyOutput:
        # transformers takes what a call leaves unset, such as a penalty, from the model's own.
        self._model.generation_config = self._config
        output = self._model.generate(  # type: ignore[operator]
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            generation_config=self._config,
            return_dict_in_generate=True,
            output_logits=logits,
        )
        assert isinstance(output, GenerateDecoderOnlyOutput)
        return output

    def _until_end(self, tokens: list[int]) -> list[int]:
        """The tokens before the one that ends the text; those after it are padding."""
        ends = self._config.eos_token_id or []
        stop = next((place for place, token in enumerate(tokens) if token in ends), len(tokens))
        return tokens[:stop]


def _greedy(model: PreTrainedModel, new_tokens: int) -> GenerationConfig:
    """Greedy decoding with the checkpoint's own end tokens, without its options for sampling."""
    own = model.generation_config
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
