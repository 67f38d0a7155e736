"""The implementation of a model's attention: the one that is wanted, or one that is there."""

from __future__ import annotations

import copy
import importlib.util
import logging
from collections.abc import Callable

import torch
from transformers import PretrainedConfig, PreTrainedModel

from laser_sweep.config import AUTO
from laser_sweep.config.model import ATTENTIONS
from laser_sweep.errors import ConfigError, one_line, shorten

_FLASH = "flash_attention"
_PACKAGES = {"flash_attention_2": "flash_attn", "flash_attention_3": "flash_attn_interface"}
_HALF = (torch.float16, torch.bfloat16)

log = logging.getLogger(__name__)

Build = Callable[[PretrainedConfig], PreTrainedModel]
"""A function that makes the model of a configuration, on the meta device."""


def set_attention(
    config: PretrainedConfig, wanted: str, device: str, dtype: torch.dtype, build: Build
) -> None:
    """Set a configuration's attention to the one that `model.attention` means on this machine.

    `auto` means the one that the configuration names; if that is not there, the choice of
    transformers, which the log tells.

    Args:
        config: the configuration; changed in place.
        wanted: the value of `model.attention`.
        device: the device of the model.
        dtype: the dtype of the model.
        build: the function that makes the model.

    Raises:
        ConfigError: if the wanted one is not there, or the model does not have it.
    """
    if wanted != AUTO:
        if why := _missing(config, wanted, device, dtype, build):
            raise ConfigError(
                f"model.attention={wanted} cannot be used: {why}. Expected auto, or another of "
                f"{', '.join(ATTENTIONS[1:])}."
            )
        config._attn_implementation = wanted
        return
    for name in sorted(_named(config)):
        if why := _missing(config, name, device, dtype, build):
            config._attn_implementation = None
            chosen = build(copy.deepcopy(config)).config._attn_implementation
            log.warning(
                "The model's configuration names the attention %s, which cannot be used: %s. "
                "model.attention=auto: %s is used.",
                name,
                why,
                chosen,
            )
            return


def without_attention(config: PretrainedConfig) -> PretrainedConfig:
    """The configuration without the name of an attention, which transformers then chooses."""
    if not _named(config):
        return config
    config = copy.deepcopy(config)
    config._attn_implementation = None
    return config


def _named(config: PretrainedConfig) -> set[str]:
    """The attentions that a configuration and its parts name."""
    parts = (getattr(config, name, None) for name in config.sub_configs)
    found = {part._attn_implementation for part in (config, *parts) if part is not None}
    return {name for name in found if name}


def _missing(
    config: PretrainedConfig, name: str, device: str, dtype: torch.dtype, build: Build
) -> str | None:
    """The reason why an attention cannot be used; None if it can."""
    package = _PACKAGES.get(name)
    if package and importlib.util.find_spec(package) is None:
        return f"the package {package} is not installed"
    if "/" in name:
        return "it is code from the hub, which is not run"
    if name.startswith(_FLASH) and device == "cpu":
        return "it needs an accelerator, and the device is cpu"
    if name.startswith(_FLASH) and dtype not in _HALF:
        return f"it computes in float16 or bfloat16, not in {str(dtype).removeprefix('torch.')}"
    with_it = copy.deepcopy(config)
    with_it._attn_implementation = name
    try:
        build(with_it)
    except (ImportError, ValueError, RuntimeError) as error:
        return shorten(one_line(error).rstrip("."), 200)
    return None
