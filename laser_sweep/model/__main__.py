"""The command `python -m laser_sweep.model NAME`: where (ℓ, τ) is in a model, without its weights.

NAME is a hub id, a folder with a config.json, or an option of the config group `model`.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from tabulate import tabulate

from laser_sweep.config import SIDES, conf_folder, explain
from laser_sweep.config.layout import LayoutConfig
from laser_sweep.errors import ConfigError, choose
from laser_sweep.model.layout import Layout
from laser_sweep.model.matrix import Matrix
from laser_sweep.terminal import say

HEADERS = ("ℓ", "τ", "expert", "parameter", "shape (out, in)", "full rank")


def main() -> None:
    """Print a model's matrices, or one clear line."""
    arguments = _parser().parse_args()
    try:
        say(describe(arguments))
    except ConfigError as error:
        sys.exit(f"laser_sweep: {error}")


def describe(arguments: argparse.Namespace) -> str:
    """The table of a model's matrices, as text.

    Raises:
        ConfigError: if there is no such model, or no matrix is found in it.
    """
    from laser_sweep.model import load
    from laser_sweep.model.layout_finder import find_layout
    from laser_sweep.model.source import config_source

    given = _option(arguments.model)
    choose("--side", arguments.side, SIDES)
    written = _layout(arguments.layout) if arguments.layout else given.get("layout", {})
    revision = arguments.revision or given.get("revision")
    source = config_source(given.get("path", arguments.model), revision)
    skeleton = load.skeleton(load.load_config(source))
    layout = find_layout(skeleton, arguments.model, _typed(written).given, arguments.side)
    rows = list(_rows(layout, arguments.experts))
    if arguments.csv:
        return "\n".join(",".join(f'"{cell}"' for cell in row) for row in [HEADERS, *rows])
    title = f"{arguments.model}: {type(skeleton).__name__}, {len(layout.blocks)} layers"
    return f"{title}\n\n{tabulate(rows, HEADERS, disable_numparse=True)}"


def _rows(layout: Layout, experts: bool) -> Iterator[tuple[str, ...]]:
    for lnum, block in enumerate(layout.blocks):
        if not block:
            yield str(lnum), "–", "", "no known matrix", "", ""
        for lname, matrices in block.items():
            for alike in _alike(matrices, experts):
                yield _row(lnum, lname, alike)


def _alike(matrices: tuple[Matrix, ...], experts: bool) -> Iterator[list[Matrix]]:
    """Each expert by itself, or all that differ by nothing but their number together."""
    if experts:
        yield from ([matrix] for matrix in matrices)
        return
    for _, same in groupby(matrices, key=lambda m: (type(m.expert), m.shape, m.rows)):
        yield list(same)


def _row(lnum: int, lname: str, alike: list[Matrix]) -> tuple[str, ...]:
    first, last = alike[0], alike[-1]
    expert = "" if first.expert is None else str(first.expert)
    name = first.name
    if len(alike) > 1:
        expert = f"{first.expert}..{last.expert}"
        name = re.sub(rf"(\[|experts\.(?:expert_)?){first.expert}(?=[].])", r"\1*", name)
    if first.shared_with:
        name += f" (also {', '.join(first.shared_with[:2])})"
    return str(lnum), lname, expert, name, f"{first.shape}", str(first.full_rank)


def _option(name: str) -> dict[str, Any]:
    """The YAML of `model=NAME`, if the config group has it."""
    path = conf_folder() / "model" / f"{name}.yaml"
    if "/" in name or Path(name).is_dir() or not path.is_file():
        return {}
    given: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return given if "${" not in str(given.get("path", "")) else {**given, "path": _builtin(given)}


def _builtin(given: dict[str, Any]) -> str:
    from laser_sweep.config import PACKAGE

    return str(PACKAGE / "builtin" / given["path"].removeprefix("${builtin:").removesuffix("}"))


def _layout(path: str) -> dict[str, Any]:
    """The key `layout` of a YAML file such as those in conf/model/."""
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"--layout {path}: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("layout"), dict):
        raise ConfigError(f"--layout {path}: expected a YAML file with the key layout.")
    layout: dict[str, Any] = content["layout"]
    return layout


def _typed(written: dict[str, Any]) -> LayoutConfig:
    try:
        merged: Any = OmegaConf.merge(OmegaConf.structured(LayoutConfig), written)
        layout: Any = OmegaConf.to_object(merged)
    except OmegaConfBaseException as error:
        raise explain(error) from error
    assert isinstance(layout, LayoutConfig)
    return layout


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.model",
        description="Lists the matrices of a model: layer, matrix type, parameter, shape and full "
        "rank, from its configuration alone.",
    )
    parser.add_argument("model", help="a hub id, a folder, or an option of model=")
    parser.add_argument("--revision", help="a branch, tag or commit on the hub")
    parser.add_argument("--layout", metavar="YAML", help="a file whose key `layout` says where")
    parser.add_argument(
        "--side",
        default="decoder",
        help="the blocks of an encoder-decoder: encoder or decoder",
    )
    parser.add_argument("--experts", action="store_true", help="a line for each expert")
    parser.add_argument("--csv", action="store_true", help="comma-separated values")
    return parser


if __name__ == "__main__":
    main()
