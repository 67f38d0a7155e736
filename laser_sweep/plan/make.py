"""Making a plan from a configuration; every mistake is found before any weight is read."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from transformers import PretrainedConfig, PreTrainedModel

from laser_sweep.config import Config, DatasetConfig
from laser_sweep.dataset import (
    ExampleSet,
    Prompting,
    fingerprint,
    load_dataset,
    prompting_of,
)
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.context_length import QuestionSet
from laser_sweep.evaluate.questions.embedded import check_embedded
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.evaluate.questions.tokens import Tokens
from laser_sweep.grid import axes as grid
from laser_sweep.grid import stack
from laser_sweep.grid.amount import AMOUNTS, RATE, Amount, amounts
from laser_sweep.grid.axes import Axes
from laser_sweep.grid.point import Point
from laser_sweep.intervention import INTERVENTIONS
from laser_sweep.model import load
from laser_sweep.model.context import context
from laser_sweep.model.embedding import embedding_rows
from laser_sweep.model.layout import Layout
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.source import Source, find_source
from laser_sweep.model.tokenizer import load_tokenizer
from laser_sweep.plan.checks import check
from laser_sweep.plan.identity import further_options
from laser_sweep.plan.plan import NO_INTERVENTION, Plan, options_of
from laser_sweep.selection import RULES
from laser_sweep.selection import check as check_rule
from laser_sweep.split import check as check_split
from laser_sweep.split import split
from laser_sweep.store.record import Identity
from laser_sweep.store.results import Store


def make_plan(config: Config, device: str | None = None) -> Plan:
    """Make the plan of a sweep, and check it, the cheapest checks first.

    Args:
        config: the configuration of the sweep.
        device: the device of the workers; None for the one that `model.device` means here.

    Raises:
        ConfigError: if an option is wrong, or the sweep cannot run for another reason.
    """
    _check_names(config)
    axes = _axes(config)
    stacks = None if config.stack is None else stack.read(config.stack)
    source = find_source(config.model.path, config.model.revision)
    model = load.load_config(source)
    tokenizer = load_tokenizer(source)
    load.check_language_model(source, model)
    prompting = prompting_of(config.protocol, model, tokenizer)
    loaded = load_dataset(config.dataset, prompting)
    check_rule(config.selection, loaded.scoring.kind)
    skeleton = load.skeleton(model)
    device, dtype = _device_and_dtype(config, model, device)
    question_set = _encode(config.dataset, loaded, prompting, skeleton)
    layout = _layout(config, skeleton)
    plan = Plan(
        config=config,
        source=source,
        model=model,
        tokenizer=tokenizer,
        layout=layout,
        device=device,
        dtype=dtype,
        prompting=prompting,
        examples=loaded.examples,
        scoring=loaded.scoring,
        examples_source=loaded.source,
        question_set=question_set,
        points=_points(config, axes, stacks, layout),
        store=_store(config, source, dtype, prompting.family, loaded, question_set),
        also=tuple(_further_plan(config, each, device) for each in config.further_datasets),
    )
    check(plan)
    return plan


def _further_plan(config: Config, dataset: DatasetConfig, device: str) -> Plan:
    """The plan of the evaluation on another dataset."""
    try:
        return make_plan(config.on(dataset), device)
    except ConfigError as error:
        raise ConfigError(f"also={dataset.name}: {error}") from error


def _device_and_dtype(
    config: Config, model: PretrainedConfig, device: str | None
) -> tuple[str, torch.dtype]:
    """The device and the dtype of the model, to which its attention is set."""
    device = device or load.resolve_device(config.model.device)
    dtype = load.resolve_dtype(config.model.dtype, model, device)
    load.choose_attention(model, config.model.attention, device, dtype)
    return device, dtype


def _layout(config: Config, skeleton: PreTrainedModel) -> Layout:
    given = config.model
    return find_layout(skeleton, str(given.name), given.layout, given.side)


def _points(
    config: Config, axes: Axes, stacks: list[list[Mapping[str, object]]] | None, layout: Layout
) -> list[Point]:
    kind = config.intervention.kind
    if stacks is None or kind == NO_INTERVENTION:
        return grid.points(grid.edits(kind, axes, layout.layers))
    return stack.points(kind, stacks, axes, layout.layers)


def _store(
    config: Config,
    source: Source,
    dtype: torch.dtype,
    family: str,
    loaded: ExampleSet,
    question_set: QuestionSet,
) -> Store:
    named = str(dtype).removeprefix("torch.")
    further = further_options(config, loaded.scoring, named, family)
    # Special tokens that a prompt has itself were once added all the same.
    special = {"special_tokens": "once"} if question_set.once else {}
    identity = Identity(
        weights=source.weights,
        dtype=named,
        examples=fingerprint(loaded.examples, loaded.scoring),
        protocol=config.protocol,
        options={**options_of(config).changes, **further, **special},
    )
    parts = split(loaded.examples, config.split, question_set.dropped)
    return Store(config.folder, identity, parts)


def _encode(
    dataset: DatasetConfig, loaded: ExampleSet, prompting: Prompting, skeleton: PreTrainedModel
) -> QuestionSet:
    """The examples as token ids; an error names the file of the examples."""
    has_path = dataset.path and not dataset.task
    where = f"dataset.path={dataset.path}" if has_path else f"dataset {dataset.name}"
    try:
        question_set = encode(
            loaded.examples,
            loaded.scoring,
            prompting,
            skeleton.config,
            too_long=dataset.too_long,
        )
        tokens = Tokens(prompting.tokenizer)
        check_embedded(loaded.examples, question_set, tokens, embedding_rows(skeleton))
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from error
    if len(question_set.dropped) == len(loaded.examples):
        raise ConfigError(
            f"{where}: all {len(loaded.examples)} examples are too long for the model's context of "
            f"{context(skeleton.config)} tokens."
        )
    return question_set


def _check_names(config: Config) -> None:
    """Check the options whose values are modules, and the options of the intervention."""
    if config.intervention.kind != NO_INTERVENTION:
        INTERVENTIONS.load(config.intervention.kind)
        options_of(config).check()
    check_split(config.split)
    RULES.load(config.selection)


def _axes(config: Config) -> Axes:
    types, layers, experts = (
        grid.lnames(config.lname),
        grid.lnums(config.lnum),
        grid.experts(config.expert),
    )
    kind = config.intervention.kind
    if kind == NO_INTERVENTION:
        return Axes([], layers, [], experts)
    intervention = INTERVENTIONS.load(kind)
    if not intervention.AMOUNTS:
        return Axes(types, layers, [Amount(RATE, 10.0)], experts)
    given = {axis: getattr(config, axis) for axis in AMOUNTS}
    return Axes(types, layers, amounts(given, config.intervention.rates), experts)
