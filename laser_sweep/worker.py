"""The worker: loads the model once and evaluates points, one result file at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

import laser_sweep.intervention
from laser_sweep import plugin
from laser_sweep.errors import is_no_room, one_line
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.grid import Edit, Point
from laser_sweep.model.edit import edited
from laser_sweep.model.layout import Matrix
from laser_sweep.model.load import load_model
from laser_sweep.plan import Evaluation, Plan

log = logging.getLogger(__name__)


class Worker:
    """Evaluates points of a plan. The model is loaded when the first one is asked for."""

    def __init__(self, plan: Plan):
        self._plan = plan
        self._prepared: dict[Matrix, Any] = {}
        self._prepared_for: tuple[str, str, int] | None = None

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

    def _evaluate(self, point: Point, part: str) -> None:
        plan = self._plan
        started = time.perf_counter()
        log.debug("computing %s on %s", point, part)
        with edited(self._evaluator.model, self._values(point)):
            outcomes = self._evaluator.evaluate(plan.store.parts[part])
        lengths = [1] * len(plan.store.parts[part])
        plan.store.write(plan.columns(point), part, {**outcomes, "answer_length": lengths})
        log.debug("computed %s on %s in %.3f s", point, part, time.perf_counter() - started)

    def _values(self, point: Point) -> dict[Matrix, Tensor]:
        """The edited matrices of a point."""
        return {matrix: value for edit in point.edits for matrix, value in self._edit(edit).items()}

    def _edit(self, edit: Edit) -> dict[Matrix, Tensor]:
        intervention = plugin.load(laser_sweep.intervention, edit.kind)
        kept = self._plan.kept(edit.rate)
        self._forget_other_than(edit)
        values = {}
        for matrix in self._plan.layout.matrices(edit):
            if matrix not in self._prepared:
                self._prepared[matrix] = intervention.prepare(self._weight(matrix))
            values[matrix] = intervention.apply(self._prepared[matrix], kept)
        return values

    def _forget_other_than(self, edit: Edit) -> None:
        """Keep what was prepared only from one ρ to the next, of the same (kind, τ, ℓ)."""
        wanted = (edit.kind, edit.lname, edit.lnum)
        if self._prepared_for != wanted:
            self._prepared = {}
            self._prepared_for = wanted

    def _weight(self, matrix: Matrix) -> Tensor:
        """A matrix of the base model, in at least single precision."""
        weight = matrix.of(self._evaluator.model)
        if not torch.isfinite(weight).all():
            raise ValueError(f"{matrix.parameter} holds NaN or infinite values")
        return weight.to(torch.promote_types(weight.dtype, torch.float32), copy=True)

    @cached_property
    def _evaluator(self) -> Evaluator:
        plan = self._plan
        started = time.perf_counter()
        model = load_model(plan.source, plan.model, plan.dtype, plan.device)
        log.debug("loaded %s in %.1f s", plan.source.path, time.perf_counter() - started)
        return Evaluator(
            model,
            plan.tokenizer,
            plan.questions,
            plan.batch_tokens,
            plan.config.protocol,
        )
