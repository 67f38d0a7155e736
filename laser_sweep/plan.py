"""What a command would do, found out and checked before any weight is read."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import torch
from transformers import PretrainedConfig, PreTrainedTokenizerBase

import laser_sweep.intervention
import laser_sweep.selection
import laser_sweep.split
from laser_sweep import grid, paper, plugin, stack
from laser_sweep.amount import AMOUNTS, RATE, Amount, amounts
from laser_sweep.config import PACKAGE, Config, DatasetConfig
from laser_sweep.dataset import Asked, Example, Loaded, Scoring, fingerprint, load_dataset
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.context import TRUNCATE, Fitted, context
from laser_sweep.evaluate.encode import encode
from laser_sweep.evaluate.question import Question
from laser_sweep.evaluation import Evaluation
from laser_sweep.grid import Axes, Edit, Point
from laser_sweep.intervention._kept import Kept
from laser_sweep.intervention._options import Options
from laser_sweep.model import load
from laser_sweep.model.find import find_layout
from laser_sweep.model.layout import Layout
from laser_sweep.model.matrix import Matrix
from laser_sweep.model.source import Source, find
from laser_sweep.record import NAME, DamagedRecordError, read_record
from laser_sweep.results import Identity, Store
from laser_sweep.split import split

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
        asked: the model as its dataset sees it.
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
    asked: Asked
    examples: list[Example]
    scoring: Scoring
    fitted: Fitted
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
        return _options(self.config)

    def matrices(self, point: Point) -> list[Matrix]:
        """The matrices that a point edits.

        Raises:
            ConfigError: if the model lacks one, or two edits change the same.
        """
        found = [matrix for edit in point.edits for matrix in self.layout.matrices(edit)]
        if len(point.edits) > 1:
            stack.check_disjoint(point, found)
        return found

    def start(self, point: Point) -> int:
        """The lowest layer that a point changes; -1 for the base model."""
        return self.layout.lowest(self.matrices(point)) if point.edits else -1

    def kept(self, edit: Edit) -> Kept:
        """How much an edit keeps, by the arithmetic of the protocol."""
        return Kept(edit.amount, self.config.protocol)

    def ranks(self, point: Point) -> dict[Matrix, int | None]:
        """For each matrix of a point the rank that is left of it, as far as it is known before."""
        ranks: dict[Matrix, int | None] = {}
        for edit in point.edits:
            intervention = plugin.load(laser_sweep.intervention, edit.kind)
            for matrix in self.layout.matrices(edit):
                try:
                    rank = intervention.rank(self.kept(edit), matrix.full_rank, self.options)
                except ConfigError as error:
                    raise ConfigError(f"{edit}, {matrix.name}: {error}") from error
                ranks[matrix] = rank
        return ranks


def make_plan(config: Config, device: str | None = None) -> Plan:
    """Check everything that can be checked without the weights, the cheapest first.

    Args:
        config: what was asked for.
        device: what the model will run on, if that is not to be found out on this machine.

    Raises:
        ConfigError: if anything that was given cannot be swept.
    """
    _check_names(config)
    axes = _axes(config)
    stacks = None if config.stack is None else stack.read(config.stack)
    source = find(config.model.path, config.model.revision)
    model = load.load_config(source)
    tokenizer = load.load_tokenizer(source)
    load.check_language_model(source, model)
    asked = load.asked_of(config.protocol, model, tokenizer)
    loaded = load_dataset(config.dataset, asked)
    laser_sweep.selection.check(config.selection, loaded.scoring.kind)
    layout = find_layout(
        load.skeleton(model), str(config.model.name), config.model.layout.given, config.model.side
    )
    device = device or load.resolve_device(config.model.device)
    dtype = load.resolve_dtype(config.model.dtype, model, device)
    fitted = _encode(config.dataset, loaded, asked, model)
    kind = config.intervention.kind
    if stacks is None or kind == NO_INTERVENTION:
        points = grid.points(grid.edits(kind, axes, layout.layers))
    else:
        points = stack.points(kind, stacks, axes, layout.layers)
    identity = Identity(
        weights=source.weights,
        dtype=str(dtype).removeprefix("torch."),
        examples=fingerprint(loaded.examples, loaded.scoring),
        protocol=config.protocol,
        options=_identity_options(config),
    )
    parts = split(loaded.examples, config.split, fitted.dropped)
    plan = Plan(
        config=config,
        source=source,
        model=model,
        tokenizer=tokenizer,
        layout=layout,
        device=device,
        dtype=dtype,
        asked=asked,
        examples=loaded.examples,
        scoring=loaded.scoring,
        fitted=fitted,
        points=points,
        store=Store(config.folder, identity, parts),
    )
    _check_points(plan)
    _warn(plan)
    _check_folder(plan.store)
    return plan


def _encode(
    dataset: DatasetConfig, loaded: Loaded, asked: Asked, model: PretrainedConfig
) -> Fitted:
    """The examples as token ids; what is wrong with one is said with its file."""
    where = f"dataset.path={dataset.path}" if dataset.path else f"dataset {dataset.name}"
    try:
        fitted = encode(
            loaded.examples,
            loaded.scoring,
            asked.tokenizer,
            model,
            masks=asked.masked,
            paper=asked.paper,
            too_long=dataset.too_long,
        )
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error
    if len(fitted.dropped) == len(loaded.examples):
        raise ConfigError(
            f"{where}: all {len(loaded.examples)} examples are too long for the model's context of "
            f"{context(model)} tokens."
        )
    return fitted


def _check_names(config: Config) -> None:
    """Check the options whose values are modules, and those of the intervention."""
    if config.intervention.kind != NO_INTERVENTION:
        plugin.load(laser_sweep.intervention, config.intervention.kind)
        _options(config).check()
    laser_sweep.split.check(config.split)
    plugin.load(laser_sweep.selection, config.selection)


def _options(config: Config) -> Options:
    given = config.intervention
    return Options(given.svd, given.niter, given.oversample, config.seed, given.spectrum)


def _identity_options(config: Config) -> dict[str, Any]:
    """What else changes the numbers, where it is not as it usually is."""
    layout = {"layout": given} if (given := config.model.layout.given) else {}
    side = {"side": config.model.side} if config.model.side != "decoder" else {}
    too_long = config.dataset.too_long
    cut = {"too_long": too_long} if too_long == TRUNCATE else {}
    return {**_options(config).changes, **layout, **side, **cut}


def _axes(config: Config) -> Axes:
    types, layers, experts = (
        grid.lnames(config.lname),
        grid.lnums(config.lnum),
        grid.experts(config.expert),
    )
    kind = config.intervention.kind
    if kind == NO_INTERVENTION:
        return Axes([], layers, [], experts)
    intervention = plugin.load(laser_sweep.intervention, kind)
    if not intervention.USES_AMOUNT:
        return Axes(types, layers, [Amount(RATE, 10.0)], experts)
    given = {axis: getattr(config, axis) for axis in AMOUNTS}
    return Axes(types, layers, amounts(given, config.intervention.rates), experts)


def _check_points(plan: Plan) -> None:
    """Check that every point has its matrices; say so where nothing would be left of one."""
    plan.options.check({edit.amount.by for point in plan.points for edit in point.edits})
    emptied = []
    for point in plan.points:
        plan.matrices(point)
        _check_amounts(point)
        if 0 in plan.ranks(point).values() and plan.config.intervention.kind != "zero":
            emptied.append(str(point))
    if emptied:
        log.warning(
            "%d of %d points keep rank 0, which is the zero matrix: %s%s",
            len(emptied),
            len(plan.points),
            ", ".join(emptied[:3]),
            ", ..." if len(emptied) > 3 else "",
        )


def _warn(plan: Plan) -> None:
    """Say what is not as one may expect it."""
    revision = plan.config.model.revision if plan.source.commit else None
    model = {"path": plan.config.model.path, "revision": revision}
    given = asdict(plan.config.paper)
    for sentence in paper.differences(
        model=model, paper=given, examples=len(plan.examples), protocol=plan.config.protocol
    ):
        log.warning("%s", sentence)
    for what, numbers in (("left out", plan.fitted.dropped), ("cut", plan.fitted.truncated)):
        if numbers:
            log.warning(
                "%d of %d examples are too long for the model's context and are %s "
                "(dataset.too_long=%s), the first %d.",
                len(numbers),
                len(plan.examples),
                what,
                plan.config.dataset.too_long,
                numbers[0],
            )


def _check_amounts(point: Point) -> None:
    """Check that the interventions of a point know what to do with how much is to be kept."""
    for edit in point.edits:
        intervention = plugin.load(laser_sweep.intervention, edit.kind)
        if intervention.USES_AMOUNT and edit.amount.by not in intervention.AMOUNTS:
            raise ConfigError(
                f"{edit.amount} in {edit}: {edit.kind} does not go by {edit.amount.by}; "
                f"expected {' or '.join(intervention.AMOUNTS)}."
            )


def _check_folder(store: Store) -> None:
    """Check that results of another format are not mixed with ours."""
    if (store.folder / NAME).is_file():
        with suppress(DamagedRecordError):
            read_record(store.folder)


def command_of(plan: Plan) -> dict[str, object]:
    """What `sweep.json` says of the command, beside the identity."""
    return {
        "config": asdict(plan.config),
        "model": {
            "path": _shown(plan.source.path),
            "commit": plan.source.commit,
            "family": plan.asked.family,
            "masked": plan.asked.masked,
            "mask": plan.asked.mask,
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
