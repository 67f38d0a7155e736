"""The scoring of a task, from its configuration; what cannot be scored here is refused by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._example import ANSWER, CHOICE, GENERATION
from laser_sweep.dataset._harness.filters import read_filters
from laser_sweep.dataset._harness.harness_example import (
    ACC,
    ACC_NORM,
    EXACT_MATCH,
    ExactMatch,
    HarnessScoring,
)
from laser_sweep.dataset._harness.task import Task, TaskConfig
from laser_sweep.errors import ConfigError

_KINDS = {"multiple_choice": CHOICE, "loglikelihood": ANSWER, "generate_until": GENERATION}
_METRICS = {CHOICE: (ACC, ACC_NORM), ANSWER: (ACC,), GENERATION: (EXACT_MATCH,)}
"""The metrics that can be computed, by the kind of scoring."""
_NEW_TOKENS = 256
"""The largest number of tokens that the harness generates, unless a task tells it otherwise."""
_LENGTHS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
"""The names that a task may give this number."""


def scoring_of(task: Task, config: DatasetConfig) -> HarnessScoring:
    """The scoring of a task.

    Raises:
        ConfigError: if it cannot be scored here.
    """
    name, given = f"dataset.task={config.task}", task.config
    if given.output_type not in _KINDS:
        raise ConfigError(
            f"{name}: its output_type is {given.output_type}, expected one of {', '.join(_KINDS)}."
        )
    if callable(given.process_results):
        raise ConfigError(f"{name}: a function of its own (process_results) scores it.")
    kind = _KINDS[given.output_type]
    metric = _metric(name, given, kind, config.metric)
    if kind != GENERATION:
        if config.filter is not None:
            raise ConfigError(f"dataset.filter={config.filter}: {name} generates no text.")
        return HarnessScoring(kind, metric=metric)
    if given.repeats is not None and given.repeats > 1:
        raise ConfigError(f"{name}: it samples {given.repeats} texts for a document, expected 1.")
    options = given.generation_kwargs or {}
    until = _until(name, options)
    new_tokens = config.new_tokens or next(
        (int(str(options[each])) for each in _LENGTHS if options.get(each)), _NEW_TOKENS
    )
    return HarnessScoring(
        kind,
        new_tokens=new_tokens,
        metric=metric,
        until=until,
        filters=read_filters(name, given.filter_list or [], config.filter),
        exact_match=_exact_match(name, given),
    )


def _metric(name: str, given: TaskConfig, kind: str, asked: str | None) -> str:
    """The metric that is asked for, or the first one of the task that can be computed."""
    possible, own = _METRICS[kind], [str(each.get("metric")) for each in _metrics(given)]
    if asked is not None:
        if asked not in possible:
            raise ConfigError(
                f"dataset.metric={asked}: expected {' or '.join(possible)} for {name}, whose "
                f"output_type is {given.output_type}."
            )
        return asked
    found = next((each for each in own if each in possible), None)
    if found is None:
        raise ConfigError(
            f"{name}: its metrics are {', '.join(own)}; of its output_type {given.output_type}, "
            f"{' and '.join(possible)} can be computed here. dataset.metric={possible[0]} takes "
            f"{possible[0]} all the same."
        )
    return found


def _metrics(given: TaskConfig) -> Sequence[Mapping[str, object]]:
    return given.metric_list or []


def _until(name: str, options: Mapping[str, object]) -> tuple[str, ...]:
    """The texts before which a generated text ends.

    Raises:
        ConfigError: if the task does not take the likeliest token at each step.
    """
    known = {"until", "do_sample", "temperature", *_LENGTHS}
    others = [each for each in options if each not in known]
    samples = bool(options.get("do_sample")) and float(str(options.get("temperature", 1.0))) > 0
    if samples or others:
        given = ", ".join(others or ["do_sample"])
        raise ConfigError(
            f"{name}: its generation_kwargs have {given}; here, the likeliest token is taken at "
            "each step."
        )
    until = options.get("until") or []
    texts = [until] if isinstance(until, str) else until
    assert isinstance(texts, Sequence)
    return tuple(filter(None, map(str, texts)))


def _exact_match(name: str, given: TaskConfig) -> ExactMatch:
    """The options of the metric `exact_match`."""
    metric = next((each for each in _metrics(given) if each.get("metric") == EXACT_MATCH), {})
    options = dict(metric)
    further = options.pop("kwargs", None)
    options |= further if isinstance(further, Mapping) else {}
    for each in ("metric", "aggregation", "reduction", "higher_is_better", "multiple_targets"):
        options.pop(each, None)
    if others := [each for each in options if each not in ExactMatch._fields]:
        raise ConfigError(f"{name}: its exact_match has {', '.join(others)}, which is unknown.")
    regexes = options.pop("regexes_to_ignore", None) or ()
    assert isinstance(regexes, Sequence)
    flags = {each: bool(value) for each, value in options.items()}
    return ExactMatch(regexes_to_ignore=tuple(map(str, regexes)), **flags)
