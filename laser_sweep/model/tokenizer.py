"""Loading a tokenizer, through transformers."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import tokenizers
import transformers
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.model.gguf_tokenizer import split_as_written
from laser_sweep.model.lfs import check_not_pointer
from laser_sweep.model.source import Source

_SENTENCEPIECE = {"sentencepiece": "sentencepiece", "protobuf": "google.protobuf"}
"""The packages, and their modules, that read a `tokenizer.model` without a `tokenizer.json`."""


def load_tokenizer(source: Source) -> PreTrainedTokenizerBase:
    """The tokenizer of a model.

    Raises:
        ConfigError: if the tokenizer is missing or cannot be loaded.
    """
    try:
        tokenizer = _load(**source.options)
    except ConfigError as error:
        raise ConfigError(f"model.path={source.path}: no tokenizer: {error}") from error
    if source.is_gguf:
        split_as_written(tokenizer, Path(source.path).expanduser())
    return tokenizer


def load_length_tokenizer(path: str) -> PreTrainedTokenizerBase:
    """The tokenizer that measures the length of answers: a hub id or a folder.

    Raises:
        ConfigError: if the tokenizer is missing or cannot be reached; the error names the download.
    """
    folder = Path(path).expanduser()
    for file in folder.glob("tokenizer*"):
        check_not_pointer(f"dataset.length_tokenizer={path}", file)
    try:
        return _load(pretrained_model_name_or_path=str(folder))
    except ConfigError as error:
        raise ConfigError(
            f"dataset.length_tokenizer={path} cannot be loaded: {error} Where there is "
            f"network, run `hf download {path} --include 'tokenizer*'`, or give a folder with a "
            "tokenizer of Llama-2; null measures nothing."
        ) from error


def _load(**options: Any) -> PreTrainedTokenizerBase:
    try:
        tokenizer = AutoTokenizer.from_pretrained(**options)
    except (OSError, KeyError) as error:
        raise ConfigError(one_line(error)) from error
    # tokenizers raises a plain Exception for a file that it cannot read.
    except Exception as error:
        raise ConfigError(
            f"tokenizers {tokenizers.__version__} and transformers {transformers.__version__} "
            f"cannot read it: {one_line(error)}.{_needed()}"
        ) from error
    assert isinstance(tokenizer, PreTrainedTokenizerBase)
    return tokenizer


def _needed() -> str:
    """The packages to install for a `tokenizer.model`, in a sentence; empty if all are there."""
    missing = [name for name, module in _SENTENCEPIECE.items() if not _is_there(module)]
    if not missing:
        return ""
    return f" A tokenizer.model without a tokenizer.json needs: pip install {' '.join(missing)}"


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # of the package above it
        return False
