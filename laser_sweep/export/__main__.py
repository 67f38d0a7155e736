"""Write a sweep's point as a model: `python -m laser_sweep.export FOLDER --to DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path

from laser_sweep.entry import entry
from laser_sweep.terminal import say


def main() -> None:
    """Export a point, and print where to."""
    arguments = _parser().parse_args()
    entry(
        "laser_sweep.export",
        lambda: _export(arguments),
        interrupted=f"{arguments.to} is not written",
    )


def _export(arguments: argparse.Namespace) -> None:
    from laser_sweep.export.push import check_push, push
    from laser_sweep.export.write import export  # imports torch, which --help should not wait for

    if arguments.push is not None:
        check_push(arguments.push)
    written = export(
        arguments.folder,
        arguments.to,
        format=arguments.format,
        point=arguments.point,
        dtype=arguments.dtype,
        path=arguments.model,
        device=arguments.device,
    )
    say(written)
    if arguments.push is not None:
        say(f"It is pushed to {push(arguments.to, arguments.push, private=arguments.private)}.")


_FORMATS = (
    "dense: a model that everything loads (the default); factored: two factors for each edited "
    "matrix, smaller and faster; lora: an adapter for PEFT; patch: the edited matrices alone"
)
_OPTIONS = {
    "--point": (
        "NAME",
        "another point than the chosen one, by its name in the report, or base, or stack for the "
        "composed one",
    ),
    "--dtype": (
        "DTYPE",
        "save in float32, bfloat16 or float16, rounding the weights; default: the dtype that the "
        "sweep evaluated in",
    ),
    "--model": ("PATH", "the place of the original model, if it has moved"),
    "--device": ("DEVICE", "edit on cpu, cuda or cuda:1; default: the device of the sweep"),
    "--push": ("NAME", "push the folder to the hub, too, as the repository user/model"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.export",
        description="Write the chosen point of a sweep as a model that transformers loads, with a "
        "model card of the report's figures and a recipe for the same edit of the original "
        "weights.",
    )
    folder = "a sweep's folder, such as multirun/demo/noisy_facts/rank_reduction"
    parser.add_argument("folder", type=Path, help=folder)
    to = "a new or an empty folder"
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help=to)
    parser.add_argument("--format", metavar="FORMAT", default="dense", help=_FORMATS)
    for name, (metavar, meaning) in _OPTIONS.items():
        parser.add_argument(name, metavar=metavar, help=meaning)
    parser.add_argument("--private", action="store_true", help="make a new repository private")
    return parser


if __name__ == "__main__":
    main()
