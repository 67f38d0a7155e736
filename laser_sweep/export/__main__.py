"""Write the chosen point as a model: `python -m laser_sweep.export FOLDER --to DIR`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from laser_sweep.errors import ConfigError, one_line
from laser_sweep.logs import log_to_terminal
from laser_sweep.terminal import say

_INTERRUPTED = 130
"""The exit status of a program that an interrupt ended, as shells have it."""


def main() -> None:
    """Export, and say where to; one clear line for a mistake of the user's."""
    arguments = _parser().parse_args()
    log_to_terminal()
    try:
        say(_export(arguments))
    except (ConfigError, OSError) as error:
        sys.exit(f"laser_sweep.export: {one_line(error)}")
    except KeyboardInterrupt:
        print(f"laser_sweep.export: interrupted; {arguments.to} is not written.", file=sys.stderr)
        sys.exit(_INTERRUPTED)


def _export(arguments: argparse.Namespace) -> str:
    from laser_sweep.export.write import export

    return export(
        arguments.folder,
        arguments.to,
        point=arguments.point,
        dtype=arguments.dtype,
        path=arguments.model,
        device=arguments.device,
    )


_OPTIONS = {
    "--point": ("NAME", "another point than the chosen one, by its name in the report; `base`"),
    "--dtype": (
        "DTYPE",
        "save in float32, bfloat16 or float16, rounding the weights; default: what the sweep "
        "evaluated in",
    ),
    "--model": ("PATH", "where the original model is now, if it has moved"),
    "--device": ("DEVICE", "where to edit: cpu, cuda, cuda:1; default: as the sweep was told"),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.export",
        description="Write what a sweep chose as a model that transformers loads, with a model "
        "card of the report's numbers and a recipe that edits the original weights alike.",
    )
    folder = "a sweep's folder, such as multirun/demo/noisy_facts/rank_reduction"
    parser.add_argument("folder", type=Path, help=folder)
    to = "a new or an empty folder"
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help=to)
    for name, (metavar, meaning) in _OPTIONS.items():
        parser.add_argument(name, metavar=metavar, help=meaning)
    return parser


if __name__ == "__main__":
    main()
