"""The worker: loads the model once and evaluates points, one result file at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

import laser_sweep.intervention
from laser_sweep import plugin
from laser_sweep.columns import columns
from laser_sweep.errors import is_no_room, one_line
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.grid import Edit, Point
from laser_sweep.intervention._edited import Edited
from laser_sweep.model.edit import edited
from laser_sweep.model.load import load_model
from laser_sweep.model.matrix import Matrix
from laser_sweep.plan import Evaluation, Plan

log = logging.getLogger(__name__)

_MOST_PREPARED = 32
"""A decomposition takes twice its matrix; of all layers at once only so many are kept for the
next ρ, and the others made again."""


class Worker:
    """Evaluates points of a plan. The model is loaded when the first one is asked for."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._prepared: dict[Matrix, Any] = {}

    def run(self, evaluations: Iterable[Evaluation]) -> list[Evaluation]:
        """Evaluate and store; those that raised are logged, passed over, and returned."""
        evaluations = list(evaluations)
        if not evaluations:
            return []
        _ = self._evaluator  # what cannot be loaded is no failure of a point
        failed = []
        bar = tqdm(evaluations, unit="point", disable=None, dynamic_ncols=True)
        with bar:
            for evaluation in bar:
                bar.set_description(str(evaluation.point))
                try:
                    self._evaluate(*evaluation)
                except Exception as error:
                    if is_no_room(error):
                        raise
                    what = f"{type(error).__name__}: {one_line(error)}"
                    log.error("%s on %s failed: %s", *evaluation, what)
                    log.debug("The traceback of this failure:", exc_info=True)
                    failed.append(evaluation)
        return failed

    def outcomes(self, point: Point, examples: Sequence[int]) -> dict[str, list[Any]]:
        """The outcomes of a point on some examples, by column; nothing is stored."""
        return self._outcomes(self._edits(point), examples)

    def _outcomes(
        self, made: Mapping[Matrix, Edited], examples: Sequence[int]
    ) -> dict[str, list[Any]]:
        values = {matrix: each.weight for matrix, each in made.items()}
        with edited(self._evaluator.model, values):
            return self._evaluator.evaluate(examples)

    def _evaluate(self, point: Point, part: str) -> None:
        plan = self._plan
        started = time.perf_counter()
        log.debug("computing %s on %s", point, part)
        made = self._edits(point)
        outcomes = self._outcomes(made, plan.store.parts[part])
        described = columns(point, (each.rank for each in made.values()))
        clusters = [plan.examples[example].cluster for example in plan.store.parts[part]]
        plan.store.write(described, part, {"cluster": clusters, **outcomes})
        log.debug("computed %s on %s in %.3f s", point, part, time.perf_counter() - started)

    def _edits(self, point: Point) -> dict[Matrix, Edited]:
        """The edited matrices of a point, and the ranks that they have."""
        matrices = {edit: self._plan.layout.matrices(edit) for edit in point.edits}
        self._forget_other_than({matrix for each in matrices.values() for matrix in each})
        return {
            matrix: self._edit(edit, matrix) for edit, each in matrices.items() for matrix in each
        }

    def _edit(self, edit: Edit, matrix: Matrix) -> Edited:
        intervention = plugin.load(laser_sweep.intervention, edit.kind)
        if (prepared := self._prepared.get(matrix)) is None:
            prepared = intervention.prepare(self._weight(matrix))
            if len(self._prepared) < _MOST_PREPARED:
                self._prepared[matrix] = prepared
        edited: Edited = intervention.apply(prepared, self._plan.kept(edit), self._plan.options)
        return edited

    def _forget_other_than(self, matrices: set[Matrix]) -> None:
        """Keep what was prepared only from one point to the next that has the matrix too."""
        self._prepared = {m: p for m, p in self._prepared.items() if m in matrices}

    def _weight(self, matrix: Matrix) -> Tensor:
        """A matrix of the base model, in at least single precision."""
        weight = matrix.read(self._evaluator.model)
        if not torch.isfinite(weight).all():
            raise ValueError(f"{matrix.name} holds NaN or infinite values")
        return weight.to(torch.promote_types(weight.dtype, torch.float32))

    @cached_property
    def _evaluator(self) -> Evaluator:
        plan = self._plan
        started = time.perf_counter()
        model = load_model(
            plan.source, plan.model, plan.dtype, plan.device, plan.config.model.device_map
        )
        log.debug("loaded %s in %.1f s", plan.source.path, time.perf_counter() - started)
        return Evaluator(
            model,
            plan.tokenizer,
            plan.questions,
            plan.scoring,
            plan.batch_tokens,
            paper=plan.asked.paper,
            masks=plan.asked.masked,
        )
