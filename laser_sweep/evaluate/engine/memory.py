"""The memory for tensors that are kept between runs."""

from __future__ import annotations

from torch import Tensor

GIB = 1 << 30


class MemoryBudget:
    """Byte budget on the model's device, with overflow to CPU memory.

    Args:
        device: the bytes on the model's device, beside the model.
        cpu: the bytes in CPU memory; 0 for a model on the CPU.
    """

    def __init__(self, device: int, cpu: int = 0):
        self.total = device + cpu
        self._device = device
        self._cpu = cpu
        self.clear()

    def clear(self) -> None:
        """Make the whole budget free."""
        self._device_free, self._cpu_free = self._device, self._cpu

    def take(self, size: int) -> bool:
        """Take bytes on the model's device if they are free; return whether they were."""
        if size > self._device_free:
            return False
        self._device_free -= size
        return True

    def keep(self, tensor: Tensor) -> Tensor | None:
        """The tensor itself or its copy in CPU memory; None if neither budget has the bytes."""
        if self.take(tensor.nbytes):
            return tensor
        if tensor.nbytes > self._cpu_free:
            return None
        self._cpu_free -= tensor.nbytes
        copy = tensor.cpu()
        return copy.pin_memory() if tensor.is_cuda else copy
