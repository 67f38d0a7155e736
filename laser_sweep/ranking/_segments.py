"""Segments: consecutive layers whose gradients fit into memory together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from laser_sweep.model.layout import Layout
from laser_sweep.model.matrix import Matrix
from laser_sweep.ranking._batches import BatchSize

_FLOAT32 = 4
_ACTIVATIONS = 256 << 20
"""Bytes for what a batch's backward pass needs of its forward pass."""
BACKWARD = 2 * _ACTIVATIONS
"""Bytes that a backward pass needs beside gradients, at most."""
_COPIES = 1.25
"""Bytes that a layer keeps for the backward pass, relative to the inputs and outputs of its
matrices. Measured on five families: 0.7 to 1.2, since matrices share inputs; norms, activations and
attention keep some of their own. Attention that is not fused keeps more of long texts."""
_EXPERTS = 8
"""The largest number of experts that a token is known to go through in a layer."""
_LOGITS = 4
"""Float32 numbers that a place needs for each token of the vocabulary: logits, log-probabilities,
and the gradients of both."""
_FEWEST_TOKENS = 64


@dataclass(frozen=True)
class Segment:
    """Consecutive layers.

    Attributes:
        start: the first layer.
        stop: the layer after the last one; None for all layers up to the loss.
        matrices: the matrices whose gradients are wanted.
    """

    start: int
    stop: int | None
    matrices: tuple[Matrix, ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters that hold the matrices, each once."""
        return tuple(dict.fromkeys(matrix.parameter for matrix in self.matrices))


def segments(
    matrices: Iterable[Matrix], sizes: Mapping[str, int], budget: int, most_layers: int
) -> list[Segment]:
    """The segments of some matrices, the lowest first; at least one layer each.

    Matrices that several layers share are in one segment whatever their size: their gradient is
    complete only at its end.

    Args:
        matrices: the matrices.
        sizes: the number of entries of each parameter that holds one.
        budget: the bytes for the float32 gradients of a segment.
        most_layers: the largest number of layers of a segment.
    """
    by_layer: dict[int, list[Matrix]] = {}
    for matrix in matrices:
        by_layer.setdefault(matrix.lnum, []).append(matrix)
    if any(matrix.shared_with for each in by_layer.values() for matrix in each):
        budget, most_layers = sum(sizes.values()) * _FLOAT32, max(by_layer) + 1
    groups: list[tuple[int, list[Matrix]]] = []
    free = 0
    for layer in sorted(by_layer):
        needed = _FLOAT32 * sum(sizes[name] for name in {m.parameter for m in by_layer[layer]})
        if not groups or needed > free or layer - groups[-1][0] >= most_layers:
            groups.append((layer, []))
            free = budget
        groups[-1][1].extend(by_layer[layer])
        free -= needed
    stops = [*(start for start, _ in groups[1:]), None]
    return [
        Segment(start, stop, tuple(found))
        for (start, found), stop in zip(groups, stops, strict=True)
    ]


def most_layers(layout: Layout, itemsize: int, tokens: int) -> int:
    """The number of layers whose backward pass keeps a bounded number of bytes; at least one.

    Args:
        layout: the layers of the model.
        itemsize: the bytes of a number of the model's dtype.
        tokens: the number of tokens of the largest question, which cannot be divided.
    """
    layers = range(len(layout.blocks))
    widest = max(_bytes_per_token(layout, layer, itemsize) for layer in layers)
    return max(1, _ACTIVATIONS // max(1, widest * tokens))


def batch_size(
    layout: Layout, found: Iterable[Segment], itemsize: int, vocabulary: int
) -> BatchSize:
    """The size of a batch whose backward pass keeps a bounded number of bytes.

    Args:
        layout: the layers of the model.
        found: the segments.
        itemsize: the bytes of a number of the model's dtype.
        vocabulary: the number of tokens that the model tells apart.
    """
    layers = len(layout.blocks)
    per_layer = [_bytes_per_token(layout, layer, itemsize) for layer in range(layers)]
    widest = max(sum(per_layer[each.start : each.stop or layers]) for each in found)
    tokens = max(_FEWEST_TOKENS, _ACTIVATIONS // max(1, widest))
    return BatchSize(tokens, max(1, _ACTIVATIONS // (_LOGITS * _FLOAT32 * vocabulary)))


def kept_starts(found: Sequence[Segment], most: int) -> list[int]:
    """The first layers of evenly spaced segments, never of the lowest one.

    Args:
        found: the segments, the lowest first.
        most: the largest number of layers.
    """
    count = min(most, len(found) - 1)
    return [found[(n + 1) * len(found) // (count + 1)].start for n in range(count)]


def _bytes_per_token(layout: Layout, layer: int, itemsize: int) -> int:
    """The bytes that a layer keeps of a token."""
    shapes = (matrix.shape for each in layout.blocks[layer].values() for matrix in each[:_EXPERTS])
    return int(_COPIES * itemsize * sum(sum(shape) for shape in shapes))
