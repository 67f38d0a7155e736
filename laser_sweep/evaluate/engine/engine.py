"""Running batches through a model whose weights change above a layer, without what stays the same.

What enters layer ℓ is the same for all points of ℓ, and is kept; so is what the matrices of ℓ put
out while nothing before them changes. Each point then runs the layers from ℓ on, and in the last
one, after attention, only the positions that are read. Whether a model can be run so is tried out
on a small batch; where it cannot, everything is run, and nothing else changes.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from laser_sweep.errors import is_out_of_memory, one_line
from laser_sweep.evaluate.engine.batch import Batch
from laser_sweep.evaluate.engine.memory import MemoryBudget
from laser_sweep.model.blocks import Blocks, NotSeparableError
from laser_sweep.model.layout import Layout
from laser_sweep.model.linear import (
    LinearMaps,
    Positions,
    Recordings,
    distinct_maps,
    linear_maps,
    only_at,
    position_wise_maps,
    recorded_bytes,
    recording,
    replaying,
)

log = logging.getLogger(__name__)

_TOLERANCE, _TOLERANCE_OF_HALF = 1e-4, 5e-2
"""By which log-probabilities may differ; where nothing is wrong they do not, or hardly."""


@dataclass
class _Held:
    """What is kept of some batches at a layer.

    Attributes:
        batches: the batches.
        layer: the layer.
        states: for each batch what enters the layer; None if there was no room.
        next: for each batch what enters the layer above; None if that is not known.
        remembered: for each batch what the layer's matrices put out, as far as there was room.
    """

    batches: Sequence[Batch]
    layer: int
    states: list[Tensor | None]
    next: list[Tensor | None] = field(default_factory=list)
    remembered: list[Recordings] = field(default_factory=list)


class Engine:
    """A model that runs batches, from a layer on if it has entered one.

    Args:
        model: the model, on its device.
        layout: where its layers are.
        outputs: the module that makes logits of states.
        device: where inputs go.
        room: where states are kept; None if every run is to be a whole one.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        layout: Layout,
        outputs: nn.Module,
        device: str,
        room: MemoryBudget | None,
    ):
        self.model = model
        self._layout = layout
        self._outputs = outputs
        self._device = device
        self._room = room
        self._held: _Held | None = None
        self._blocks: Blocks | None = None
        self._narrows = False
        self._copies = False
        self._works: set[int] = set()
        self._tried: _Held | None = None
        self._probe: Batch | None = None

    @property
    def blocks(self) -> Blocks | None:
        """The model's blocks; None if every run is a whole one."""
        return self._blocks

    def try_out(self, probe: Batch) -> None:
        """Find out on a small batch which of the shortcuts the model takes."""
        self._probe = probe
        if self._room is None:
            return
        self._narrows = bool(self._last) and self._narrowing_agrees(probe)
        if not self._layout.modules:
            return
        try:
            self._blocks = Blocks(
                self.model, self._layout.modules, partial(self._run, probe, narrow=False)
            )
        except Exception as error:
            self._give_up(error)

    def enter(self, batches: Sequence[Batch], layer: int | None) -> None:
        """Keep what enters a layer: until `leave`, runs of these batches start there.

        The model's weights have to be those of the base model.

        Raises:
            RuntimeError, MemoryError: if memory runs out.
        """
        if self._blocks is None or layer is None:
            self.leave()
            return
        try:
            self._try_layer(layer)
            self._held = self._enter(batches, layer)
        except Exception as error:
            if is_out_of_memory(error):
                raise
            self._give_up(error)

    def leave(self) -> None:
        """Let go of what is kept: runs are whole ones again."""
        self._held = None
        if self._room is not None:
            self._room.clear()

    def logits(self, batches: Sequence[Batch], number: int, edited: Collection[str]) -> Tensor:
        """The logits at the places of one of the batches, shape (places, vocabulary).

        Args:
            batches: all of them.
            number: which one.
            edited: the parameters that are not as in the base model.
        """
        held = self._held if self._held and self._held.batches is batches else None
        return self._from(held, batches[number], number, edited)

    def _from(
        self, held: _Held | None, batch: Batch, number: int, edited: Collection[str]
    ) -> Tensor:
        with ExitStack() as stack:
            if held is not None and (states := held.states[number]) is not None:
                stack.enter_context(self._starting_at(held.layer, states))
                maps = self._maps(held.layer)
                remembered = held.remembered[number] if held.remembered else {}
                copied = self._copies
                stack.enter_context(replaying(maps, remembered, edited, copied=copied))
            return self._run(batch, narrow=self._narrows)

    def _run(self, batch: Batch, *, narrow: bool) -> Tensor:
        with ExitStack() as stack:
            if narrow:
                stack.enter_context(only_at(self._last, _places(batch)))
            stack.enter_context(_head_only_at(self._outputs, batch.rows, batch.columns))
            logits = self.model(
                input_ids=batch.ids, attention_mask=batch.mask, use_cache=False
            ).logits
        # The last layer may be on another device than the first.
        return logits[:, 0].to(self._device)

    def _enter(self, batches: Sequence[Batch], layer: int) -> _Held:
        held = self._held
        if held is not None and held.batches is batches and held.layer == layer:
            return held
        if held is None or held.batches is not batches or held.layer > layer:
            self.leave()
            held = None
        states = [self._advanced(held, n, batch, layer) for n, batch in enumerate(batches)]
        assert self._room is not None
        self._room.clear()
        new = _Held(batches, layer, [self._kept(each) for each in states])
        del states, held
        self._look_ahead(new)
        return new

    def _advanced(self, held: _Held | None, number: int, batch: Batch, layer: int) -> Tensor | None:
        """What enters a layer, from what is kept of a lower one, which is let go of."""
        assert self._blocks is not None
        if held is None:
            return self._blocks.states_entering(layer, partial(self._run, batch, narrow=False))
        states, held.states[number] = held.states[number], None
        start = held.layer
        if held.next:
            if held.next[number] is not None:
                states, start = held.next[number], held.layer + 1
            held.next[number] = None
        if held.remembered:
            held.remembered[number] = {}
        if states is None or start == layer:
            return states
        with self._starting_at(start, states):
            return self._blocks.states_entering(layer, partial(self._run, batch, narrow=False))

    def _look_ahead(self, held: _Held) -> None:
        """Run the layer itself on what is kept, for what its matrices put out and what follows."""
        assert self._blocks is not None
        assert self._room is not None
        last = held.layer == len(self._blocks) - 1
        for batch, states in zip(held.batches, held.states, strict=True):
            held.next.append(None)
            held.remembered.append({})
            if states is None:
                continue
            with recording(self._maps(held.layer), copied=self._copies) as remembered:
                following = self._following(held.layer, states, batch, last)
            if following is not None:
                held.next[-1] = self._kept(following)
            if self._room.take(recorded_bytes(remembered)):
                held.remembered[-1] = remembered

    def _following(self, layer: int, states: Tensor, batch: Batch, last: bool) -> Tensor | None:
        assert self._blocks is not None
        with self._starting_at(layer, states):
            if not last:
                return self._blocks.states_entering(
                    layer + 1, partial(self._run, batch, narrow=False)
                )
            self._run(batch, narrow=self._narrows)
        return None

    def _kept(self, states: Tensor | None) -> Tensor | None:
        assert self._room is not None
        return None if states is None else self._room.keep(states)

    def _starting_at(self, layer: int, states: Tensor) -> AbstractContextManager[None]:
        assert self._blocks is not None
        return self._blocks.starting_at(layer, states.to(self._device, non_blocking=True))

    def _maps(self, layer: int) -> LinearMaps:
        return distinct_maps(linear_maps(self.model, self._layout.blocks[layer]))

    @cached_property
    def _last(self) -> dict[str, LinearMaps]:
        """The maps in the last layer that are wanted only where something is read."""
        return position_wise_maps(self.model, self._layout.blocks[-1])

    def _try_layer(self, layer: int) -> None:
        """Check that a run from a layer on gives what a whole one does.

        Raises:
            NotSeparableError: if it does not.
        """
        if layer in self._works:
            return
        if not self._works_from(layer):
            self._copies = True
            if not self._works_from(layer):
                raise NotSeparableError(f"started at layer {layer} it gives other results")
        self._works.add(layer)

    def _works_from(self, layer: int) -> bool:
        assert self._probe is not None
        states = self._tried if self._tried is not None and self._tried.layer <= layer else None
        held = _Held([self._probe], layer, [self._advanced(states, 0, self._probe, layer)])
        self._look_ahead(held)
        # The second time what is kept must still be what it was.
        times = 1 if self._works else 2
        same = all(self._close(self._from(held, self._probe, 0, ())) for _ in range(times))
        self._tried = held if same else None
        return same

    def _narrowing_agrees(self, probe: Batch) -> bool:
        try:
            return self._close(self._run(probe, narrow=True))
        except Exception as error:
            log.debug("no narrowing of %s: %s", type(self.model).__name__, error)
            return False

    def _close(self, logits: Tensor) -> bool:
        is_half = logits.dtype.itemsize < torch.float32.itemsize
        tolerance = _TOLERANCE_OF_HALF if is_half else _TOLERANCE
        found, wanted = _log_probs(logits), self._whole
        return torch.allclose(found, wanted, rtol=tolerance, atol=tolerance, equal_nan=True)

    @cached_property
    def _whole(self) -> Tensor:
        """The log-probabilities that a whole run gives for the small batch."""
        assert self._probe is not None
        return _log_probs(self._run(self._probe, narrow=False))

    def _give_up(self, error: Exception) -> None:
        self.leave()
        self._blocks = None
        log.warning(
            "%s cannot be run from a layer on (%s): every point runs all of its layers.",
            type(self.model).__name__,
            one_line(error),
        )


def _log_probs(logits: Tensor) -> Tensor:
    return logits.float().log_softmax(dim=-1)


def _places(batch: Batch) -> Positions:
    length = batch.ids.shape[1]
    return Positions(batch.rows * length + batch.columns, length, batch.ids.numel())


@contextmanager
def _head_only_at(outputs: nn.Module, rows: Tensor, columns: Tensor) -> Iterator[None]:
    """Project only the positions that are read on the vocabulary, by far the largest matrix.

    What the model does to its logits afterwards, such as capping, still happens.
    """

    def gather(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        hidden, *rest = inputs
        return hidden[rows.to(hidden.device), columns.to(hidden.device)][:, None], *rest

    handle = outputs.register_forward_pre_hook(gather)
    try:
        yield
    finally:
        handle.remove()
