"""`model`: a transformer, and how it is loaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from omegaconf import MISSING

from laser_sweep.config._folder_name import folder_name
from laser_sweep.config.layout import LayoutConfig
from laser_sweep.errors import ConfigError, choose

AUTO = "auto"
"""The value that leaves a choice to the program."""
HALF_DTYPES = ("bfloat16", "float16")
FLOAT_DTYPES = ("float32", *HALF_DTYPES)
DTYPES = (AUTO, *FLOAT_DTYPES)
ATTENTIONS = (AUTO, "eager", "sdpa", "flash_attention_2")
DECODER, ENCODER = SIDES = ("decoder", "encoder")
DEVICE_MAPS = (AUTO, "balanced", "balanced_low_0", "sequential")


@dataclass
class ModelConfig:
    """A transformer from the Hugging Face hub or from a folder."""

    path: str = MISSING
    """A hub id, a folder, or a .gguf file."""
    name: str | None = None
    """The name of the results' folder; by default the last part of `path`."""
    revision: str | None = None
    """A branch, tag or commit on the hub."""
    dtype: str = AUTO
    """`auto`, `float32`, `bfloat16` or `float16`; `auto` is float32 on a CPU, else the
    checkpoint's dtype."""
    attention: str = AUTO
    """`auto`, `eager`, `sdpa` or `flash_attention_2`; `auto` is the one that config.json names or,
    if that cannot be used here, the choice of transformers."""
    device: str = AUTO
    """`auto`, `cpu`, `cuda`, `cuda:1`, `mps` or `xpu`."""
    device_map: str | None = None
    """`auto`, `balanced`, `balanced_low_0` or `sequential`: spread the model over several devices;
    needs `laser_sweep[devices]`."""
    side: str = DECODER
    """The blocks of an encoder-decoder that are edited: `decoder` or `encoder`."""
    layout: LayoutConfig = field(default_factory=LayoutConfig)

    def __post_init__(self) -> None:
        choose("model.dtype", self.dtype, DTYPES)
        choose("model.attention", self.attention, ATTENTIONS)
        choose("model.side", self.side, SIDES)
        if self.device_map is not None:
            choose("model.device_map", self.device_map, DEVICE_MAPS)
            if self.device != AUTO:
                raise ConfigError(
                    f"model.device={self.device} and model.device_map={self.device_map} are both "
                    "given: expected one of them."
                )
        if not self.path:
            raise ConfigError("model.path is not set: expected a hub id or a folder.")
        self.name = folder_name("model.name", self.name, Path(self.path).absolute().name)
