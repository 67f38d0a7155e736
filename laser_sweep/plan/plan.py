"""What a command would do, found out and checked before any weight is read."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cached_property

import torch
from transformers import PretrainedConfig, PreTrainedTokenizerBase

from laser_sweep.config import PACKAGE, Config
from laser_sweep.dataset import Example, Prompting, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.context_length import QuestionSet
from laser_sweep.evaluate.questions.question import Question
from laser_sweep.grid.point import Edit, Evaluation, Point
from laser_sweep.intervention import INTERVENTIONS, Options, Retention
from laser_sweep.model.layout import Layout
from laser_sweep.model.matrix import Matrix
from laser_sweep.model.source import Source
from laser_sweep.plan.disjoint import check_disjoint
from laser_sweep.store.results import Store

log = logging.getLogger(__name__)

NO_INTERVENTION = "none"


@dataclass(frozen=True)
class Plan:
    """One sweep, ready to run.

    Attributes:
        config: what was asked for.
        source: where the model's files are.
        model: the model's configuration.
        tokenizer: the model's tokenizer.
        layout: where the matrices are in the model.
        device: what the model runs on.
        dtype: what it computes in.
        prompting: the model as its dataset sees it.
        examples: the examples, in dataset order.
        scoring: how they are scored.
        fitted: the examples as token ids, and which of them the context was too short for.
        points: the points to evaluate, in order, the base first.
        store: where the results are.
    """

    config: Config
    source: Source
    model: PretrainedConfig
    tokenizer: PreTrainedTokenizerBase
    layout: Layout
    device: str
    dtype: torch.dtype
    prompting: Prompting
    examples: list[Example]
    scoring: Scoring
    fitted: QuestionSet
    points: list[Point]
    store: Store

    @property
    def questions(self) -> list[Question]:
        """The examples as token ids, in dataset order."""
        return self.fitted.questions

    @property
    def searched(self) -> tuple[int, ...]:
        """The examples that every point is evaluated on: those that validate, or all."""
        return self.store.parts.searched(self.config.split.test)

    @cached_property
    def evaluations(self) -> list[Evaluation]:
        """What the grid asks for."""
        examples = self.searched
        return [Evaluation(point, examples) for point in self.points]

    def missing(self, evaluations: Iterable[Evaluation]) -> list[Evaluation]:
        """What has no result yet."""
        return self.store.missing(evaluations)

    @cached_property
    def options(self) -> Options:
        """How the intervention is done."""
        return options_of(self.config)

    def matrices(self, point: Point) -> list[Matrix]:
        """The matrices that a point edits.

        Raises:
            ConfigError: if the model lacks one, or two edits change the same.
        """
        found = [matrix for edit in point.edits for matrix in self.layout.matrices(edit)]
        if len(point.edits) > 1:
            check_disjoint(point, found)
        return found

    def start(self, point: Point) -> int | None:
        """The lowest layer that a point changes; None for the base model."""
        return self.layout.lowest(self.matrices(point)) if point.edits else None

    def retention(self, edit: Edit) -> Retention:
        """How much an edit keeps, by the arithmetic of the protocol."""
        return Retention(edit.amount, self.config.protocol)

    def ranks(self, point: Point) -> dict[Matrix, int | None]:
        """For each matrix of a point the rank that is left of it, as far as it is known before."""
        ranks: dict[Matrix, int | None] = {}
        for edit in point.edits:
            intervention = INTERVENTIONS.load(edit.kind)
            for matrix in self.layout.matrices(edit):
                try:
                    rank = intervention.rank(self.retention(edit), matrix.full_rank, self.options)
                except ConfigError as error:
                    raise ConfigError(f"{edit}, {matrix.name}: {error}") from error
                ranks[matrix] = rank
        return ranks


def options_of(config: Config) -> Options:
    """How a configuration has the intervention done."""
    given = config.intervention
    return Options(given.svd, given.niter, given.oversample, config.seed, given.spectrum)


def command_of(plan: Plan) -> dict[str, object]:
    """What `sweep.json` says of the command, beside the identity."""
    return {
        "config": asdict(plan.config),
        "model": {
            "path": _shown(plan.source.path),
            "commit": plan.source.commit,
            "family": plan.prompting.family,
            "masked": plan.prompting.masked,
            "mask": plan.prompting.mask,
        },
        "dataset": {
            "examples": len(plan.examples),
            "dropped": list(plan.fitted.dropped),
            "truncated": list(plan.fitted.truncated),
        },
        "points": [str(point) for point in plan.points],
    }


def _shown(path: str) -> str:
    """A path as the report shows it: what comes with the package is at the same place for all."""
    return path.replace(str(PACKAGE.parent) + "/", "") if path.startswith(str(PACKAGE)) else path
