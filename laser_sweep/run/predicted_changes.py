"""Predicted changes of the loss at the points of a plan, from one backward pass.

To first order, an edit of a matrix W to W' changes the loss by the sum of the entries of
∂L/∂W * (W' - W). A point changes it by the sum over the matrices that it edits.
"""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor
from tqdm import tqdm

from laser_sweep.errors import is_out_of_memory
from laser_sweep.evaluate.engine.memory import GIB
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.grid.amount import Amount
from laser_sweep.grid.point import Point
from laser_sweep.intervention import INTERVENTIONS, first_order_changes
from laser_sweep.model.matrix import Matrix
from laser_sweep.plan.plan import Plan
from laser_sweep.ranking import (
    BackwardPass,
    QuestionBatch,
    Segment,
    batch_tokens,
    loss_terms,
    question_batches,
    segments,
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
    tokens = evaluator.batch_tokens
    while True:
        try:
            changes = _Ranker(plan, evaluator, wanted, loss, tokens, bars=bars).changes(examples)
            break
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or tokens <= _FEWEST_TOKENS:
                raise
        tokens //= 2
        log.warning("Out of memory: ranking with batch_tokens=%d.", tokens)
        torch.cuda.empty_cache()
    return {str(point): _sum(point, [changes[edit] for edit in edits[point]]) for point in points}


class _Ranker:
    """The changes of a plan's edits with batches of a size.

    Args:
        plan: the plan.
        evaluator: the evaluator with the model.
        edits: the edits of single matrices.
        loss: `margin` or `nll`.
        tokens: the largest number of tokens in a batch.
        bars: whether to show a progress bar on a terminal.
    """

    def __init__(
        self,
        plan: Plan,
        evaluator: Evaluator,
        edits: Sequence[MatrixEdit],
        loss: str,
        tokens: int,
        *,
        bars: bool,
    ):
        self._plan = plan
        self._model = evaluator.model
        self._pad = evaluator.pad
        self._same = evaluator.context.vocabulary.same
        self._loss = loss
        self._bars = bars
        self._edits: dict[Matrix, list[MatrixEdit]] = {}
        for edit in edits:
            self._edits.setdefault(edit.matrix, []).append(edit)
        names = {matrix.parameter for matrix in self._edits}
        sizes = {name: self._model.get_parameter(name).numel() for name in names}
        self._budget = int((plan.config.cache_gb or 1.0) * GIB)
        share = int(_SHARE_OF_GRADIENTS * self._budget)
        self._segments = segments(self._edits, sizes, share)
        itemsize = self._model.dtype.itemsize
        self._tokens = batch_tokens(plan.layout, self._segments, itemsize, tokens)

    def changes(self, examples: Sequence[int]) -> _Changes:
        """The change of the mean loss of some examples at each edit."""
        questions = [self._plan.questions[example] for example in examples]
        batches = question_batches(questions, self._pad, self._tokens, str(self._model.device))
        changes: dict[MatrixEdit, float] = defaultdict(float)
        total = len(batches) * len(self._segments)
        with tqdm(
            total=total, desc="ranking", disable=None if self._bars else True, dynamic_ncols=True
        ) as bar:
            loss = partial(self._mean_loss, count=len(questions))
            run = BackwardPass(self._model, self._plan.layout, loss, bar.update)
            for chunk in self._chunks(batches):
                for segment, gradients in run.gradients(chunk, self._segments):
                    for edit, change in self._changes(segment, gradients):
                        changes[edit] += change
        return changes

    def _chunks(self, batches: Sequence[QuestionBatch]) -> Iterator[list[QuestionBatch]]:
        """Batches in chunks whose kept states fit in memory; changes of chunks add up."""
        width = int(self._model.config.get_text_config().hidden_size) * self._model.dtype.itemsize
        # The states at the start of each segment, and the gradient of the states at one of them.
        most = (self._budget - int(_SHARE_OF_GRADIENTS * self._budget)) // width
        chunk: list[QuestionBatch] = []
        kept = 0
        for each in batches:
            added = each.batch.ids.numel() * len(self._segments)
            if chunk and len(self._segments) > 1 and kept + added > most:
                yield chunk
                chunk, kept = [], 0
            chunk.append(each)
            kept += added
        yield chunk

    def _changes(
        self, segment: Segment, gradients: Mapping[str, Tensor]
    ) -> Iterator[tuple[MatrixEdit, float]]:
        """The change at each edit of the matrices of a segment."""
        with torch.inference_mode():
            for matrix in segment.matrices:
                weight = weight_of(matrix, self._model)
                gradient = matrix.part(gradients[matrix.parameter]).reshape(matrix.shape)
                yield from self._of_matrix(matrix, weight, gradient)

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

    def _mean_loss(self, logits: Tensor, asked: QuestionBatch, *, count: int) -> Tensor:
        """The part of the mean loss of `count` questions that a batch has."""
        log_probs = logits.float().log_softmax(dim=-1)
        terms = loss_terms(log_probs.detach(), asked, self._loss, self._same)
        device = log_probs.device
        places = torch.tensor([each.place for each in terms], dtype=torch.long, device=device)
        tokens = torch.tensor([each.token for each in terms], dtype=torch.long, device=device)
        weights = torch.tensor([each.weight for each in terms], device=device)
        return (log_probs[places, tokens] * weights).sum() / count


def _edits(plan: Plan, point: Point) -> Iterator[MatrixEdit]:
    for edit in point.edits:
        for matrix in plan.layout.matrices(edit):
            yield MatrixEdit(matrix, edit.kind, edit.amount)


def _sum(point: Point, changes: Sequence[float]) -> float:
    total = math.fsum(changes) if all(map(math.isfinite, changes)) else math.nan
    if not math.isfinite(total):
        raise ValueError(
            f"the predicted change of {point} is not a finite number: does the gradient overflow "
            "the model's dtype? Try another model.dtype"
        )
    return total
