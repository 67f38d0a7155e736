"""GGUF files: llama.cpp's format of a whole model, which transformers reads with `gguf`."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from laser_sweep.errors import ConfigError
from laser_sweep.model.lfs import begins_with, check_not_pointer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_MAGIC = b"GGUF"
"""The first bytes of such a file."""
_PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$")
_PACKAGES = ("gguf", "accelerate")


def is_gguf(path: Path) -> bool:
    """Whether a path is that of a GGUF file, by the ending of its name."""
    return path.is_file() and path.suffix.lower() == ".gguf"


def check_gguf(path: Path) -> None:
    """Check that a file is whole and GGUF, and that the packages that read it are there.

    Raises:
        ConfigError: if not.
    """
    where = f"model.path={path}"
    check_not_pointer(where, path)
    if not begins_with(path, _MAGIC):
        raise ConfigError(f"{where}: this is not a GGUF file, though its name ends in .gguf.")
    if _PART.search(path.name):
        raise ConfigError(
            f"{where}: this is one part of a GGUF file, and transformers reads whole ones. Merge "
            "the parts: llama-gguf-split --merge FIRST_PART OUTPUT."
        )
    if missing := [name for name in _PACKAGES if importlib.util.find_spec(name) is None]:
        raise ConfigError(
            f"{where}: GGUF files need {' and '.join(missing)}: pip install 'laser_sweep[gguf]'."
        )


def make_plain(model: PreTrainedModel) -> None:
    """Make a model whose weights are dense one that is saved like any other."""
    for holder in (model, model.config):
        for name in ("hf_quantizer", "quantization_config", "quantization_method", "is_quantized"):
            vars(holder).pop(name, None)


def dequantised() -> dict[str, Any]:
    """The arguments with which `from_pretrained` makes all weights of a GGUF file dense."""
    try:
        from transformers import GgufConfig
    except ImportError:  # of a version that always makes them dense
        return {}
    return {"quantization_config": GgufConfig(dequantize=True)}
