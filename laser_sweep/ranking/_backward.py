"""The backward pass: gradients of the mean loss, a segment of layers at a time.

Autograd itself computes the gradient of a parameter, whatever the module does with it: linear maps
and Conv1D, fused, shared and stacked parameters need no code of their own. It is summed over the
batches in float32. No more gradients are kept than those of one segment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from laser_sweep.errors import is_out_of_memory, one_line
from laser_sweep.evaluate.engine.batch import Batch
from laser_sweep.evaluate.engine.plain_engine import PlainEngine
from laser_sweep.model.blocks import Blocks
from laser_sweep.model.layout import Layout
from laser_sweep.ranking._batches import QuestionBatch
from laser_sweep.ranking._segments import Segment, kept_starts

log = logging.getLogger(__name__)

Gradients: TypeAlias = dict[str, Tensor]
"""The gradient of each parameter, float32, in the parameter's shape."""
Loss: TypeAlias = Callable[[Tensor, QuestionBatch], Tensor]
"""The loss of a batch, a scalar, from the logits at its places, shape (places, vocabulary)."""

_TOLERANCE, _HALF_TOLERANCE = 1e-3, 5e-2
"""The largest difference between the logits of runs that start at a layer and of whole runs."""


@dataclass
class _Descent:
    """A batch on its way down through the segments.

    Attributes:
        asked: the batch.
        kept: the states that enter some of the layers which are still to come.
        above: the gradient of the states that leave the segment to come; None before the first.
    """

    asked: QuestionBatch
    kept: dict[int, Tensor]
    above: Tensor | None = None


class BackwardPass:
    """The gradient of a loss, summed over batches.

    Args:
        model: the model, whose parameters need no gradient.
        layout: the layers of the model.
        loss: the loss of a batch.
        tick: a function that is called after each batch of each segment.
    """

    def __init__(
        self, model: PreTrainedModel, layout: Layout, loss: Loss, tick: Callable[[], object]
    ):
        self._model = model
        self._layout = layout
        self._engine = PlainEngine(model)
        self._loss = loss
        self._tick = tick
        self._blocks: Blocks | None = None
        self._is_tried = False

    def gradients(
        self, batches: Sequence[QuestionBatch], segments: Sequence[Segment], most_kept: int
    ) -> Iterator[tuple[Segment, Gradients]]:
        """The gradients of each segment's parameters, the top segment first.

        The states that enter some of the segments are kept for all batches, and each batch runs
        from there to a segment, and through it with gradients. If the model cannot be run so, every
        segment takes a whole run. A parameter that had no part in the loss has a gradient of zeros.
        The gradients of a segment are released when the next ones are asked for.

        Args:
            batches: the batches.
            segments: the segments, the lowest first.
            most_kept: the largest number of states to keep of each token; one gradient of a state
                is kept beside them.
        """
        if len(segments) > 1:
            self._try(min(batches, key=lambda each: each.batch.ids.numel()).batch, segments)
        is_split = len(segments) > 1 and self._blocks is not None
        starts = kept_starts(segments, most_kept) if is_split else []
        descents = [_Descent(each, self._entering(each.batch, starts)) for each in batches]
        for segment in reversed(segments):
            start = segment.start if is_split and segment is not segments[0] else None
            with _summed(self._model, segment.parameters) as sums:
                for each in descents:
                    self._descend(each, start, segment.stop if is_split else None)
                    self._tick()
            yield segment, sums
            # The caller's variable would keep them while the next ones are summed.
            sums.clear()

    def _descend(self, descent: _Descent, start: int | None, stop: int | None) -> None:
        """Run a batch forward and backward through a segment.

        Args:
            descent: the batch.
            start: the first layer of the segment; None for a run from the tokens on.
            stop: the layer after its last one; None for a run up to the loss.
        """
        asked = descent.asked
        with torch.enable_grad(), self._starting(descent, start) as leaf:
            if stop is None:
                output, above = self._loss(self._engine.full_logits(asked.batch), asked), None
            else:
                output, above = self._states(asked.batch, stop), descent.above
            if output.requires_grad:
                output.backward(above)
        descent.above = None if leaf is None else leaf.grad

    @contextmanager
    def _starting(self, descent: _Descent, start: int | None) -> Iterator[Tensor | None]:
        """Start the run within this context at a layer, from states that get a gradient."""
        if start is None or self._blocks is None:
            yield None
            return
        leaf = self._at(descent.asked.batch, start, descent.kept).detach().requires_grad_()
        descent.kept.pop(start, None)
        # A model may change its states in place, which autograd does not allow to a leaf.
        with self._blocks.starting_at(start, leaf.clone()):
            yield leaf

    def _entering(self, batch: Batch, layers: Sequence[int]) -> dict[int, Tensor]:
        """The states of a batch that enter some layers, given in ascending order."""
        found: dict[int, Tensor] = {}
        for layer in layers:
            found[layer] = self._at(batch, layer, found)
        return found

    @torch.no_grad()
    def _at(self, batch: Batch, layer: int, kept: Mapping[int, Tensor]) -> Tensor:
        """The states of a batch that enter a layer, from the highest kept ones, all not above."""
        if layer in kept:
            return kept[layer]
        assert self._blocks is not None
        below = max(kept, default=None)
        if below is None:
            return self._states(batch, layer)
        with self._blocks.starting_at(below, kept[below].clone()):
            return self._states(batch, layer)

    def _states(self, batch: Batch, layer: int) -> Tensor:
        assert self._blocks is not None
        return self._blocks.states_entering(layer, lambda: self._engine.full_logits(batch))

    def _try(self, batch: Batch, segments: Sequence[Segment]) -> None:
        """Try whether runs from the segments' starts on give the logits of a whole run."""
        if self._is_tried:
            return
        self._is_tried = True
        try:
            with torch.no_grad():
                wanted = self._engine.full_logits(batch)
                blocks = Blocks(
                    self._model, self._layout.modules, lambda: self._engine.full_logits(batch)
                )
                self._blocks = blocks
                starts = [segment.start for segment in segments[1:]]
                for start, states in self._entering(batch, starts).items():
                    with blocks.starting_at(start, states):
                        _check_equal(self._engine.full_logits(batch), wanted, self._model.dtype)
        except Exception as error:
            if is_out_of_memory(error):
                raise
            self._blocks = None
            log.warning(
                "%s cannot be run from a layer on (%s): its ranking takes longer.",
                type(self._model).__name__,
                one_line(error),
            )


def _check_equal(found: Tensor, wanted: Tensor, dtype: torch.dtype) -> None:
    tolerance = _TOLERANCE if dtype.itemsize >= torch.float32.itemsize else _HALF_TOLERANCE
    if not torch.allclose(found, wanted, rtol=tolerance, atol=tolerance):
        raise ValueError("started at a layer it gives other results")


@contextmanager
def _summed(model: nn.Module, parameters: Sequence[str]) -> Iterator[Gradients]:
    """Sum the gradients of parameters in float32 within this context; no others are computed."""
    sums: Gradients = {}
    with ExitStack() as contexts:
        for name in parameters:
            parameter = model.get_parameter(name)
            sums[name] = torch.zeros_like(parameter, dtype=torch.float32)
            contexts.callback(parameter.requires_grad_, False)
            parameter.requires_grad_()
            handle = parameter.register_post_accumulate_grad_hook(_adder(sums[name]))
            contexts.callback(handle.remove)
        yield sums


def _adder(total: Tensor) -> Callable[[Tensor], None]:
    def add(parameter: Tensor) -> None:
        assert parameter.grad is not None
        total.add_(parameter.grad)
        parameter.grad = None

    return add
