"""The engine with kept states: runs of batches from a layer on.

All points of a layer share the hidden states that enter it, so these are kept. The outputs of the
layer's matrices are kept too, for as long as their inputs stay the same. Each point then runs the
layers from its own on. A trial on a small batch shows whether a model can be run in this way.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from torch import Tensor
from transformers import PreTrainedModel

from laser_sweep.errors import one_line
from laser_sweep.evaluate.engine.batch import Batch
from laser_sweep.evaluate.engine.layer_runs import BatchStates, LayerRuns
from laser_sweep.evaluate.engine.layer_trial import LayerTrial
from laser_sweep.evaluate.engine.memory import MemoryBudget
from laser_sweep.evaluate.engine.plain_engine import PlainEngine
from laser_sweep.evaluate.engine.probe import Probe
from laser_sweep.model.blocks import Blocks
from laser_sweep.model.layout import Layout

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _LayerStates:
    """The states that are kept at a layer.

    Attributes:
        batches: the batches that the engine has entered the layer with.
        layer: the layer.
        kept: the states of each batch.
    """

    batches: Sequence[Batch]
    layer: int
    kept: list[BatchStates]


class LayerEngine:
    """A model that runs batches from a layer on, once it has entered the layer.

    Args:
        runs: the runs of the model up to a layer and from a layer on.
        trial: the trial of these runs.
        budget: the memory for kept states.

    Attributes:
        blocks: the blocks of the model.
        budget: the memory for kept states.
    """

    def __init__(self, runs: LayerRuns, trial: LayerTrial, budget: MemoryBudget):
        self.blocks = runs.blocks
        self.budget = budget
        self._runs = runs
        self._trial = trial
        self._states: _LayerStates | None = None

    def enter(self, batches: Sequence[Batch], layer: int) -> None:
        """Keep the states that enter a layer: until `leave`, runs of these batches start there.

        The model's weights have to be those of the base model.

        Raises:
            NotSeparableError: if runs from the layer on differ from whole runs.
            RuntimeError, MemoryError: if memory runs out.
        """
        self._trial.check(layer)
        states = self._states
        if states is not None and states.batches is batches and states.layer == layer:
            return
        if states is None or states.batches is not batches or states.layer > layer:
            self.leave()
        self._states = self._advance(batches, layer)

    def leave(self) -> None:
        """Release the kept states: runs are whole ones again."""
        self._states = None
        self.budget.clear()

    def logits(self, batches: Sequence[Batch], number: int, edited: Collection[str]) -> Tensor:
        """The logits at the places of one batch, of shape (places, vocabulary).

        Args:
            batches: the batches; the same object as in `enter`, to start at the layer.
            number: the number of the batch.
            edited: the parameters that differ from the base model.
        """
        states = self._states
        kept = states.kept[number] if states is not None and states.batches is batches else None
        return self._runs.logits(kept, batches[number], edited)

    def _advance(self, batches: Sequence[Batch], layer: int) -> _LayerStates:
        """The states at a layer, from the states at a layer below if these are kept."""
        below: Sequence[BatchStates | None] = [None] * len(batches)
        if self._states is not None:
            below = self._states.kept
        entering = [
            self._runs.advance(each, batch, layer)
            for each, batch in zip(below, batches, strict=True)
        ]
        self.budget.clear()
        kept = [
            BatchStates(layer, None if each is None else self.budget.keep(each))
            for each in entering
        ]
        del entering  # frees the states that are not kept, or are kept in CPU memory
        for each, batch in zip(kept, batches, strict=True):
            self._runs.look_ahead(each, batch, self.budget)
        return _LayerStates(batches, layer, kept)


def make_layer_engine(
    engine: PlainEngine, layout: Layout, probe: Probe, budget: MemoryBudget
) -> LayerEngine | None:
    """The engine that runs the same model from a layer on.

    Args:
        engine: the engine of whole runs.
        layout: the layers of the model.
        probe: the probe of the model.
        budget: the memory for kept states.

    Returns:
        None if the blocks of the model cannot be run by themselves.
    """
    if not layout.modules:
        return None
    run = partial(engine.full_logits, probe.batch)
    try:
        blocks = Blocks(engine.model, layout.modules, run)
    except Exception as error:
        warn_of_whole_runs(engine.model, error)
        return None
    runs = LayerRuns(engine, blocks, layout)
    return LayerEngine(runs, LayerTrial(runs, probe), budget)


def warn_of_whole_runs(model: PreTrainedModel, error: Exception) -> None:
    """Warn that a model is not run from a layer on, with the reason."""
    log.warning(
        "%s cannot be run from a layer on (%s): every point runs all of its layers.",
        type(model).__name__,
        one_line(error),
    )
