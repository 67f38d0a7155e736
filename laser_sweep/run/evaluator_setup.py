"""Loading a plan's model, ready to be evaluated."""

from __future__ import annotations

import logging
import time

import torch
from transformers import PreTrainedModel

from laser_sweep.evaluate.engine.batch_tokens import default_batch_tokens
from laser_sweep.evaluate.engine.memory import GIB, MemoryBudget
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.model.activation import fuse_activations
from laser_sweep.model.head import project_in_float32
from laser_sweep.model.load import load_model
from laser_sweep.plan.plan import Plan

log = logging.getLogger(__name__)

_CPU_MULTIPLE = 8
"""CPU memory for kept states as a multiple of `cache_gb`, beside an accelerator."""


def load_evaluator(plan: Plan) -> Evaluator:
    """Load the model of a plan, and prepare the evaluation of its questions.

    Raises:
        ConfigError: if the model cannot be loaded.
    """
    started = time.perf_counter()
    model = load_model(
        plan.source, plan.model, plan.dtype, plan.device, plan.config.model.device_map
    )
    is_half = plan.dtype.itemsize < torch.float32.itemsize
    # In half precision the paper's code rounds each step of the activation, and the logits, and so
    # must we.
    if not (is_half and plan.prompting.paper):
        fuse_activations(model)
    if is_half and not plan.prompting.paper:
        project_in_float32(model)
    log.debug("loaded %s in %.1f s", plan.source.path, time.perf_counter() - started)
    return make_evaluator(plan, model)


def make_evaluator(plan: Plan, model: PreTrainedModel) -> Evaluator:
    """Prepare the evaluation of a plan's questions by a model that has been loaded."""
    return Evaluator(
        model,
        plan.layout,
        plan.prompting,
        plan.questions,
        plan.scoring,
        plan.config.batch_tokens or default_batch_tokens(model),
        budget=_memory(plan.config.cache_gb, plan.device),
        dropped=frozenset(plan.question_set.dropped),
    )


def _memory(cache_gb: float, device: str) -> MemoryBudget | None:
    """The memory for kept states: the device's, and beside an accelerator also the CPU's."""
    if not cache_gb:
        return None
    on_cpu = 0 if device == "cpu" else int(_CPU_MULTIPLE * cache_gb * GIB)
    return MemoryBudget(int(cache_gb * GIB), on_cpu)
