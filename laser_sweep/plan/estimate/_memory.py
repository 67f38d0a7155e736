"""The memory that a sweep needs at once."""

from __future__ import annotations

import resource
import sys
from dataclasses import dataclass, fields

from laser_sweep.config import GRID
from laser_sweep.evaluate.engine.memory import GIB
from laser_sweep.intervention import MOST_PREPARED
from laser_sweep.plan.estimate._texts import Texts
from laser_sweep.plan.estimate._work import RANK_REDUCTION, Costs
from laser_sweep.plan.plan import Plan
from laser_sweep.ranking import BACKWARD

_FLOAT32 = 4
_REPORT = 100 << 20
"""Bytes of the libraries that the report loads after the points."""
_KEPT_FACTORS = 4
"""Copies of a matrix in float32 while it is decomposed and edited: factors, edit, original."""


@dataclass(frozen=True)
class Memory:
    """Bytes that are needed at once, beside what other programs take.

    Attributes:
        program: Python, PyTorch and what the process has loaded; in CPU memory.
        weights: the model.
        states: the hidden states and outputs that points share; at most `cache_gb`.
        activations: a batch on its way through a layer.
        logits: the logits of a batch and their log-probabilities.
        edits: the factors of decompositions, and the edited matrices.
        gradients: those of a search, in place of states and edits.
        loading: the file of the weights beside the model, while it is converted to another dtype.
    """

    program: float
    weights: float
    states: float
    activations: float
    logits: float
    edits: float
    gradients: float
    loading: float

    @property
    def on_device(self) -> float:
        """The peak without the program's own part."""
        evaluation = self.states + self.activations + self.logits + self.edits
        return self.weights + max(evaluation, self.gradients + self.logits, self.loading)

    @property
    def total(self) -> float:
        """The peak on a CPU."""
        return self.program + self.on_device

    @property
    def parts(self) -> dict[str, float]:
        """The parts by their names."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def memory_of(costs: Costs) -> Memory:
    """The memory of a plan's sweep."""
    plan, shape = costs.plan, costs.shape
    size = plan.dtype.itemsize
    texts = costs.texts(plan.searched)
    cache = plan.config.cache_gb * GIB
    return Memory(
        program=program_bytes(),
        weights=shape.parameters * size,
        states=min(cache, _states(costs, texts)),
        activations=2 * texts.batch_tokens * size * max(_widths(plan)),
        logits=texts.batch_places * shape.vocabulary * (2 * _FLOAT32 + size * (size < _FLOAT32)),
        edits=_edits(plan),
        gradients=_gradients(plan, cache),
        loading=_file_bytes(plan, shape.parameters),
    )


def program_bytes() -> float:
    """The peak memory of this process so far, which has loaded the libraries, and of a report."""
    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit) + _REPORT


def _states(costs: Costs, texts: Texts) -> float:
    """The states of two layers, and the inputs and outputs of a layer's matrices."""
    plan = costs.plan
    return texts.tokens * plan.dtype.itemsize * (2 * costs.shape.width + max(_widths(plan)))


def _widths(plan: Plan) -> list[float]:
    """For each layer the numbers that its matrices take and give for a token."""
    return [
        max(sum(sum(each.shape) for found in block.values() for each in found[:8]), 1)
        for block in plan.layout.blocks
    ]


def _edits(plan: Plan) -> float:
    """The memory of the point with the largest edits."""
    edited = [plan.matrices(point) for point in plan.points]
    sizes = [[m.shape[0] * m.shape[1] for m in each[:MOST_PREPARED]] for each in edited]
    copies = _KEPT_FACTORS if plan.config.intervention.kind == RANK_REDUCTION else 2
    return max(map(sum, sizes), default=0) * _FLOAT32 * copies


def _gradients(plan: Plan, cache: float) -> float:
    """The gradients of a segment of layers, the states between segments, and a backward pass."""
    if plan.config.search.name == GRID:
        return 0.0
    found = {matrix for point in plan.points for matrix in plan.matrices(point)}
    return min(cache, sum(m.shape[0] * m.shape[1] * _FLOAT32 for m in found)) + BACKWARD


def _file_bytes(plan: Plan, parameters: int) -> float:
    """The size of the checkpoint, which is mapped into memory while its weights are converted."""
    stored = getattr(plan.model, "dtype", None) or plan.dtype
    return 0.0 if stored == plan.dtype else float(parameters * stored.itemsize)
