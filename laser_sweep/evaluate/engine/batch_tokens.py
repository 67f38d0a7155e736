"""How many tokens go through a model together, where the user does not say it."""

from __future__ import annotations

import torch
from transformers import PreTrainedModel

CPU_TOKENS = 1_024
"""Measured on models of 4 and of 162 million parameters; what is larger leaves the caches."""
FEWEST, MOST = 1_024, 65_536
_WIDTHS = 48
"""So many vectors of the model's width are there for a token at once, with room to spare: those of
attention, an MLP of four times the width with its activation, and what is computed in float32."""
_SHARE = 0.5
"""Of the free memory; the rest is for logits, decompositions and what is kept between points."""


def default_batch_tokens(model: PreTrainedModel) -> int:
    """The tokens of one forward pass: on an accelerator what its free memory holds.

    A power of two, so that it is the same in the next run although the memory is not quite.
    """
    if model.device.type != "cuda":
        return CPU_TOKENS if model.device.type == "cpu" else MOST // 4
    free, _ = torch.cuda.mem_get_info(model.device)
    width = int(model.config.get_text_config().hidden_size)
    fitting = int(_SHARE * free) // (_WIDTHS * width * model.dtype.itemsize)
    return max(FEWEST, min(MOST, 1 << max(0, fitting.bit_length() - 1)))
