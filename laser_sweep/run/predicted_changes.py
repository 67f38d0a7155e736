"""Predicted changes of the loss at the points of a plan, from one backward pass.

To first order, an edit of a matrix W to W' changes the loss by the sum of the entries of
∂L/∂W * (W' - W). A point changes it by the sum over the matrices that it edits.
"""

from __future__ import annotations

import logging
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor
from tqdm import tqdm

from laser_sweep.dataset import PERPLEXITY
from laser_sweep.errors import is_out_of_memory
from laser_sweep.evaluate.engine.memory import GIB
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.evaluate.questions.question import Question
from laser_sweep.grid.amount import Amount
from laser_sweep.grid.point import Point
from laser_sweep.intervention import INTERVENTIONS, first_order_changes
from laser_sweep.model.matrix import Matrix
from laser_sweep.plan.plan import Plan
from laser_sweep.ranking import (
    BackwardPass,
    BatchSize,
    QuestionBatch,
    Segment,
    batch_size,
    chunks_of,
    most_layers,
    padded_tokens,
    question_batches,
    segments,
    sum_of_losses,
    tokens_of,
)
from laser_sweep.run.editor import weight_of

log = logging.getLogger(__name__)

_SHARE_OF_GRADIENTS = 0.5
"""The share of `cache_gb` for gradients; the rest is for kept states."""
_FEWEST_TOKENS = 16
"""The size of batches below which a smaller size would not help."""


class MatrixEdit(NamedTuple):
    """An edit of one matrix: the intervention's name, and the amount to keep."""

    matrix: Matrix
    kind: str
    amount: Amount


_Changes: TypeAlias = dict[MatrixEdit, float]


def predicted_changes(
    plan: Plan,
    evaluator: Evaluator,
    points: Sequence[Point],
    examples: Sequence[int],
    loss: str,
    *,
    bars: bool = True,
) -> dict[str, float]:
    """The predicted change of the mean loss at each point, by its name: edited minus base, in nats.

    Args:
        plan: the plan.
        evaluator: the evaluator with the model, whose weights are those of the base model.
        points: the points.
        examples: the examples; those that choose, never those that test.
        loss: `margin` or `nll`.
        bars: whether to show a progress bar on a terminal.

    Raises:
        ValueError: if a change is not a finite number, or a matrix holds NaN or infinite values.
    """
    edits = {point: list(_edits(plan, point)) for point in points}
    wanted = list(dict.fromkeys(edit for each in edits.values() for edit in each))
    ranker = _Ranker(plan, evaluator, wanted, examples, loss, bars=bars)
    log.info("ranking %d points by one backward pass over %d examples", len(points), len(examples))
    started = time.perf_counter()
    changes = _with_memory(ranker.changes, ranker.batch_size)
    log.info("ranked in %.0f s", time.perf_counter() - started)
    return {str(point): math.fsum(changes[edit] for edit in edits[point]) for point in points}


def _with_memory(run: Callable[[BatchSize], _Changes], size: BatchSize) -> _Changes:
    """The result of a function, which is run with smaller batches while memory runs out."""
    while True:
        try:
            return run(size)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or size.tokens <= _FEWEST_TOKENS:
                raise
        size = BatchSize(size.tokens // 2, max(1, size.places // 2))
        log.warning("Out of memory: ranking with batch_tokens=%d.", size.tokens)
        torch.cuda.empty_cache()


class _Ranker:
    """The changes of the loss of a plan's model at edits of single matrices.

    Args:
        plan: the plan.
        evaluator: the evaluator with the model.
        edits: the edits of single matrices.
        examples: the examples.
        loss: `margin` or `nll`.
        bars: whether to show a progress bar on a terminal.

    Attributes:
        batch_size: the largest size of a batch, as long as there is memory.
    """

    def __init__(
        self,
        plan: Plan,
        evaluator: Evaluator,
        edits: Sequence[MatrixEdit],
        examples: Sequence[int],
        loss: str,
        *,
        bars: bool,
    ):
        self._plan = plan
        self._questions, self._count = _counted(plan, examples)
        self._model = evaluator.model
        self._pad = evaluator.pad
        self._same = evaluator.context.vocabulary.same
        self._loss = partial(sum_of_losses, loss=loss, same=self._same, dtype=evaluator.model.dtype)
        self._bars = bars
        self._edits: dict[Matrix, list[MatrixEdit]] = {}
        for edit in edits:
            self._edits.setdefault(edit.matrix, []).append(edit)
        names = {matrix.parameter for matrix in self._edits}
        sizes = {name: self._model.get_parameter(name).numel() for name in names}
        self._budget = int((plan.config.cache_gb or 1.0) * GIB)
        share = int(_SHARE_OF_GRADIENTS * self._budget)
        itemsize = self._model.dtype.itemsize
        layers = most_layers(plan.layout, itemsize, max(map(padded_tokens, self._questions)))
        self._segments = segments(self._edits, sizes, share, layers)
        size = batch_size(plan.layout, self._segments, itemsize, len(self._same))
        self.batch_size = size._replace(tokens=min(size.tokens, evaluator.batch_tokens))

    def changes(self, most: BatchSize) -> _Changes:
        """The change of the mean loss of the examples at each edit.

        Args:
            most: the largest size of a batch.
        """
        batches = question_batches(self._questions, self._pad, most, str(self._model.device))
        changes: dict[MatrixEdit, float] = defaultdict(float)
        total = len(batches) * len(self._segments)
        with tqdm(
            total=total, desc="ranking", disable=None if self._bars else True, dynamic_ncols=True
        ) as bar:
            run = BackwardPass(self._model, self._plan.layout, self._loss, bar.update)
            for chunk, kept in self._chunks(batches):
                for segment, gradients in run.gradients(chunk, self._segments, kept):
                    for edit, change in self._changes(segment, gradients):
                        changes[edit] += change
        return {edit: change / self._count for edit, change in changes.items()}

    def _chunks(
        self, batches: Sequence[QuestionBatch]
    ) -> Iterator[tuple[Sequence[QuestionBatch], int]]:
        """Batches in chunks, with the number of states to keep of each token.

        The changes of chunks add up. But each chunk decomposes all matrices again, which takes far
        longer than to run its tokens again. So the chunks are as large as they can be: the gradient
        of one state of each token has to fit in memory.
        """
        if len(self._segments) == 1:
            yield batches, 0
            return
        width = int(self._model.config.get_text_config().hidden_size) * self._model.dtype.itemsize
        most = (self._budget - int(_SHARE_OF_GRADIENTS * self._budget)) // width
        for chunk in chunks_of(batches, most):
            yield chunk, max(0, most // tokens_of(chunk) - 1)

    def _changes(
        self, segment: Segment, gradients: Mapping[str, Tensor]
    ) -> Iterator[tuple[MatrixEdit, float]]:
        """The change at each edit of the matrices of a segment."""
        with torch.inference_mode():
            for matrix in segment.matrices:
                weight = weight_of(matrix, self._model)
                gradient = matrix.part(gradients[matrix.parameter]).reshape(matrix.shape)
                yield from self._checked(self._of_matrix(matrix, weight, gradient))

    def _checked(
        self, changes: Iterable[tuple[MatrixEdit, float]]
    ) -> Iterator[tuple[MatrixEdit, float]]:
        """Changes that are finite numbers.

        Raises:
            ValueError: if one is not.
        """
        for edit, change in changes:
            if not math.isfinite(change):
                raise ValueError(
                    f"the predicted change by an edit of {edit.matrix.name} is {change}: does "
                    f"{self._model.dtype} overflow? Try another dtype"
                )
            yield edit, change

    def _of_matrix(
        self, matrix: Matrix, weight: Tensor, gradient: Tensor
    ) -> Iterator[tuple[MatrixEdit, float]]:
        edits = self._edits[matrix]
        for kind in dict.fromkeys(edit.kind for edit in edits):
            own = [edit for edit in edits if edit.kind == kind]
            changes = first_order_changes(
                INTERVENTIONS.load(kind),
                weight,
                gradient,
                [self._plan.retention(edit.amount) for edit in own],
                self._plan.options,
            )
            yield from zip(own, changes, strict=True)


def _counted(plan: Plan, examples: Sequence[int]) -> tuple[list[Question], int]:
    """The questions of examples, and the number by which the sum of their losses is divided."""
    questions = [plan.questions[example] for example in examples]
    if plan.scoring.kind != PERPLEXITY:
        return questions, len(questions)
    # The loss of documents is the mean over all their tokens.
    windows = [window for question in questions for window in question.windows()]
    return windows, sum(question.length for question in questions)


def _edits(plan: Plan, point: Point) -> Iterator[MatrixEdit]:
    for edit in point.edits:
        for matrix in plan.layout.matrices(edit):
            yield MatrixEdit(matrix, edit.kind, edit.amount)
