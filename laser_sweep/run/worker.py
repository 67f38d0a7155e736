"""The worker: loads the model once and evaluates points, one result file at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from tqdm import tqdm

from laser_sweep.errors import is_no_room, one_line
from laser_sweep.evaluate.engine.batch_tokens import default_batch_tokens
from laser_sweep.evaluate.engine.memory import GIB, MemoryBudget
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.grid.point import Evaluation, Point
from laser_sweep.intervention import EditedMatrix
from laser_sweep.model.activation import fuse_activations
from laser_sweep.model.load import load_model
from laser_sweep.model.matrix import Matrix
from laser_sweep.model.temporary import temporary_weights
from laser_sweep.plan.grouping import Group, groups
from laser_sweep.plan.plan import Plan
from laser_sweep.run.editor import Editor
from laser_sweep.store.columns import PointColumns, columns

log = logging.getLogger(__name__)

_SPILLED = 8
"""So many times cache_gb may be kept in the CPU's memory where an accelerator's is too small."""


@dataclass
class _Found:
    """The outcomes of a point on the examples so far, by column."""

    outcomes: dict[str, list[Any]] = field(default_factory=dict)
    point: PointColumns | None = None
    seconds: float = 0.0
    _count: int = 0

    def add(self, outcomes: Mapping[str, list[Any]], point: PointColumns, count: int) -> None:
        """Append those of further examples; a column that some lack is None there."""
        for name in dict.fromkeys((*self.outcomes, *outcomes)):
            column = self.outcomes.setdefault(name, [None] * self._count)
            column += outcomes.get(name, [None] * count)
        self._count += count
        self.point = point


class Worker:
    """Evaluates points of a plan. The model is loaded when the first one is asked for.

    Args:
        plan: the plan.
        bars: whether to show how far it is, on a terminal.
    """

    def __init__(self, plan: Plan, *, bars: bool = True):
        self._plan = plan
        self._no_bar = None if bars else True

    def run(self, evaluations: Iterable[Evaluation]) -> list[Evaluation]:
        """Evaluate and store; those that raised are logged, passed over, and returned."""
        evaluations = list(evaluations)
        if not evaluations:
            return []
        _ = self._evaluator  # what cannot be loaded is no failure of a point
        failed: list[Evaluation] = []
        with tqdm(
            total=len(evaluations), unit="point", disable=self._no_bar, dynamic_ncols=True
        ) as bar:
            for group in groups(self._plan, evaluations):
                failed += self._run_group(group, bar)
        self._evaluator.leave()
        return failed

    def outcomes(self, point: Point, examples: Sequence[int]) -> dict[str, list[Any]]:
        """The outcomes of a point on some examples, by column; nothing is stored."""
        return self._outcomes(self._editor.edits(point), examples)

    @property
    def is_loaded(self) -> bool:
        """Whether the model has been loaded."""
        return "_evaluator" in vars(self)

    def spectra(self, point: Point) -> list[dict[str, Any]]:
        """The singular values of the first matrices that a point edits, as `Editor.spectra`."""
        return self._editor.spectra(point)

    def _run_group(self, group: Group, bar: tqdm[Any]) -> list[Evaluation]:
        """Evaluate the points of a group, on as many examples at a time as there is room for."""
        examples = group.examples
        chunks = self._evaluator.chunks(examples) if _shares(group) else [examples]
        found: dict[Point, _Found] = {point: _Found() for point in group.points}
        failed: list[Evaluation] = []
        for chunk in chunks:
            self._enter(chunk, group)
            for point in list(found):
                bar.set_description(str(point))
                if chunk is chunks[0]:
                    log.debug("computing %s on %d examples", point, len(examples))
                try:
                    self._evaluate(point, chunk, found[point])
                    if chunk is chunks[-1]:
                        self._store(point, examples, found.pop(point))
                except Exception as error:
                    if is_no_room(error):
                        raise
                    found.pop(point, None)
                    failed.append(_failure(Evaluation(point, examples), error))
                if point not in found:
                    bar.update()
        return failed

    def _enter(self, chunk: Sequence[int], group: Group) -> None:
        """Advance examples to the layer that a group starts at, if its points share the way."""
        started = time.perf_counter()
        self._evaluator.enter(chunk, group.start if _shares(group) else None)
        log.debug("entered layer %s in %.3f s", group.start, time.perf_counter() - started)

    def _outcomes(
        self, made: Mapping[Matrix, EditedMatrix], examples: Sequence[int]
    ) -> dict[str, list[Any]]:
        values = {matrix: each.weight for matrix, each in made.items()}
        with temporary_weights(self._evaluator.model, values):
            return self._evaluator.evaluate(examples, {matrix.parameter for matrix in made})

    def _evaluate(self, point: Point, examples: Sequence[int], found: _Found) -> None:
        """Add a point's outcomes on some examples to what was found."""
        started = time.perf_counter()
        made = self._editor.edits(point)
        outcomes = self._outcomes(made, examples)
        found.add(outcomes, columns(point, (each.rank for each in made.values())), len(examples))
        found.seconds += time.perf_counter() - started

    def _store(self, point: Point, examples: Sequence[int], found: _Found) -> None:
        """Write the outcomes of a point."""
        clusters = [self._plan.examples[example].cluster for example in examples]
        assert found.point is not None
        outcomes = {"cluster": clusters, **found.outcomes}
        path = self._plan.store.write(found.point, examples, outcomes)
        log.debug("computed %s in %.3f s: %s", point, found.seconds, path.name)

    @cached_property
    def _editor(self) -> Editor:
        return Editor(self._plan, self._evaluator.model)

    @cached_property
    def _evaluator(self) -> Evaluator:
        plan = self._plan
        started = time.perf_counter()
        model = load_model(
            plan.source, plan.model, plan.dtype, plan.device, plan.config.model.device_map
        )
        # What the paper's code rounds step by step is rounded so here.
        if not plan.prompting.paper or plan.dtype.itemsize >= torch.float32.itemsize:
            fuse_activations(model)
        log.debug("loaded %s in %.1f s", plan.source.path, time.perf_counter() - started)
        return Evaluator(
            model,
            plan.layout,
            plan.tokenizer,
            plan.questions,
            plan.scoring,
            plan.config.batch_tokens or default_batch_tokens(model),
            room=_room(plan.config.cache_gb, plan.device),
            paper=plan.prompting.paper,
            masks=plan.prompting.masked,
            dropped=frozenset(plan.fitted.dropped),
        )


def _shares(group: Group) -> bool:
    """Whether the points of a group share what runs below the layer that they start at."""
    return group.start is not None and len(group.points) > 1


def _failure(failed: Evaluation, error: Exception) -> Evaluation:
    """What failed, said in the log."""
    what = f"{type(error).__name__}: {one_line(error)}"
    log.error("%s on %d examples failed: %s", failed.point, len(failed.examples), what)
    log.debug("The traceback of this failure:", exc_info=True)
    return failed


def _room(cache_gb: float, device: str) -> MemoryBudget | None:
    """The memory for what is kept between points; beside an accelerator the CPU's too."""
    if not cache_gb:
        return None
    return MemoryBudget(
        int(cache_gb * GIB), 0 if device == "cpu" else int(_SPILLED * cache_gb * GIB)
    )
