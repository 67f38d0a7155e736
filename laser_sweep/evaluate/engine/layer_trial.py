"""The trial of runs from a layer on: a comparison with whole runs on a small batch."""

from __future__ import annotations

import sys

from laser_sweep.evaluate.engine.layer_runs import BatchStates, LayerRuns
from laser_sweep.evaluate.engine.memory import MemoryBudget
from laser_sweep.evaluate.engine.probe import Probe
from laser_sweep.model.blocks import NotSeparableError


class LayerTrial:
    """The layers at which runs were tried, with the results.

    Args:
        runs: the runs of the model.
        probe: the probe of the model.
    """

    def __init__(self, runs: LayerRuns, probe: Probe):
        self._runs = runs
        self._probe = probe
        self._passed: set[int] = set()
        self._states: BatchStates | None = None

    def check(self, layer: int) -> None:
        """Check that a run from a layer on gives the logits of a whole run.

        If it does not, it is tried again with copies of recorded outputs, and these are used from
        then on. The model's weights have to be those of the base model.

        Raises:
            NotSeparableError: if it does not either.
        """
        if layer in self._passed:
            return
        if not self._agrees(layer):
            self._runs.copies = True
            if not self._agrees(layer):
                raise NotSeparableError(f"started at layer {layer} it gives other results")
        self._passed.add(layer)

    def _agrees(self, layer: int) -> bool:
        batch = self._probe.batch
        below = self._states if self._states is not None and self._states.layer <= layer else None
        kept = BatchStates(layer, self._runs.advance(below, batch, layer))
        # The probe is small: what is kept of it is not counted against the user's budget.
        self._runs.look_ahead(kept, batch, MemoryBudget(sys.maxsize))
        # The first time, a second run shows whether the kept tensors are still what they were.
        times = 1 if self._passed else 2
        agrees = all(self._probe.agrees(self._runs.logits(kept, batch, ())) for _ in range(times))
        self._states = kept if agrees else None
        return agrees
