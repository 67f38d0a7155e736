"""How a model is asked: the facts about it that prompts and scores depend on."""

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
    """The model that is asked, as far as a dataset's prompts and scores depend on it.

    Attributes:
        protocol: `corrected` or `paper`.
        masked: whether it fills in masks instead of continuing a text.
        family: its `model_type` in transformers.
        mask: the text of its mask token; empty without one.
        load_tokenizer: a function that loads its tokenizer.
    """

    protocol: str
    masked: bool
    family: str
    mask: str
    load_tokenizer: Callable[[], PreTrainedTokenizerBase] = field(repr=False)

    @property
    def paper(self) -> bool:
        """Whether prompts and scores are to be the paper's."""
        return self.protocol == PAPER

    @cached_property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """Its tokenizer; only some datasets need it, and loading takes time."""
        return self.load_tokenizer()

    def fill(self, prompt: str, end: str = "") -> str:
        """A prompt as this model is given it: a masked one gets the mask, and what follows it."""
        return f"{prompt} {self.mask}{end}" if self.masked else prompt


def prompting_of(
    protocol: str, config: PretrainedConfig, tokenizer: PreTrainedTokenizerBase
) -> Prompting:
    """How to ask the model with this configuration and this tokenizer."""
    from laser_sweep.model.load import is_masked  # imports torch, which a finished sweep skips

    return Prompting(
        protocol=protocol,
        masked=is_masked(config),
        family=config.model_type,
        mask=str(tokenizer.mask_token or ""),
        load_tokenizer=lambda: tokenizer,
    )
