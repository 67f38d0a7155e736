"""The plan of a sweep."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from transformers import PretrainedConfig, PreTrainedTokenizerBase

from laser_sweep.config import PACKAGE, Config
from laser_sweep.dataset import Example, Prompting, Scoring, delimiters
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.context_length import QuestionSet
from laser_sweep.evaluate.questions.question import Question
from laser_sweep.grid.amount import Amount
from laser_sweep.grid.point import Evaluation, Point
from laser_sweep.intervention import INTERVENTIONS, Options, Retention
from laser_sweep.model.layout import Layout
from laser_sweep.model.matrix import Matrix
from laser_sweep.model.source import Source
from laser_sweep.plan.disjoint import check_disjoint
from laser_sweep.store.record import Command, DatasetRecord, ModelRecord
from laser_sweep.store.results import Store

log = logging.getLogger(__name__)

NO_INTERVENTION = "none"


@dataclass(frozen=True)
class Plan:
    """One sweep, checked and ready to run.

    Attributes:
        config: the configuration of the sweep.
        source: the files of the model.
        model: the model's configuration.
        tokenizer: the model's tokenizer.
        layout: the matrices of the model, by layer and matrix type.
        device: the device of the workers.
        dtype: the dtype that the model is evaluated in.
        prompting: how the model is asked.
        examples: the examples, in dataset order.
        scoring: how the outcomes of the examples are scored.
        examples_source: the examples' source in words; empty where the dataset's name tells it.
        question_set: the examples as token ids, and the examples that exceed the context.
        points: the points to evaluate, in order, the base model first.
        store: the result files.
        also: the plans of the evaluations on the datasets of `also`.
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
    examples_source: str
    question_set: QuestionSet
    points: list[Point]
    store: Store
    also: tuple[Plan, ...] = ()

    @property
    def questions(self) -> list[Question]:
        """The examples as token ids, in dataset order."""
        return self.question_set.questions

    @property
    def searched(self) -> tuple[int, ...]:
        """The examples that every point is evaluated on: the validation part, or all."""
        return self.store.parts.searched(self.config.split.test)

    @cached_property
    def evaluations(self) -> list[Evaluation]:
        """The evaluations of the grid."""
        examples = self.searched
        return [Evaluation(point, examples) for point in self.points]

    def missing(self, evaluations: Iterable[Evaluation]) -> list[Evaluation]:
        """The evaluations that lack outcomes, each reduced to the examples that lack one."""
        return self.store.missing(evaluations)

    @cached_property
    def options(self) -> Options:
        """The options of the intervention."""
        return options_of(self.config)

    def matrices(self, point: Point) -> list[Matrix]:
        """The matrices that a point edits.

        Raises:
            ConfigError: if the model lacks one, or two edits change the same matrix.
        """
        found = [matrix for edit in point.edits for matrix in self.layout.matrices(edit)]
        if len(point.edits) > 1:
            check_disjoint(point, found)
        return found

    def start(self, point: Point) -> int | None:
        """The lowest layer that a point changes; None for the base model."""
        return self.layout.lowest(self.matrices(point)) if point.edits else None

    def retention(self, amount: Amount) -> Retention:
        """The retention of an amount, by the arithmetic of the protocol."""
        return Retention(amount, self.config.protocol)

    def ranks(self, point: Point) -> dict[Matrix, int | None]:
        """The rank of each matrix of a point; None where it depends on the weights."""
        ranks: dict[Matrix, int | None] = {}
        for edit in point.edits:
            intervention = INTERVENTIONS.load(edit.kind)
            for matrix in self.layout.matrices(edit):
                try:
                    rank = intervention.rank(
                        self.retention(edit.amount), matrix.full_rank, self.options
                    )
                except ConfigError as error:
                    raise ConfigError(f"{edit}, {matrix.name}: {error}") from error
                ranks[matrix] = rank
        return ranks


def options_of(config: Config) -> Options:
    """The options of the intervention in a configuration."""
    given = config.intervention
    return Options(given.svd, given.niter, given.oversample, config.seed, given.spectrum)


def command_of(plan: Plan) -> Command:
    """The command of a plan, as `sweep.json` records it."""
    return Command(
        config=plan.config,
        model=ModelRecord(
            path=_shown(plan.source.path),
            commit=plan.source.commit,
            family=plan.prompting.family,
            masked=plan.prompting.masked,
            mask=plan.prompting.mask,
        ),
        dataset=DatasetRecord(
            examples=len(plan.examples),
            dropped=tuple(plan.question_set.dropped),
            truncated=tuple(plan.question_set.truncated),
            labels=_common_labels(plan.examples),
            delimiters=delimiters(plan.examples, plan.prompting),
            source=plan.examples_source,
        ),
        points=tuple(map(str, plan.points)),
    )


def _common_labels(examples: Sequence[Example]) -> tuple[str, ...]:
    """The labels that every example chooses from, in any order; empty if they differ."""
    first = examples[0].choices if examples else ()
    same = all(set(example.choices) == set(first) for example in examples)
    return first if same else ()


def _shown(path: str) -> str:
    """A path as the report shows it: the paths of built-in files are relative to the package."""
    return path.replace(str(PACKAGE.parent) + "/", "") if path.startswith(str(PACKAGE)) else path
