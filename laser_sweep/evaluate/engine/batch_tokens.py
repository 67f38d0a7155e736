"""The default number of tokens that go through a model together."""

from __future__ import annotations

import torch
from transformers import PreTrainedModel

CPU_TOKENS = 1_024
"""Measured on models of 4 and of 162 million parameters; larger batches exceed the CPU's caches."""
FEWEST, MOST = 1_024, 65_536
_WIDTHS = 48
"""Vectors of the model's width that a token needs at once, with a margin: those of attention, those
of an MLP of four times the width with its activation, and the float32 ones."""
_SHARE = 0.5
"""The share of free memory for a batch; logits, decompositions and kept states need the rest."""


def default_batch_tokens(model: PreTrainedModel) -> int:
    """The default number of tokens in a forward pass; on CUDA the number that free memory holds.

    It is a power of two, so that slightly different free memory gives the same number.
    """
    if model.device.type != "cuda":
        return usual_batch_tokens(model.device.type)
    free, _ = torch.cuda.mem_get_info(model.device)
    width = int(model.config.get_text_config().hidden_size)
    fitting = int(_SHARE * free) // (_WIDTHS * width * model.dtype.itemsize)
    return max(FEWEST, min(MOST, 1 << max(0, fitting.bit_length() - 1)))


def usual_batch_tokens(device: str) -> int:
    """The default number of tokens on a device whose free memory is not known."""
    return CPU_TOKENS if device == "cpu" else MOST // 4
