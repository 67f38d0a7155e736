"""The command `python -m laser_sweep.model NAME`: the matrices of a model, without its weights.

NAME is a hub id, a folder with a config.json, or a value of the option `model`.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import yaml
from tabulate import tabulate

from laser_sweep.config import SIDES, LayoutConfig, ModelConfig, conf_folder, register, typed
from laser_sweep.config.model import DECODER
from laser_sweep.entry import entry
from laser_sweep.errors import ConfigError, choose
from laser_sweep.model.layout import Layout
from laser_sweep.model.matrix import Matrix
from laser_sweep.terminal import say

_HEADERS = ("ℓ", "τ", "expert", "parameter", "shape (out, in)", "full rank")


def main() -> None:
    """Print the matrices of a model."""
    arguments = _parser().parse_args()
    entry("laser_sweep.model", lambda: say(_text(arguments)))


def _text(arguments: argparse.Namespace) -> str:
    """The table of a model's matrices.

    Raises:
        ConfigError: if the model does not exist, or none of its matrices is found.
    """
    from laser_sweep.model import load
    from laser_sweep.model.layout_finder import find_layout
    from laser_sweep.model.source import config_source

    choose("--side", arguments.side, SIDES)
    configured = _configured(arguments.model)
    path = configured.path if configured else arguments.model
    revision = arguments.revision or (configured.revision if configured else None)
    written = _read_layout(arguments.layout) if arguments.layout else None
    written = written or (configured.layout if configured else None)
    skeleton = load.skeleton(load.load_config(config_source(path, revision)))
    layout = find_layout(skeleton, arguments.model, written, arguments.side)
    rows = list(_rows(layout, arguments.experts))
    if arguments.csv:
        return _csv(rows)
    title = f"{arguments.model}: {type(skeleton).__name__}, {len(layout.blocks)} layers"
    return f"{title}\n\n{tabulate(rows, _HEADERS, disable_numparse=True)}"


def _csv(rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([_HEADERS, *rows])
    return text.getvalue().removesuffix("\n")


def _rows(layout: Layout, by_expert: bool) -> Iterator[tuple[str, ...]]:
    for lnum, block in enumerate(layout.blocks):
        if not block:
            yield str(lnum), "–", "", "no known matrix", "", ""
        for lname, matrices in block.items():
            for run in _runs(matrices, by_expert):
                yield _row(lnum, lname, run)


def _runs(matrices: tuple[Matrix, ...], by_expert: bool) -> Iterator[list[Matrix]]:
    """The matrices of one row each: one expert, or the experts that differ in number only."""
    if by_expert:
        yield from ([matrix] for matrix in matrices)
        return
    for _, run in groupby(matrices, key=lambda m: (type(m.expert), m.shape, m.rows)):
        yield list(run)


def _row(lnum: int, lname: str, run: list[Matrix]) -> tuple[str, ...]:
    first, last = run[0], run[-1]
    expert = "" if first.expert is None else str(first.expert)
    name = first.name
    if len(run) > 1:
        expert = f"{first.expert}..{last.expert}"
        name = re.sub(rf"(\[|experts\.(?:expert_)?){first.expert}(?=[].])", r"\1*", name)
    if first.shared_with:
        name += f" (also {', '.join(first.shared_with[:2])})"
    return str(lnum), lname, expert, name, f"{first.shape}", str(first.full_rank)


def _configured(name: str) -> ModelConfig | None:
    """The configuration of `model=NAME`; None if the option has no such value.

    Raises:
        ConfigError: if the YAML file has a mistake.
    """
    path = conf_folder() / "model" / f"{name}.yaml"
    if "/" in name or Path(name).is_dir() or not path.is_file():
        return None
    register()
    return typed(ModelConfig, yaml.safe_load(path.read_text(encoding="utf-8")))


def _read_layout(path: str) -> LayoutConfig:
    """The key `layout` of a YAML file such as those in conf/model/.

    Raises:
        ConfigError: if the file cannot be read, lacks the key, or has a mistake.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"--layout {path}: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("layout"), dict):
        raise ConfigError(f"--layout {path}: expected a YAML file with the key layout.")
    return typed(LayoutConfig, content["layout"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.model",
        description="List the matrices of a model: layer, matrix type, parameter, shape and full "
        "rank. The model's configuration is enough; its weights are not read.",
    )
    parser.add_argument("model", help="a hub id, a folder, or a value of model=")
    parser.add_argument("--revision", help="a branch, tag or commit on the hub")
    parser.add_argument(
        "--layout", metavar="YAML", help="a file whose key `layout` describes the model"
    )
    parser.add_argument(
        "--side",
        default=DECODER,
        help=f"the side of an encoder-decoder: {' or '.join(SIDES)} [{DECODER}]",
    )
    parser.add_argument("--experts", action="store_true", help="a row for each expert")
    parser.add_argument("--csv", action="store_true", help="print comma-separated values")
    return parser


if __name__ == "__main__":
    main()
