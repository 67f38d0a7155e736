"""A model of transformers with two factors in place of some matrices, and its modelling file."""

from __future__ import annotations

import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel

from laser_sweep import __version__
from laser_sweep.export.edits import EditedModel
from laser_sweep.export.formats._contract import Kept
from laser_sweep.export.formats._places import layer_of
from laser_sweep.intervention import Factors
from laser_sweep.model.load import is_masked
from laser_sweep.model.matrix import Matrix, Rows
from laser_sweep.report.templates import template

_FILE = "modeling_low_rank.py"


@dataclass(frozen=True)
class LowRankModel:
    """A model with factors, read again from the files that were written.

    Attributes:
        model: the model.
        file: the name of the modelling file.
        auto_class: the class of transformers that loads it.
    """

    model: PreTrainedModel
    file: str
    auto_class: str


def is_smaller(rank: int, shape: tuple[int, int]) -> bool:
    """Whether two factors of a rank have fewer values than a matrix of a shape (out, in)."""
    rows, columns = shape
    return max(rank, 1) * (rows + columns) < rows * columns


def build(folder: Path, edited: EditedModel, kept: Kept, dtype: torch.dtype) -> LowRankModel:
    """Write a model with its factors into a folder, and read it again.

    Args:
        folder: the folder.
        edited: the edited model, in `dtype`.
        kept: the factors of each changed matrix; None where it stays dense.
        dtype: the dtype of the weights.
    """
    dense = edited.model
    layers = _layers(kept)
    (folder / _FILE).write_text(_modelling(dense), encoding="utf-8")
    module = _imported(folder / _FILE)
    config = _config(module, dense, layers)
    cls = getattr(module, _low_rank(type(dense)))
    with torch.device("meta"):
        model = cls(config)
    weights = _weights(dense, layers)
    model.load_state_dict(weights, strict=False, assign=True)
    model.tie_weights()
    if dense.can_generate():
        model.generation_config = dense.generation_config
    model.save_pretrained(folder)
    again = cls.from_pretrained(folder, dtype=dtype, local_files_only=True)
    return LowRankModel(again.to(dense.device).eval(), _FILE, _auto_class(dense))


def _layers(kept: Kept) -> dict[str, list[tuple[Matrix, Factors]]]:
    """The matrices with factors by the layer that they are in, in the order of their rows."""
    layers: dict[str, list[tuple[Matrix, Factors]]] = defaultdict(list)
    for matrix, factors in kept.items():
        if factors is not None:
            layers[layer_of(matrix)].append((matrix, factors))
    return {
        name: sorted(parts, key=lambda part: _rows(part[0]).start) for name, parts in layers.items()
    }


def _rows(matrix: Matrix) -> Rows:
    """The rows of the layer's output that are the matrix's."""
    return matrix.rows or Rows(1, 0, matrix.shape[0])


def _modelling(model: PreTrainedModel) -> str:
    """The modelling file for the class of a model."""
    base, config = type(model.base_model), type(model.config)
    classes = sorted({base, type(model)}, key=lambda cls: cls is not base)
    return template("laser_sweep.export.formats", "modeling_low_rank.jinja").render(
        version=__version__,
        base_class=base.__name__,
        classes=[cls.__name__ for cls in classes],
        model_module=type(model).__module__,
        config_class=config.__name__,
        config_module=config.__module__,
        model_type=f"low_rank_{model.config.model_type}",
    )


def _imported(path: Path) -> ModuleType:
    """The modelling file as a module."""
    name = f"laser_sweep_{path.stem}_{abs(hash(path))}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their own module up
    spec.loader.exec_module(module)
    return module


def _low_rank(cls: type) -> str:
    return f"LowRank{cls.__name__}"


def _auto_class(model: PreTrainedModel) -> str:
    return "AutoModelForMaskedLM" if is_masked(model.config) else "AutoModelForCausalLM"


def _config(
    module: ModuleType, dense: PreTrainedModel, layers: dict[str, list[tuple[Matrix, Factors]]]
) -> Any:
    """The configuration of the model with factors."""
    cls = getattr(module, _low_rank(type(dense.config)))
    given = {name: v for name, v in dense.config.to_dict().items() if name != "model_type"}
    config = cls.from_dict(given)
    prefix = f"{dense.base_model_prefix}."
    config.low_rank = [
        {"module": name.removeprefix(prefix), "parts": [_part(*part) for part in parts]}
        for name, parts in layers.items()
    ]
    stem, base = Path(_FILE).stem, type(dense.base_model)
    config.architectures = [_low_rank(type(dense))]
    config.auto_map = {
        "AutoConfig": f"{stem}.{cls.__name__}",
        "AutoModel": f"{stem}.{_low_rank(base)}",
        _auto_class(dense): f"{stem}.{_low_rank(type(dense))}",
    }
    return config


def _part(matrix: Matrix, factors: Factors) -> dict[str, int]:
    return {**_rows(matrix)._asdict(), "rank": factors.rank}


def _weights(
    dense: PreTrainedModel, layers: dict[str, list[tuple[Matrix, Factors]]]
) -> dict[str, Tensor]:
    """The weights of the model with factors, by name."""
    weights = dict(dense.state_dict())
    for name, parts in layers.items():
        weight = weights.pop(f"{name}.weight")
        bias = weights.pop(f"{name}.bias", None)
        of_layer = dict(_layer_weights(dense.get_submodule(name), weight, bias, parts))
        weights |= {f"{name}.{key}": value for key, value in of_layer.items()}
    return weights


def _layer_weights(
    layer: nn.Module, weight: Tensor, bias: Tensor | None, parts: list[tuple[Matrix, Factors]]
) -> Iterator[tuple[str, Tensor]]:
    """The weights of a layer with factors, by their names in it."""
    rows = weight if isinstance(layer, nn.Linear) else weight.T
    if parts[0][0].rows is None:
        yield from _product("", parts[0][1], bias, weight)
        return
    groups = _rows(parts[0][0]).groups
    rest = torch.ones(len(rows) // groups, dtype=torch.bool, device=rows.device)
    for number, (matrix, factors) in enumerate(parts):
        _, start, size = _rows(matrix)
        rest[start : start + size] = False
        of_part = None if bias is None else _grouped(bias, groups)[:, start : start + size]
        yield from _product(f"products.{number}.", factors, of_part, weight)
    if rest.any():
        yield "rest.weight", _grouped(rows, groups)[:, rest].flatten(0, 1).contiguous()
        if bias is not None:
            yield "rest.bias", _grouped(bias, groups)[:, rest].flatten().contiguous()


def _product(
    prefix: str, factors: Factors, bias: Tensor | None, like: Tensor
) -> Iterator[tuple[str, Tensor]]:
    yield f"{prefix}down.weight", factors.down.to(like).contiguous()
    yield f"{prefix}up.weight", factors.up.to(like).contiguous()
    if bias is not None:
        yield f"{prefix}up.bias", bias.flatten().contiguous()


def _grouped(values: Tensor, groups: int) -> Tensor:
    return values.unflatten(0, (groups, -1))
