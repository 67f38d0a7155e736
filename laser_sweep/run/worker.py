"""The worker: loads the model once, evaluates points, and writes a result file for each."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Never

from tqdm import tqdm
from transformers import PreTrainedModel

from laser_sweep.errors import is_no_room, one_line
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.grid.point import Evaluation, Point
from laser_sweep.intervention import EditedMatrix
from laser_sweep.model.matrix import Matrix
from laser_sweep.model.temporary import temporary_weights
from laser_sweep.plan.grouping import Group, groups
from laser_sweep.plan.plan import Plan
from laser_sweep.run.editor import Editor
from laser_sweep.run.evaluator_setup import load_evaluator, make_evaluator
from laser_sweep.run.partial_outcomes import PartialOutcomes
from laser_sweep.run.predicted_changes import predicted_changes
from laser_sweep.run.progress import ProgressLines
from laser_sweep.store.columns import columns
from laser_sweep.store.events import Journal
from laser_sweep.store.spectra import Spectrum

log = logging.getLogger(__name__)


class Worker:
    """Evaluates points of a plan. The first evaluation loads the model.

    Args:
        plan: the plan.
        journal: the journal for the worker's events; None for a worker without one.
        bars: whether to show a progress bar on a terminal.
        shared: a worker with the same model, which is not loaded again; None to load it.
    """

    def __init__(
        self,
        plan: Plan,
        journal: Journal | None = None,
        *,
        bars: bool = True,
        shared: Worker | None = None,
    ):
        self._plan = plan
        self._shared = shared
        self._journal = journal or Journal(None)
        self._no_bar = None if bars else True

    def run(self, evaluations: Iterable[Evaluation], *, bar: bool = True) -> list[Evaluation]:
        """Evaluate points and store their outcomes.

        Args:
            evaluations: the points, each with its examples.
            bar: whether to show a progress bar, if the worker shows any.

        Returns:
            The evaluations that failed. Each failure is logged, and the others go on.

        Raises:
            ConfigError: if the model cannot be loaded.
        """
        evaluations = list(evaluations)
        if not evaluations:
            return []
        _ = self._evaluator  # a model that cannot be loaded is not the failure of a point
        failed: list[Evaluation] = []
        hidden = self._no_bar if bar else True
        with tqdm(
            total=len(evaluations), unit="point", disable=hidden, dynamic_ncols=True
        ) as shown:
            lines = ProgressLines(len(evaluations), hidden=hidden is None and bool(shown.disable))
            for group in groups(self._plan, evaluations):
                failed += self._run_group(group, shown, lines)
        self._evaluator.leave()
        return failed

    def outcomes(self, point: Point, examples: Sequence[int]) -> dict[str, list[object]]:
        """The outcomes of a point on some examples, by column; nothing is stored."""
        return self._outcomes(self._editor.edits(point), examples)

    def predicted_changes(
        self, points: Sequence[Point], examples: Sequence[int], loss: str
    ) -> dict[str, float]:
        """The predicted change of a loss for each point, by its name; nothing is stored.

        Args:
            points: the points, without the base model.
            examples: validation examples.
            loss: `margin` or `nll`.

        Raises:
            ConfigError: if the model cannot be loaded.
            ValueError: if the gradient is not finite.
        """
        bars = self._no_bar is None
        return predicted_changes(self._plan, self._evaluator, points, examples, loss, bars=bars)

    def release(self) -> None:
        """Release the model; the next evaluation loads it again."""
        for name in ("_editor", "_evaluator"):
            vars(self).pop(name, None)

    @property
    def is_loaded(self) -> bool:
        """Whether the model has been loaded."""
        return "_evaluator" in vars(self)

    @property
    def model(self) -> PreTrainedModel:
        """The model with the weights of the base model; it is loaded if it is not yet."""
        return self._evaluator.model

    def spectra(self, point: Point) -> list[Spectrum]:
        """The singular values of the first matrices that a point edits."""
        return self._editor.spectra(point)

    def _run_group(self, group: Group, bar: tqdm[Never], lines: ProgressLines) -> list[Evaluation]:
        """Evaluate the points of a group, a chunk of examples at a time.

        The states that enter a layer are kept for a chunk, so the kept states fit in memory.
        """
        chunks = self._evaluator.chunks(group.examples) if _shares(group) else [group.examples]
        partial = {point: PartialOutcomes() for point in group.points}
        failed: list[Evaluation] = []
        for chunk in chunks:
            self._enter(chunk, group)
            for point in list(partial):
                bar.set_description(str(point))
                if chunk is chunks[0]:
                    self._started(point, group.examples)
                stored = group.examples if chunk is chunks[-1] else None
                error = self._run_point(point, chunk, partial[point], stored)
                if error is not None:
                    failed.append(self._failed(Evaluation(point, group.examples), error))
                if error is not None or stored is not None:
                    del partial[point]
                    bar.update()
                    lines.update()
        return failed

    def _run_point(
        self,
        point: Point,
        chunk: Sequence[int],
        partial: PartialOutcomes,
        stored: Sequence[int] | None,
    ) -> Exception | None:
        """Add the outcomes of a point on a chunk of examples.

        Args:
            point: the point.
            chunk: the examples.
            partial: the outcomes until now.
            stored: all examples of the point after their last chunk, to store the outcomes; None
                before.

        Returns:
            The exception, if the point fails; a full disk is not the failure of a point.
        """
        try:
            self._evaluate(point, chunk, partial)
            if stored is not None:
                self._store(point, stored, partial)
        except Exception as error:
            if is_no_room(error):
                raise
            return error
        return None

    def _enter(self, chunk: Sequence[int], group: Group) -> None:
        """Keep the states that enter the group's first layer, if several points share them."""
        started = time.perf_counter()
        self._evaluator.enter(chunk, group.start if _shares(group) else None)
        log.debug("entered layer %s in %.3f s", group.start, time.perf_counter() - started)

    def _outcomes(
        self, edits: Mapping[Matrix, EditedMatrix], examples: Sequence[int]
    ) -> dict[str, list[object]]:
        values = {matrix: each.weight for matrix, each in edits.items()}
        with temporary_weights(self._evaluator.model, values):
            return self._evaluator.evaluate(examples, {matrix.parameter for matrix in edits})

    def _evaluate(self, point: Point, examples: Sequence[int], partial: PartialOutcomes) -> None:
        """Add the outcomes of a point on some examples."""
        started = time.perf_counter()
        edits = self._editor.edits(point)
        outcomes = self._outcomes(edits, examples)
        described = columns(point, (each.rank for each in edits.values()))
        seconds = time.perf_counter() - started
        partial.add(outcomes, described, len(examples), seconds)

    def _started(self, point: Point, examples: Sequence[int]) -> None:
        log.debug("computing %s on %d examples", point, len(examples))
        self._journal.computing(point, len(examples))

    def _store(self, point: Point, examples: Sequence[int], partial: PartialOutcomes) -> None:
        """Write the outcomes of a point into its result file."""
        clusters = [self._plan.examples[example].cluster for example in examples]
        assert partial.point is not None, "a group has examples"
        outcomes: dict[str, Sequence[object]] = {"cluster": clusters, **partial.outcomes}
        path = self._plan.store.write(partial.point, examples, outcomes)
        log.debug("computed %s in %.3f s: %s", point, partial.seconds, path.name)
        self._journal.computed(point, path.name, partial.seconds)

    def _failed(self, evaluation: Evaluation, error: Exception) -> Evaluation:
        point, examples = evaluation
        message = f"{type(error).__name__}: {one_line(error)}"
        log.error("%s on %d examples failed: %s", point, len(examples), message)
        log.debug("The traceback of this failure:", exc_info=error)
        self._journal.failed(point, len(examples), error)
        return evaluation

    @cached_property
    def _editor(self) -> Editor:
        return Editor(self._plan, self._evaluator.model)

    @cached_property
    def _evaluator(self) -> Evaluator:
        if self._shared is None:
            return load_evaluator(self._plan)
        return make_evaluator(self._plan, self._shared.model)


def _shares(group: Group) -> bool:
    """Whether several points run from the same layer, so that the layers below run once."""
    return group.start is not None and len(group.points) > 1
