"""The memory that may be used for what is kept between runs."""

from __future__ import annotations

from torch import Tensor

GIB = 1 << 30


class MemoryBudget:
    """So many bytes where the model is and, once these are used, so many in the CPU's memory.

    Args:
        here: bytes beside the model.
        cpu: bytes in the CPU's memory; for a model that is there itself, 0.
    """

    def __init__(self, here: int, cpu: int = 0):
        self.total = here + cpu
        self._here = here
        self._cpu = cpu
        self.clear()

    def clear(self) -> None:
        """Nothing is kept any more."""
        self._left, self._cpu_left = self._here, self._cpu

    def take(self, size: int) -> bool:
        """Whether so many bytes are free beside the model; if so, they are taken."""
        if size > self._left:
            return False
        self._left -= size
        return True

    def keep(self, tensor: Tensor) -> Tensor | None:
        """The tensor, as it is or in the CPU's memory; None if there is no room for it."""
        if self.take(tensor.nbytes):
            return tensor
        if tensor.nbytes > self._cpu_left:
            return None
        self._cpu_left -= tensor.nbytes
        kept = tensor.cpu()
        return kept.pin_memory() if tensor.is_cuda else kept
