"""A model's configuration, tokenizer and weights, through transformers."""

from __future__ import annotations

import re
from typing import Any

import torch
import transformers
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    AutoTokenizer,
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.model.source import Source

_DTYPES = {
    "float32": torch.float32,
    "bfloat16": torch.bfloat16,
    "float16": torch.float16,
}

_DEVICE = re.compile(r"cpu|mps|(cuda|xpu)(:\d+)?")

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()


def load_config(source: Source) -> PretrainedConfig:
    """The configuration of a model.

    Raises:
        ConfigError: if there is none that the installed transformers understands.
    """
    try:
        return AutoConfig.from_pretrained(**source.options)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(f"model.path={source.path}: {one_line(error)}") from error


def load_tokenizer(source: Source) -> PreTrainedTokenizerBase:
    """The tokenizer of a model.

    Raises:
        ConfigError: if it has none that can be loaded.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(**source.options)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ConfigError(f"model.path={source.path}: no tokenizer: {one_line(error)}") from error
    assert isinstance(tokenizer, PreTrainedTokenizerBase)
    return tokenizer


def is_masked(config: PretrainedConfig) -> bool:
    """Whether the model fills in masks (BERT, RoBERTa) instead of continuing a text."""
    return any(name.endswith("ForMaskedLM") for name in config.architectures or ())


def skeleton(config: PretrainedConfig) -> PreTrainedModel:
    """The model without weights, on the meta device."""
    with torch.device("meta"):
        model = _auto_class(config).from_config(config)
    assert isinstance(model, PreTrainedModel)
    return model


def resolve_device(wanted: str) -> str:
    """The device that `model.device` means on this machine.

    Raises:
        ConfigError: if it is no device, or not there.
    """
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if not _DEVICE.fullmatch(wanted):
        raise ConfigError(f"model.device={wanted}: expected auto, cpu, cuda, cuda:N, mps or xpu.")
    try:
        torch.empty(0, device=wanted)
    except (RuntimeError, AssertionError) as error:
        raise ConfigError(f"model.device={wanted} is not there: {one_line(error)}.") from error
    return wanted


def resolve_dtype(wanted: str, config: PretrainedConfig, device: str) -> torch.dtype:
    """The dtype that `model.dtype` means: for `auto` float32 on a CPU, else the checkpoint's."""
    if wanted != "auto":
        return _DTYPES[wanted]
    stored = getattr(config, "dtype", None)
    return torch.float32 if device == "cpu" or stored is None else stored


def load_model(
    source: Source, config: PretrainedConfig, dtype: torch.dtype, device: str
) -> PreTrainedModel:
    """The model with its weights, ready to evaluate; safetensors only.

    Raises:
        ConfigError: if the files cannot be read, or lack weights, which would be left random.
    """
    try:
        model, loaded = _auto_class(config).from_pretrained(
            **source.options,
            config=config,
            dtype=dtype,
            use_safetensors=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ConfigError(
            f"model.path={source.path}: cannot be loaded: {one_line(error)}"
        ) from error
    if missing := sorted(loaded["missing_keys"]):
        raise ConfigError(
            f"model.path={source.path}: the files lack {len(missing)} weights of "
            f"{type(model).__name__}, the first {missing[0]}."
        )
    assert isinstance(model, PreTrainedModel)
    model.config.use_cache = False
    return model.to(device).eval().requires_grad_(False)  # type: ignore[arg-type]


def _auto_class(config: PretrainedConfig) -> Any:
    return AutoModelForMaskedLM if is_masked(config) else AutoModelForCausalLM
