"""The work of a sweep: operations, and bytes of weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from laser_sweep.evaluate.engine.memory import GIB
from laser_sweep.grid.point import Evaluation, Point
from laser_sweep.model.matrix import Matrix
from laser_sweep.plan.estimate._shape import Shape
from laser_sweep.plan.estimate._texts import Texts
from laser_sweep.plan.grouping import Group, groups
from laser_sweep.plan.plan import Plan

RANK_REDUCTION = "rank_reduction"


@dataclass(frozen=True)
class Work:
    """What has to be computed.

    Attributes:
        forward: the floating-point operations of the model, and of products of factors.
        decomposition: the floating-point operations of decompositions.
        read: the bytes of weights that generation reads, once for each new token of a batch.
    """

    forward: float = 0.0
    decomposition: float = 0.0
    read: float = 0.0

    def __add__(self, other: Work) -> Work:
        return Work(
            self.forward + other.forward,
            self.decomposition + other.decomposition,
            self.read + other.read,
        )

    def __mul__(self, times: float) -> Work:
        return Work(self.forward * times, self.decomposition * times, self.read * times)

    @property
    def flops(self) -> float:
        """All floating-point operations."""
        return self.forward + self.decomposition


class Costs:
    """The costs of a plan's evaluations.

    Args:
        plan: the plan.
        shape: the shape of its model.
        batch_tokens: the largest number of tokens of a batch.
    """

    def __init__(self, plan: Plan, shape: Shape, batch_tokens: int):
        self.plan = plan
        self.shape = shape
        self.batch_tokens = batch_tokens
        self._texts: dict[tuple[int, ...], Texts] = {}
        self._runs: dict[tuple[Texts, int, frozenset[str] | None], Work] = {}

    def texts(self, examples: tuple[int, ...]) -> Texts:
        """The texts of some examples."""
        if examples not in self._texts:
            questions = [self.plan.questions[each] for each in examples]
            new_tokens = self.plan.scoring.new_tokens
            made = Texts.of(questions, self.shape.vocabulary, self.batch_tokens, new_tokens)
            self._texts[examples] = made
        return self._texts[examples]

    def grid(self, evaluations: Iterable[Evaluation]) -> Work:
        """The work of evaluations, with the layers that points share."""
        total, at = Work(), 0
        for group in groups(self.plan, evaluations):
            total += self.points(group)
            if self.shares(group):
                total += self._entered(group, at)
                at = (group.start or 0) + 1
        return total

    def points(self, group: Group) -> Work:
        """The work of the points of a group, each from its own layer on."""
        total, before = Work(), set[Matrix]()
        for point in group.points:
            matrices = self.plan.matrices(point)
            total += self._run(point, matrices, group) + self._edit(point, matrices, before)
            before = set(matrices)
        return total

    def whole(self, examples: tuple[int, ...]) -> Work:
        """The work of one run of the whole model."""
        return self._passes(self.texts(examples), 0, None) if examples else Work()

    def shares(self, group: Group) -> bool:
        """Whether the points of a group start at the states that are kept for them."""
        can = bool(self.plan.config.cache_gb and self.plan.layout.modules)
        return can and group.start is not None and len(group.points) > 1

    def _run(self, point: Point, matrices: Sequence[Matrix], group: Group) -> Work:
        if not self.shares(group):
            return self.whole(group.examples)
        edited = frozenset(each.lname for each in matrices if each.lnum == group.start)
        return self._passes(self.texts(group.examples), group.start or 0, edited)

    def _passes(self, texts: Texts, start: int, edited: frozenset[str] | None) -> Work:
        known = (texts, start, edited)
        if known not in self._runs:
            self._runs[known] = self._computed(*known)
        return self._runs[known]

    def _computed(self, texts: Texts, start: int, edited: frozenset[str] | None) -> Work:
        run = sum(sum(layer.entries.values()) for layer in self.shape.layers[start:])
        run += self.shape.width * self.shape.vocabulary
        read = texts.steps * run * self.plan.dtype.itemsize
        return Work(self.shape.flops(texts, start, edited), read=read)

    def _entered(self, group: Group, at: int) -> Work:
        """The work of the layers below a group, and of the recording of its own."""
        start = group.start or 0
        # With several chunks of examples, the states of the group below are of another chunk.
        first = at if at <= start and self.chunks(group.examples) == 1 else 0
        return Work(self.shape.below(self.texts(group.examples), first, start + 1))

    def chunks(self, examples: tuple[int, ...]) -> int:
        """The number of chunks of examples whose states fit in memory."""
        bytes_per_token = 2 * self.shape.width * self.plan.dtype.itemsize
        multiple = 1 if self.plan.device == "cpu" else 9
        budget = multiple * self.plan.config.cache_gb * GIB
        return max(1, -int(-self.texts(examples).tokens * bytes_per_token // max(1, budget)))

    def _edit(self, point: Point, matrices: Sequence[Matrix], before: set[Matrix]) -> Work:
        """The work of a point's edits; decompositions that the point before it had are there."""
        total = Work()
        if self.plan.config.intervention.kind != RANK_REDUCTION:
            return total
        for matrix, rank in self.plan.ranks(point).items():
            kept = matrix.full_rank // 2 if rank is None else rank
            cut = min(kept, matrix.full_rank - kept)
            if matrix not in before:
                total += Work(decomposition=decomposition(*matrix.shape))
            total += Work(2.0 * matrix.shape[0] * matrix.shape[1] * cut)
        return total


def decomposition(rows: int, columns: int) -> float:
    """About the operations of an exact decomposition: two Gram matrices, their eigenvectors, u.T W.

    The eigenvectors of a symmetric matrix take 9 r³ (Golub and Van Loan, Matrix Computations, 8.3).
    """
    short, long = sorted((rows, columns))
    return 6.0 * short**2 * long + 18.0 * short**3
