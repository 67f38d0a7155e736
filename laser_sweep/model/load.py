"""A model's configuration, tokenizer and weights, through transformers."""

from __future__ import annotations

import re
from pathlib import Path
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


def check_language_model(source: Source, config: PretrainedConfig) -> None:
    """Check that a model is one whose weights can be edited and that can be asked questions.

    Raises:
        ConfigError: if it is quantised, or no causal or masked language model.
    """
    if quantised := getattr(config, "quantization_config", None):
        method = quantised.get("quant_method") if isinstance(quantised, dict) else quantised
        raise ConfigError(
            f"model.path={source.path}: its weights are quantised ({method}), and an edit of them "
            "would not be exact. Give the model in float32, bfloat16 or float16."
        )
    if _kind(config) not in (CAUSAL, MASKED):
        raise ConfigError(
            f"model.path={source.path}: {config.model_type} is no causal or masked language "
            "model, so no question can be put to it. (python -m laser_sweep.model lists its "
            "matrices.)"
        )


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


def load_length_tokenizer(path: str) -> PreTrainedTokenizerBase:
    """A tokenizer that measures answers, of whatever model: a hub id or a folder.

    Raises:
        ConfigError: if there is none, or it cannot be reached; it says what to download.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(Path(path).expanduser()))
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise ConfigError(
            f"dataset.length_tokenizer={path} cannot be had: {one_line(error)} Where there is "
            f"network, run `hf download {path} --include 'tokenizer*'`, or give a folder with a "
            "tokenizer of Llama-2; null measures nothing."
        ) from error
    assert isinstance(tokenizer, PreTrainedTokenizerBase)
    return tokenizer


def is_masked(config: PretrainedConfig) -> bool:
    """Whether the model fills in masks (BERT, RoBERTa) instead of continuing a text."""
    names = config.architectures or ()
    if any(name.endswith("ForMaskedLM") for name in names):
        return True
    # A configuration that does not say what it is of: what can only fill masks, does.
    kinds = (MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING)
    return type(config) in MODEL_FOR_MASKED_LM_MAPPING and not any(
        type(config) in mapping for mapping in kinds
    )


def skeleton(config: PretrainedConfig) -> PreTrainedModel:
    """The model without weights, on the meta device."""
    with torch.device("meta"):
        model = _AUTO[_kind(config)].from_config(config)
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
    source: Source,
    config: PretrainedConfig,
    dtype: torch.dtype,
    device: str,
    device_map: str | None = None,
) -> PreTrainedModel:
    """The model with its weights, ready to evaluate; safetensors only.

    Raises:
        ConfigError: if the files cannot be read, or lack weights, which would be left random, or
            the weights do not fit in the devices that `device_map` spreads them over.
    """
    spread = {} if device_map is None else {"device_map": device_map}
    try:
        model, loaded = _AUTO[_kind(config)].from_pretrained(
            **source.options,
            **spread,
            config=config,
            dtype=dtype,
            use_safetensors=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, ImportError, SafetensorError) as error:
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
    if device_map is None:
        model = model.to(device)  # type: ignore[arg-type]
    _check_all_loaded(model, source)
    return model.eval().requires_grad_(False)


def _check_all_loaded(model: PreTrainedModel, source: Source) -> None:
    """Check that no weight was left on the disk, or is brought to a device only when it is used."""
    away = {place for place in getattr(model, "hf_device_map", {}).values() if place == "disk"}
    on_meta = sum(parameter.is_meta for parameter in model.parameters())
    if away or on_meta:
        raise ConfigError(
            f"model.path={source.path}: {on_meta} of its weights do not fit in the memory of the "
            "devices, and an offloaded weight cannot be edited. Use more or larger devices, or a "
            "smaller model.dtype."
        )


CAUSAL, MASKED, SEQ2SEQ, OTHER = "causal", "masked", "seq2seq", "other"
_AUTO: dict[str, Any] = {
    CAUSAL: AutoModelForCausalLM,
    MASKED: AutoModelForMaskedLM,
    SEQ2SEQ: AutoModelForSeq2SeqLM,
    OTHER: AutoModel,
}


def _kind(config: PretrainedConfig) -> str:
    """What kind of model a configuration describes, by its architecture, then by its type."""
    if is_masked(config):
        return MASKED
    named = [name for name in config.architectures or () if "ForConditionalGeneration" in name]
    if (
        named
        and config.is_encoder_decoder
        and type(config) in MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING
    ):
        return SEQ2SEQ
    for kind, mapping in (
        (CAUSAL, MODEL_FOR_CAUSAL_LM_MAPPING),
        (SEQ2SEQ, MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING),
        (MASKED, MODEL_FOR_MASKED_LM_MAPPING),
    ):
        if type(config) in mapping:
            return kind
    return OTHER
