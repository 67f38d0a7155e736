"""The facts about a model that a dataset's prompts and scores depend on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from laser_sweep.config import PAPER

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedTokenizerBase


@dataclass
class Prompting:
    """The way in which a model is prompted.

    Attributes:
        protocol: `corrected` or `paper`.
        masked: whether the model fills in masks instead of continuing a text.
        family: the model's `model_type` in transformers.
        mask: the text of the model's mask token; empty for a model without one.
        load_tokenizer: a function that loads the model's tokenizer.
    """

    protocol: str
    masked: bool
    family: str
    mask: str
    load_tokenizer: Callable[[], PreTrainedTokenizerBase] = field(repr=False)

    @property
    def paper(self) -> bool:
        """Whether prompts and scores follow the paper's code."""
        return self.protocol == PAPER

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The model's tokenizer; loading it takes time, and only some datasets need it."""
        return self.load_tokenizer()

    @cached_property
    def special_tokens(self) -> tuple[str, ...]:
        """The texts of the tokenizer's special tokens; none where no model is given."""
        if not self.family:
            return ()
        added = self.tokenizer.added_tokens_decoder.values()
        return (*self.tokenizer.all_special_tokens, *(str(each) for each in added if each.special))

    def has_mask(self, prompt: str) -> bool:
        """Whether a prompt has a mask of its own, for a model that fills in masks."""
        return self.masked and bool(self.mask) and self.mask in prompt

    def fill(self, prompt: str, end: str = "") -> str:
        """The prompt as the model is given it: for a masked model with a mask, then `end`."""
        return f"{prompt} {self.mask}{end}" if self.masked else prompt


def prompting_of(
    protocol: str, config: PretrainedConfig, tokenizer: PreTrainedTokenizerBase
) -> Prompting:
    """The prompting of the model that has this configuration and this tokenizer."""
    from laser_sweep.model.load import is_masked  # imports torch, which a finished sweep skips

    return Prompting(
        protocol=protocol,
        masked=is_masked(config),
        family=config.model_type,
        mask=str(tokenizer.mask_token or ""),
        load_tokenizer=lambda: tokenizer,
    )
