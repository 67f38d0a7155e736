"""Greedy decoding: the likeliest token at each step."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase
from transformers.generation.utils import GenerateDecoderOnlyOutput


@dataclass(frozen=True)
class Ending:
    """The ends of a generated text, beside the model's own token for it.

    Attributes:
        new_tokens: the largest number of tokens to add to a prompt.
        until: texts after which no more tokens need to be added.
        may_be_empty: whether the model may add no token.
        tokenizer: the tokenizer of these texts; None without texts.
    """

    new_tokens: int
    until: tuple[str, ...] = ()
    may_be_empty: bool = False
    tokenizer: PreTrainedTokenizerBase | None = None


class GreedyDecoder:
    """A causal model that continues prompts of one length with the likeliest tokens.

    Args:
        model: the model, on its device.
        ending: where a text ends.
    """

    def __init__(self, model: PreTrainedModel, ending: Ending):
        self._model = model
        self._config = _greedy(model, ending)
        self._tokenizer = ending.tokenizer

    def generate(self, ids: Tensor) -> list[list[int]]:
        """The tokens that the model adds to each prompt, up to the end of the text.

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
            tokenizer=self._tokenizer,
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


def _greedy(model: PreTrainedModel, ending: Ending) -> GenerationConfig:
    """Greedy decoding with the checkpoint's own end tokens, without its options for sampling."""
    own = model.generation_config
    end = own.eos_token_id if own.eos_token_id is not None else model.config.eos_token_id
    ends = [] if end is None else end if isinstance(end, list) else [end]
    return GenerationConfig(
        do_sample=False,
        num_beams=1,
        min_new_tokens=0 if ending.may_be_empty else 1,
        max_new_tokens=ending.new_tokens,
        stop_strings=list(ending.until) or None,
        eos_token_id=ends or None,
        pad_token_id=ends[0] if ends else 0,
        use_cache=True,
    )
