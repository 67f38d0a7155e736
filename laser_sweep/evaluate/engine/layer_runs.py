"""Runs of a model that end at a layer, and runs that start at one."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial

from torch import Tensor

from laser_sweep.evaluate.engine.batch import Batch
from laser_sweep.evaluate.engine.memory import MemoryBudget
from laser_sweep.evaluate.engine.plain_engine import PlainEngine
from laser_sweep.model.blocks import Blocks
from laser_sweep.model.layout import Layout
from laser_sweep.model.linear import (
    LinearMaps,
    Recordings,
    distinct_maps,
    linear_maps,
    recorded_bytes,
    recording,
    replaying,
)


@dataclass
class BatchStates:
    """The tensors of the base model that are kept for one batch at a layer.

    Attributes:
        layer: the layer.
        states: the hidden states that enter the layer; None if they do not fit in memory.
        next: the hidden states that enter the layer above; None if they are unknown or do not fit.
        recordings: the inputs and outputs of the layer's matrices; empty if they do not fit.
    """

    layer: int
    states: Tensor | None
    next: Tensor | None = None
    recordings: Recordings = field(default_factory=dict)

    def release(self) -> tuple[int, Tensor | None]:
        """The highest layer whose states are kept, with these states; nothing is kept after it."""
        highest = (self.layer, self.states)
        if self.next is not None:
            highest = (self.layer + 1, self.next)
        self.states = self.next = None
        self.recordings = {}
        return highest


class LayerRuns:
    """A model that runs batches up to a layer, and from a layer on.

    Args:
        engine: the engine of whole runs.
        blocks: the blocks of the model.
        layout: the layers of the model.

    Attributes:
        copies: whether recorded outputs are copied, for a model that changes them in place.
    """

    def __init__(self, engine: PlainEngine, blocks: Blocks, layout: Layout):
        self.engine = engine
        self.blocks = blocks
        self.copies = False
        self._layout = layout

    def advance(self, below: BatchStates | None, batch: Batch, layer: int) -> Tensor | None:
        """The states that enter a layer, from the states of a layer below, which are released.

        Args:
            below: the states that are kept at a layer below; None to run the model from its start.
            batch: the batch.
            layer: the layer.

        Returns:
            The states, of shape (passes, length, width); None if `below` has no states.
        """
        if below is None:
            return self._states_entering(layer, batch)
        start, states = below.release()
        if states is None or start == layer:
            return states
        with self._starting_at(start, states):
            return self._states_entering(layer, batch)

    def look_ahead(self, kept: BatchStates, batch: Batch, budget: MemoryBudget) -> None:
        """Run the layer itself, and keep its recordings and the states that enter the next layer.

        Args:
            kept: the states that enter the layer; the results are added.
            batch: the batch.
            budget: the memory for the results.
        """
        if kept.states is None:
            return
        with recording(self._maps(kept.layer), copied=self.copies) as recordings:
            following = self._following(kept.layer, kept.states, batch)
        if following is not None:
            kept.next = budget.keep(following)
        if budget.take(recorded_bytes(recordings)):
            kept.recordings = recordings

    def logits(self, kept: BatchStates | None, batch: Batch, edited: Collection[str]) -> Tensor:
        """The logits of a run from a layer on; of a whole run if no states are kept.

        Args:
            kept: the states that are kept for the batch.
            batch: the batch.
            edited: the parameters that differ from the base model.
        """
        if kept is None or kept.states is None:
            return self.engine.logits(batch)
        replay = replaying(self._maps(kept.layer), kept.recordings, edited, copied=self.copies)
        with self._starting_at(kept.layer, kept.states), replay:
            return self.engine.logits(batch)

    def _following(self, layer: int, states: Tensor, batch: Batch) -> Tensor | None:
        """The states that enter the layer above; None for the last layer, which is run too."""
        with self._starting_at(layer, states):
            if layer < len(self.blocks) - 1:
                return self._states_entering(layer + 1, batch)
            self.engine.logits(batch)
        return None

    def _states_entering(self, layer: int, batch: Batch) -> Tensor:
        return self.blocks.states_entering(layer, partial(self.engine.full_logits, batch))

    def _starting_at(self, layer: int, states: Tensor) -> AbstractContextManager[None]:
        return self.blocks.starting_at(layer, states.to(self.engine.device, non_blocking=True))

    def _maps(self, layer: int) -> LinearMaps:
        return distinct_maps(linear_maps(self.engine.model, self._layout.blocks[layer]))
