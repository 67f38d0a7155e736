"""The rate at which a device computes: from this sweep's own events, or measured for a moment."""

from __future__ import annotations

import copy
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PretrainedConfig

from laser_sweep.grid.point import Evaluation
from laser_sweep.intervention import INTERVENTIONS
from laser_sweep.model.activation import fuse_activations
from laser_sweep.model.load import random_model
from laser_sweep.plan.estimate._shape import Shape
from laser_sweep.plan.estimate._texts import Texts
from laser_sweep.plan.estimate._work import RANK_REDUCTION, Costs, decomposition
from laser_sweep.plan.grouping import groups
from laser_sweep.store.events import computed_files

_TRIAL, _ACCELERATORS_TRIAL = 6e9, 2e12
"""The operations of a trial on a CPU and on an accelerator: a tenth of a second of most."""
_REPEATS = 3
_VOCABULARY = 64
_OF_A_PRODUCT = 0.8
"""The rate of a whole model relative to one product as large: see benchmarks/evaluation.md."""
_SIDE = 384
"""The short side of the matrix whose decomposition is timed."""
_FEWEST_POINTS = 5
"""The number of stored points whose times are a rate."""


@dataclass(frozen=True)
class Rate:
    """What a device computes in a second.

    Attributes:
        forward: the floating-point operations of a model.
        decomposition: the floating-point operations of decompositions.
        read: the bytes of weights that are read where each is used once.
        source: where the rate is from, in words.
    """

    forward: float
    decomposition: float
    read: float
    source: str

    def times(self, factor: float, source: str) -> Rate:
        """A rate that is a multiple of this one, from another source."""
        forward, decomposed = factor * self.forward, factor * self.decomposition
        return Rate(forward, decomposed, factor * self.read, source)


def rate_of(costs: Costs, missing: Sequence[Evaluation]) -> Rate:
    """The rate of a plan's device: that of the sweep's stored points, else a measured one."""
    plan = costs.plan
    texts = costs.texts(missing[0].examples)
    measured = measured_rate(plan.model, costs.shape, texts, plan.dtype, plan.device)
    return _stored_rate(costs, measured) or measured


def _stored_rate(costs: Costs, measured: Rate) -> Rate | None:
    """The rate of the points that this machine has evaluated; None if these are few."""
    plan, events = costs.plan, computed_files(costs.plan.store.paths.all_events)
    seconds, done = 0.0, []
    for each in plan.evaluations:
        event = events.get(plan.store.path(*each).name)
        if event is not None and event.worker.startswith(f"{socket.gethostname()}:"):
            seconds += event.seconds
            done.append(each)
    if len(done) < _FEWEST_POINTS or not seconds:
        return None
    work = [costs.points(group) for group in groups(plan, done)]
    expected = sum(
        seconds_of(each.forward, each.decomposition, each.read, measured) for each in work
    )
    return measured.times(expected / seconds, f"as {len(done):,} points of this sweep took")


def seconds_of(forward: float, decomposed: float, read: float, rate: Rate) -> float:
    """The seconds of some operations and bytes at a rate."""
    return forward / rate.forward + decomposed / rate.decomposition + read / rate.read


def measured_rate(
    config: PretrainedConfig, shape: Shape, texts: Texts, dtype: torch.dtype, device: str
) -> Rate:
    """A rate that is measured in well under a second.

    Args:
        config: the configuration of the model.
        shape: its shape.
        texts: texts such as the sweep has.
        dtype: the dtype of the model.
        device: the device.
    """
    most = _TRIAL if device == "cpu" else _ACCELERATORS_TRIAL
    length = max(1, min(texts.longest, texts.pairs // max(1, texts.tokens)))
    of_a_layer = 2 * shape.of_layers / len(shape.layers)
    tokens = int(min(texts.batch_tokens, max(64, most / of_a_layer)))
    trial = Texts.alike(max(1, tokens // length), length, 0, tokens)
    layers = min(len(shape.layers), int(most // max(1, of_a_layer * trial.tokens)))
    with torch.inference_mode():
        forward = _of_layers(config, shape, trial, layers, dtype, device) if layers else None
        forward = forward or _of_a_product(shape, trial.tokens, dtype, device)
        return Rate(forward, _of_decomposition(device), _of_reading(dtype, device), "measured")


def _of_layers(
    config: PretrainedConfig,
    shape: Shape,
    texts: Texts,
    layers: int,
    dtype: torch.dtype,
    device: str,
) -> float | None:
    """The rate of some layers with random weights; None where a model of so few cannot be made."""
    try:
        model = random_model(_small(config, layers), dtype, device)
        fuse_activations(model)
        rows = texts.tokens // texts.longest
        ids = torch.full((rows, texts.longest), 5, device=device)
        mask = torch.ones_like(ids)
        seconds = _seconds(
            lambda: model(input_ids=ids, attention_mask=mask, use_cache=False).logits
        )
    except Exception:  # a family may refuse such a configuration, in whatever way
        return None
    return shape.below(texts, 0, layers) / seconds


def _small(config: PretrainedConfig, layers: int) -> PretrainedConfig:
    """The configuration of a model with a few layers and hardly a vocabulary."""
    small = copy.deepcopy(config)
    text = small.get_text_config()
    text.num_hidden_layers, text.vocab_size = layers, _VOCABULARY
    if getattr(text, "layer_types", None):
        text.layer_types = text.layer_types[:layers]
    text.pad_token_id = text.bos_token_id = text.eos_token_id = None
    return small


def _of_a_product(shape: Shape, tokens: int, dtype: torch.dtype, device: str) -> float:
    """The rate of a model whose matrices are so large that one product tells it."""
    weight = torch.rand(4 * shape.width, shape.width, dtype=dtype, device=device)
    given = torch.rand(tokens, shape.width, dtype=dtype, device=device)
    return _OF_A_PRODUCT * 2 * tokens * weight.numel() / _seconds(lambda: given @ weight.T)


def _of_decomposition(device: str) -> float:
    weight = torch.rand(_SIDE, 4 * _SIDE, device=device)
    intervention = INTERVENTIONS.load(RANK_REDUCTION)
    seconds = _seconds(lambda: intervention.prepare(weight).components.u)  # type: ignore[attr-defined]
    return decomposition(*weight.shape) / seconds


def _of_reading(dtype: torch.dtype, device: str) -> float:
    weight = torch.rand(2048, 2048, dtype=dtype, device=device)
    given = torch.rand(1, 2048, dtype=dtype, device=device)
    return weight.nbytes / _seconds(lambda: given @ weight.T)


def _seconds(run: Callable[[], Tensor]) -> float:
    """The median seconds of a computation, after one that is not counted."""
    found = []
    for _ in range(_REPEATS + 1):
        started = time.perf_counter()
        run().flatten()[:1].cpu()  # an accelerator has computed it only now
        found.append(time.perf_counter() - started)
    return statistics.median(found[1:])
