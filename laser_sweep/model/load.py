"""A model's configuration and weights, through transformers."""

from __future__ import annotations

import logging
import re
from typing import Any

import torch
import transformers
from safetensors import SafetensorError
from transformers import (
    MODEL_FOR_CAUSAL_LM_MAPPING,
    MODEL_FOR_MASKED_LM_MAPPING,
    MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING,
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoModelForSeq2SeqLM,
    PretrainedConfig,
    PreTrainedModel,
)

from laser_sweep.config import AUTO
from laser_sweep.errors import ConfigError, one_line
from laser_sweep.model.attention import set_attention, without_attention
from laser_sweep.model.gguf_file import dequantised, make_plain
from laser_sweep.model.source import Source
from laser_sweep.model.weight_checks import check_complete, check_finite, check_in_memory

_CAUSAL, _MASKED, _SEQ2SEQ, _OTHER = "causal", "masked", "seq2seq", "other"
# The classes of transformers have no common public type.
_AUTO_CLASSES: dict[str, Any] = {
    _CAUSAL: AutoModelForCausalLM,
    _MASKED: AutoModelForMaskedLM,
    _SEQ2SEQ: AutoModelForSeq2SeqLM,
    _OTHER: AutoModel,
}
_DEVICE = re.compile(r"cpu|mps|(cuda|xpu)(:\d+)?")

log = logging.getLogger(__name__)

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


def load_config(source: Source) -> PretrainedConfig:
    """The configuration of a model.

    Raises:
        ConfigError: if the installed transformers cannot read a configuration there.
    """
    try:
        return AutoConfig.from_pretrained(**source.options)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ConfigError(f"model.path={source.path}: {_why_not_read(error)}") from error


def _why_not_read(error: Exception) -> str:
    """The reason why a configuration cannot be read."""
    if "trust_remote_code" not in str(error):
        return one_line(error)
    return (
        "the model has code of its own in its folder, and laser_sweep runs no such code. Of a "
        "factored export (--format factored), take the dense one: its outcomes are the same up to "
        "rounding."
    )


def check_language_model(source: Source, config: PretrainedConfig) -> None:
    """Check that a model's weights can be edited, and that it can be asked questions.

    Raises:
        ConfigError: if the model is quantised, or is neither a causal nor a masked language model.
    """
    if quantised := getattr(config, "quantization_config", None):
        method = quantised.get("quant_method") if isinstance(quantised, dict) else quantised
        raise ConfigError(
            f"model.path={source.path}: its weights are quantised ({method}), and an edit of them "
            "would not be exact. Use the model in float32, bfloat16 or float16."
        )
    if _kind(config) not in (_CAUSAL, _MASKED):
        raise ConfigError(
            f"model.path={source.path}: {config.model_type} is not a causal or masked language "
            "model, so it cannot be asked questions. (python -m laser_sweep.model lists its "
            "matrices.)"
        )


def is_masked(config: PretrainedConfig) -> bool:
    """Whether a model fills in masks (BERT, RoBERTa) instead of continuing a text."""
    names = config.architectures or ()
    if any(name.endswith("ForMaskedLM") for name in names):
        return True
    # A configuration without an architecture is masked if its type cannot continue a text.
    kinds = (MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING)
    return type(config) in MODEL_FOR_MASKED_LM_MAPPING and not any(
        type(config) in mapping for mapping in kinds
    )


def skeleton(config: PretrainedConfig) -> PreTrainedModel:
    """The model without weights, on the meta device; its attention is any that is there."""
    return _on_meta(without_attention(config))


def choose_attention(
    config: PretrainedConfig, wanted: str, device: str, dtype: torch.dtype
) -> None:
    """Set the attention of a configuration to that of `model.attention`: see `set_attention`.

    Raises:
        ConfigError: if it cannot be used.
    """
    set_attention(config, wanted, device, dtype, _on_meta)


def _on_meta(config: PretrainedConfig) -> PreTrainedModel:
    with torch.device("meta"):
        model = _AUTO_CLASSES[_kind(config)].from_config(config)
    assert isinstance(model, PreTrainedModel)
    return model


def random_model(config: PretrainedConfig, dtype: torch.dtype, device: str) -> PreTrainedModel:
    """A model with random weights; the program's own random numbers are not drawn on."""
    own = [device] if device.startswith("cuda") else []
    with torch.random.fork_rng(own), torch.device(device):
        model = _AUTO_CLASSES[_kind(config)].from_config(config, dtype=dtype)
    assert isinstance(model, PreTrainedModel)
    return model.eval().requires_grad_(False)


def resolve_device(wanted: str) -> str:
    """The device that `model.device` means on this machine.

    Raises:
        ConfigError: if `wanted` is not the name of a device, or this machine lacks the device.
    """
    if wanted == AUTO:
        return "cuda" if torch.cuda.is_available() else "cpu"
    if not _DEVICE.fullmatch(wanted):
        raise ConfigError(f"model.device={wanted}: expected auto, cpu, cuda, cuda:N, mps or xpu.")
    try:
        torch.empty(0, device=wanted)
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(f"model.device={wanted} is not available: {one_line(error)}.") from error
    return wanted


def resolve_dtype(wanted: str, config: PretrainedConfig, device: str) -> torch.dtype:
    """The dtype that `model.dtype` means: for `auto` float32 on a CPU, else the checkpoint's."""
    if wanted != AUTO:
        dtype = getattr(torch, wanted)  # `laser_sweep.config` allows names of torch's dtypes only
        assert isinstance(dtype, torch.dtype)
        return dtype
    stored = getattr(config, "dtype", None)
    return torch.float32 if device == "cpu" or stored is None else stored


def load_model(
    source: Source,
    config: PretrainedConfig,
    dtype: torch.dtype,
    device: str,
    device_map: str | None = None,
) -> PreTrainedModel:
    """The model with its weights from safetensors, ready to evaluate.

    Raises:
        ConfigError: if the files cannot be read, or lack weights, or have weights of other shapes
            or that are not finite, or the weights do not fit in the devices of `device_map`.
    """
    model = _from_files(source, config, dtype, device_map)
    model.config.use_cache = False
    if device_map is None:
        model = model.to(device)  # type: ignore[arg-type]
    check_in_memory(model, source)
    check_finite(model, source)
    return model.eval().requires_grad_(False)


def _from_files(
    source: Source, config: PretrainedConfig, dtype: torch.dtype, device_map: str | None
) -> PreTrainedModel:
    options = {**source.options, "config": config, "dtype": dtype, "use_safetensors": True}
    # transformers' own error does not name the weights; `check_complete` does.
    options["ignore_mismatched_sizes"] = True
    if device_map is not None:
        options["device_map"] = device_map
    if source.is_gguf:
        options |= {**dequantised(), "use_safetensors": None}
    auto_class = _AUTO_CLASSES[_kind(config)]
    try:
        model, loaded = auto_class.from_pretrained(**options, output_loading_info=True)
    except (OSError, ValueError, RuntimeError, ImportError, SafetensorError) as error:
        raise ConfigError(
            f"model.path={source.path}: cannot be loaded: {one_line(error)}"
        ) from error
    assert isinstance(model, PreTrainedModel)
    check_complete(model, loaded, source)
    if source.is_gguf:
        make_plain(model)
        name = str(dtype).removeprefix("torch.")
        log.info("%s: its weights are dequantised to %s.", source.path, name)
    return model


def _kind(config: PretrainedConfig) -> str:
    """The kind of a model by its architecture, or by the type of its configuration."""
    if is_masked(config):
        return _MASKED
    if _is_seq2seq(config):
        return _SEQ2SEQ
    for kind, mapping in (
        (_CAUSAL, MODEL_FOR_CAUSAL_LM_MAPPING),
        (_SEQ2SEQ, MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING),
        (_MASKED, MODEL_FOR_MASKED_LM_MAPPING),
    ):
        if type(config) in mapping:
            return kind
    return _OTHER


def _is_seq2seq(config: PretrainedConfig) -> bool:
    """Whether a configuration names the architecture of an encoder-decoder."""
    return (
        any("ForConditionalGeneration" in name for name in config.architectures or ())
        and config.is_encoder_decoder
        and type(config) in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING
    )
