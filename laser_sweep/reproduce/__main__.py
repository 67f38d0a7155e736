"""Evaluate an exported point again: `python -m laser_sweep.reproduce DIR`."""

from __future__ import annotations

import argparse
from pathlib import Path

from laser_sweep.entry import entry
from laser_sweep.terminal import say


def main() -> None:
    """Evaluate base and point, and print whether the figures are those of the sweep."""
    arguments = _parser().parse_args()
    entry("laser_sweep.reproduce", lambda: _reproduce(arguments))


def _reproduce(arguments: argparse.Namespace) -> int:
    # It imports torch, which --help should not wait for.
    from laser_sweep.reproduce.evaluation import reproduce
    from laser_sweep.reproduce.text import text

    found = reproduce(
        arguments.recipe, model=arguments.model, data=arguments.data, device=arguments.device
    )
    say(text(found))
    return 0 if found.is_same else 1


_OPTIONS = {
    "--model": ("PATH", "the place of the original model, if it has moved"),
    "--data": ("PATH", "the place of the dataset's rows, if they have moved"),
    "--device": ("DEVICE", "evaluate on cpu, cuda or cuda:1; default: the device of the sweep"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.reproduce",
        description="Take the original model and the dataset that a recipe names, make its edit, "
        "evaluate the model with and without it on the same examples as the sweep, and say whether "
        "the figures are the same. The exit status is 0 if they are, up to rounding, and else 1.",
    )
    folder = "the folder of an export, or a recipe.json"
    parser.add_argument("recipe", type=Path, metavar="DIR", help=folder)
    for name, (metavar, meaning) in _OPTIONS.items():
        parser.add_argument(name, metavar=metavar, help=meaning)
    return parser


if __name__ == "__main__":
    main()
