"""Tiny models to export, and their weights and outcomes to compare."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import torch
from torch import nn
from transformers import PreTrainedModel, Zamba2ForCausalLM

from laser_sweep import read_results
from laser_sweep.config import PACKAGE
from laser_sweep.model import load
from laser_sweep.model.source import find_source

from .most_used import MASKED, make
from .tiny import FAMILIES, make_model, make_tokenizer, zamba2_config

DEMO = PACKAGE / "builtin" / "demo"


class Swept(NamedTuple):
    """A tiny model, and the folder of a sweep over it."""

    model: Path
    folder: Path


Sweeper = Callable[..., Swept]


def weights(model: nn.Module) -> dict[str, torch.Tensor]:
    return dict(model.state_dict())


def assert_same_weights(ours: nn.Module, theirs: nn.Module) -> None:
    assert weights(ours).keys() == weights(theirs).keys()
    for name, value in weights(ours).items():
        assert value.dtype == weights(theirs)[name].dtype
        assert torch.equal(value, weights(theirs)[name]), name


def outcomes(folder: Path, point: str) -> pd.DataFrame:
    """What a sweep says of a point: one row for each example."""
    results = read_results(folder)
    rows = results[results["point"] == point].sort_values("example", ignore_index=True)
    return rows[["example", "part", "correct", "answer_logprob", "prediction"]]


def loaded(path: Path, dtype: str = "float32") -> PreTrainedModel:
    """A model as sweeps load it."""
    source = find_source(str(path), None)
    return load.load_model(source, load.load_config(source), getattr(torch, dtype), "cpu")


def zamba2() -> PreTrainedModel:
    """A hybrid whose layers 1 and 3 are the same tensors, but for an adapter."""
    torch.manual_seed(0)
    return Zamba2ForCausalLM(zamba2_config())


def save_tiny(family: str, folder: Path) -> Path:
    """A tiny model of a family, with weights of its own and a tokenizer."""
    path = folder / "models" / family
    made = {"zamba2": zamba2, **{name: partial(make_model, name) for name in FAMILIES}}
    model = made[family]() if family in made else make(family)[0]
    model.save_pretrained(path)
    make_tokenizer("roberta" if family in MASKED else "gptj").save_pretrained(path)
    return path
