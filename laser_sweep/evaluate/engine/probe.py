"""The probe: a small batch on which shortcuts are compared with whole runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import torch
from torch import Tensor

from laser_sweep.evaluate.engine.batch import Batch

_TOLERANCE, _HALF_TOLERANCE = 1e-4, 5e-2
"""The largest difference of log-probabilities, in float32 and in half precision. Shortcuts that
work give differences that are far smaller."""


class Probe:
    """A small batch with the log-probabilities that a whole run gives for it.

    Args:
        batch: the batch.
        dtype: the dtype of the model; that of its logits may be more precise.
        run: a function that returns the logits of a whole run of the batch. It is called once, when
            the model's weights are those of the base model.
    """

    def __init__(self, batch: Batch, dtype: torch.dtype, run: Callable[[Batch], Tensor]):
        self.batch = batch
        is_half = dtype.itemsize < torch.float32.itemsize
        self._tolerance = _HALF_TOLERANCE if is_half else _TOLERANCE
        self._run = run

    def agrees(self, logits: Tensor) -> bool:
        """Whether logits of the batch are those of a whole run, up to rounding."""
        tolerance, found, wanted = self._tolerance, _log_probs(logits), self._expected
        return torch.allclose(found, wanted, rtol=tolerance, atol=tolerance, equal_nan=True)

    @cached_property
    def _expected(self) -> Tensor:
        return _log_probs(self._run(self.batch))


def _log_probs(logits: Tensor) -> Tensor:
    return logits.float().log_softmax(dim=-1)
