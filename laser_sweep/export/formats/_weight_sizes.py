"""The sizes of weights."""

from __future__ import annotations

from torch import nn


def weight_bytes(model: nn.Module) -> int:
    """The bytes of a model's parameters and stored buffers, tied ones counted once."""
    tensors = {
        value.data_ptr() or id(value): value.nbytes
        for value in model.state_dict(keep_vars=True).values()
    }
    return sum(tensors.values())


def in_units(count: int) -> str:
    """A number of bytes in kB, MB or GB (powers of 1000), such as `269.1 MB`."""
    for unit, size in (("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count / 1000:,.1f} kB"
