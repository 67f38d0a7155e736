"""The head of a model in half precision, computed in float32: its logits tie far less often."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import linear
from transformers import PreTrainedModel

from laser_sweep.model.embedding import embedding_rows

log = logging.getLogger(__name__)

_CAST, _CAST_ON_DEVICE = 1 << 20, 1 << 24
"""The largest numbers of weights that are cast at a time: 4 MiB in float32 on a CPU, which its
caches hold, and 64 MiB on an accelerator. On a CPU, a cast of the whole head took up to ten times
as long; a float32 copy would be 4 GiB for 262,144 words and a width of 4,096."""


def project_in_float32(model: PreTrainedModel) -> None:
    """Compute the logits of a model in half precision in float32, from its last hidden states.

    The head is a linear map whose products are exact in float32; what the model does to logits
    after it, such as capping and scaling, is in float32, too. The weights that the head has at the
    time are used. Where logits stay in half precision all the same, one warning says so.

    Args:
        model: a language model in half precision, on its device.
    """
    head = model.get_output_embeddings()
    words = {embedding_rows(model), model.config.get_text_config().vocab_size}
    if isinstance(head, nn.Linear) and _is_plain(head) and head.weight.shape[0] in words:
        vars(head)["forward"] = _projection(head)
    _warn_of_half_precision(model)


def _is_plain(head: nn.Linear) -> bool:
    """Whether a linear map computes nothing else; Accelerate's hooks only move its input."""
    own = type(head).forward is nn.Linear.forward
    return own and ("forward" not in vars(head) or hasattr(head, "_hf_hook"))


def _projection(head: nn.Linear) -> Callable[[Tensor], Tensor]:
    """The map of a head in float32, cast some rows at a time."""

    def project(hidden: Tensor) -> Tensor:
        given = hidden.to(head.weight.device, torch.float32)
        logits: Tensor = _Projection.apply(given, head.weight)  # type: ignore[no-untyped-call]
        return logits if head.bias is None else logits.add_(head.bias.float())

    return project


class _Projection(torch.autograd.Function):
    """The product with a matrix, which is cast to float32 some rows at a time.

    Autograd by itself would keep the casts for the backward pass: the whole matrix in float32. The
    matrix gets no gradient.
    """

    @staticmethod
    def forward(ctx: Any, given: Tensor, weight: Tensor) -> Tensor:
        ctx.weight = weight
        logits = given.new_empty(*given.shape[:-1], len(weight))
        for some in _rows(weight):
            logits[..., some] = linear(given, weight[some].float())
        return logits

    @staticmethod
    def backward(ctx: Any, *of_logits: Tensor) -> tuple[Tensor, None]:
        weight: Tensor = ctx.weight
        of_given = sum(of_logits[0][..., some] @ weight[some].float() for some in _rows(weight))
        assert isinstance(of_given, Tensor)
        return of_given, None


def _rows(weight: Tensor) -> Iterator[slice]:
    """The rows of a matrix, some at a time."""
    words, width = weight.shape
    most = _CAST if weight.device.type == "cpu" else _CAST_ON_DEVICE
    rows = max(1, most // width)
    return (slice(start, start + rows) for start in range(0, words, rows))


def _warn_of_half_precision(model: PreTrainedModel) -> None:
    """Warn if the first logits of a model are in half precision."""

    def check(_: nn.Module, __: object, output: object) -> None:
        handle.remove()
        logits = getattr(output, "logits", None)
        if isinstance(logits, Tensor) and logits.dtype.itemsize < torch.float32.itemsize:
            log.warning(
                "The logits of %s are in %s, because its head is no linear map of its own: the "
                "log-probabilities of labels are rounded, and may tie.",
                type(model).__name__,
                str(logits.dtype).removeprefix("torch."),
            )

    handle = model.register_forward_hook(check)
