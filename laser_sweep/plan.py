"""What a command would do, found out and checked before any weight is read."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from transformers import PretrainedConfig, PreTrainedTokenizerBase

import laser_sweep.intervention
import laser_sweep.selection
import laser_sweep.split
from laser_sweep import grid, plugin
from laser_sweep.config import PACKAGE, Config
from laser_sweep.dataset import fingerprint, load_examples
from laser_sweep.evaluate.encode import Question, encode
from laser_sweep.grid import BASE, Point
from laser_sweep.intervention._kept import Kept
from laser_sweep.model import load
from laser_sweep.model.layout import Layout, Matrix, find_layout
from laser_sweep.model.source import Source, find
from laser_sweep.record import NAME, DamagedRecordError, read_record
from laser_sweep.results import Identity, PointColumns, Store
from laser_sweep.split import TEST, VALIDATION, split

log = logging.getLogger(__name__)

NO_INTERVENTION = "none"

# Measured on the built-in model; an accelerator is idle with so few.
_BATCH_TOKENS_CPU, _BATCH_TOKENS_ACCELERATOR = 1_024, 16_384


class Evaluation(NamedTuple):
    """A point, and the part of the examples that it is evaluated on: what one result file holds."""

    point: Point
    part: str


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
        questions: the examples as token ids, in dataset order.
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
    questions: list[Question]
    points: list[Point]
    store: Store

    @property
    def batch_tokens(self) -> int:
        """The largest number of padded tokens in one forward pass."""
        default = _BATCH_TOKENS_CPU if self.device == "cpu" else _BATCH_TOKENS_ACCELERATOR
        return self.config.batch_tokens or default

    @cached_property
    def evaluations(self) -> list[Evaluation]:
        """What the grid asks for: every point on the validation part or, if asked for, on all."""
        parts = [VALIDATION, TEST] if self.config.split.test == "all" else [VALIDATION]
        return [Evaluation(point, part) for point in self.points for part in parts]

    def missing(self, evaluations: Iterable[Evaluation]) -> list[Evaluation]:
        """Those evaluations that have no result yet."""
        return [each for each in evaluations if not self.store.has(*each)]

    def matrices(self, point: Point) -> list[Matrix]:
        """The matrices that a point edits."""
        return [matrix for edit in point.edits for matrix in self.layout.matrices(edit)]

    def kept(self, rate: float) -> Kept:
        """How much an edit of this rate keeps, by the arithmetic of the protocol."""
        return Kept(rate, self.config.protocol)

    def columns(self, point: Point) -> PointColumns:
        """What the result columns say of a point; a rank that its edits do not share is null."""
        if not point.edits:
            return PointColumns("none", grid.NO_EDIT, None, 0.0, 1.0, None, 0, str(point))
        (edit,) = point.edits
        intervention = plugin.load(laser_sweep.intervention, edit.kind)
        kept = self.kept(edit.rate)
        matrices = self.matrices(point)
        ranks = {intervention.rank(kept, matrix.full_rank) for matrix in matrices}
        return PointColumns(
            intervention=edit.kind,
            lname=edit.lname,
            lnum=edit.lnum,
            rate=edit.rate,
            rho=edit.rho,
            rank=ranks.pop() if len(ranks) == 1 else None,
            edits=len(matrices),
            point=str(point),
        )


def make_plan(config: Config) -> Plan:
    """Check everything that can be checked without the weights, the cheapest first.

    Raises:
        ConfigError: if anything that was given cannot be swept.
    """
    _check_names(config)
    types, layers, tenths = _axes(config)
    examples = load_examples(config.dataset)
    parts = split(len(examples), config.split)
    source = find(config.model.path, config.model.revision)
    model = load.load_config(source)
    tokenizer = load.load_tokenizer(source)
    layout = find_layout(load.skeleton(model), str(config.model.name))
    device = load.resolve_device(config.model.device)
    dtype = load.resolve_dtype(config.model.dtype, model, device)
    questions = encode(examples, tokenizer, model, masked=load.is_masked(model))
    if layers is None:
        layers = list(range(len(layout.blocks)))
    points = grid.points(config.intervention.name, types, layers, tenths)
    identity = Identity(
        weights=source.weights,
        dtype=str(dtype).removeprefix("torch."),
        examples=fingerprint(examples),
        protocol=config.protocol,
    )
    store = Store(config.folder, identity, parts)
    plan = Plan(config, source, model, tokenizer, layout, device, dtype, questions, points, store)
    _check_points(plan)
    _check_folder(store)
    return plan


def _check_names(config: Config) -> None:
    """Check the options whose values are modules."""
    if config.intervention.name != NO_INTERVENTION:
        plugin.load(laser_sweep.intervention, config.intervention.name)
    plugin.load(laser_sweep.split, config.split.name)
    plugin.load(laser_sweep.selection, config.selection)


def _axes(config: Config) -> tuple[list[str], list[int] | None, list[float]]:
    types = grid.lnames(config.lname)
    layers = grid.lnums(config.lnum)
    name = config.intervention.name
    if name == NO_INTERVENTION:
        return [], layers, []
    if not plugin.load(laser_sweep.intervention, name).USES_RATE:
        return types, layers, [10.0]
    return types, layers, grid.rates(config.rate, config.rho, config.intervention.rates)


def _check_points(plan: Plan) -> None:
    """Check that every point has its matrices; say so where nothing would be left of one."""
    columns = [plan.columns(point) for point in plan.points if point != BASE]
    emptied = [each.point for each in columns if each.rank == 0 and each.intervention != "zero"]
    if emptied:
        log.warning(
            "%d of %d points keep rank 0, which is the zero matrix: %s%s",
            len(emptied),
            len(plan.points),
            ", ".join(emptied[:3]),
            ", ..." if len(emptied) > 3 else "",
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
        "model": {"path": _shown(plan.source.path), "commit": plan.source.commit},
        "points": [str(point) for point in plan.points],
    }


def _shown(path: str) -> str:
    """A path as the report shows it: what comes with the package is at the same place for all."""
    return path.replace(str(PACKAGE.parent) + "/", "") if path.startswith(str(PACKAGE)) else path
