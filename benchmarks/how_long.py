"""The estimate of a dry run beside what the same command took.

    python benchmarks/how_long.py --model FOLDER --task FOLDER

FOLDER is a model of any size, and a task of BIG-bench. Each command is estimated in a process of
its own, runs, and is estimated again, since other programs may use the cores meanwhile. Then follow
typical sweeps, which are computed and not run. Both tables go to standard output and to a file.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from _page import command_line
from _processes import GIB, HERE, machine, run
from tabulate import tabulate
from transformers import GPT2Config, GPTJConfig, LlamaConfig, PretrainedConfig

from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.load import skeleton
from laser_sweep.plan.estimate import Shape, Texts, Work, decomposition

DEMO = ("lnum=0..27", "rate=1,5,9.9")
HEADERS = (
    "sweep",
    "points",
    "estimate, s",
    "took, s",
    "took / estimate",
    "peak, GiB",
    "took / estimate",
)
TYPICAL_HEADERS = (
    "model", "points", "PFLOP", "weights, GiB: float32, bfloat16", "50 GFLOP/s", "1 TFLOP/s",
    "100 TFLOP/s",
)  # fmt: skip
RATES = (5e10, 1e12, 1e14)
TYPICAL: dict[str, PretrainedConfig] = {
    "SmolLM2 135M": LlamaConfig(
        hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, vocab_size=49152, tie_word_embeddings=True,
    ),
    "GPT-2 124M": GPT2Config(),
    "GPT-J 6B": GPTJConfig(),
    "Llama 7B": LlamaConfig(),
}  # fmt: skip
EXAMPLES, LENGTH, RHOS = 200, 50, 3
ESTIMATE = """
import sys
from laser_sweep.command.configurations import configurations
from laser_sweep.plan.estimate import estimate_of
from laser_sweep.plan.make import make_plan
config, = configurations(sys.argv[1:])
plan = make_plan(config)
missing = plan.missing(plan.evaluations)
found = estimate_of(plan, missing, measured=True)
print(len({each.point for each in missing}), found.seconds, found.memory.total)
"""


def estimated(options: Sequence[str]) -> tuple[int, float, float]:
    """The points to evaluate, and the estimate of seconds and bytes."""
    points, seconds, peak = run("-c", ESTIMATE, "-m", *options).output.split()[-3:]
    return int(points), float(seconds), float(peak)


def measure(name: str, options: Sequence[str], folder: str) -> list[str]:
    """One line of the table of measured sweeps; results of the folder are continued."""
    options = (*options, f"output={folder}")
    spare = tempfile.mkdtemp()
    shutil.copytree(folder, spare, dirs_exist_ok=True)
    points, before, peak = estimated(options)
    done = run("-m", "laser_sweep", "-m", *options)
    _, after, _ = estimated((*options[:-1], f"output={spare}"))
    shutil.rmtree(spare)
    middle = statistics.geometric_mean((before, after))
    return [
        name, f"{points}", f"{before:.0f}, {after:.0f}", f"{done.seconds:.0f}",
        f"{done.seconds / middle:.2f}", f"{done.peak / GIB:.2f}", f"{done.peak / peak:.2f}",
    ]  # fmt: skip


def typical(name: str, config: PretrainedConfig) -> list[str]:
    """One line of the table of typical sweeps: the grid of all layers and matrix types."""
    model = skeleton(config)
    layout = find_layout(model, name, None, None)
    shape, texts = Shape.of(model, layout), Texts.alike(EXAMPLES, LENGTH, 1, 1024)
    work, points = Work(shape.flops(texts) + shape.below(texts, 0, len(shape.layers))), 1
    for number, (layer, block) in enumerate(zip(shape.layers, layout.blocks, strict=True)):
        for lname in layer.entries:
            sizes = [decomposition(*matrix.shape) for matrix in block[lname]]
            work += Work(RHOS * shape.flops(texts, number, {lname}), sum(sizes))
            points += RHOS
    weights = [shape.parameters * size / GIB for size in (4, 2)]
    times = [_time(work.flops / rate) for rate in RATES]
    shown = ", ".join(f"{each:.1f}" for each in weights)
    return [name, f"{points}", f"{work.flops / 1e15:.2f}", shown, *times]


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def sweeps(model: Path | None, task: Path | None) -> Iterator[list[str]]:
    """The lines of the demo, and of a model with a task, which is then given more points."""
    with tempfile.TemporaryDirectory() as folder:
        yield measure("built-in model, noisy_facts", DEMO, folder)
    if model is None or task is None:
        return
    name = f"{model.name}, {task.name}"
    given = (
        f"model.path={model}", "model.name=m", "dataset=bigbench", f"dataset.name={task.name}",
        f"dataset.path={task}", "lnum=24..29", "rho=0.1",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        yield measure(name, (*given, "lname=fc_in"), folder)
        yield measure(f"{name}, more points of it", (*given, "lname=fc_in,fc_out"), folder)


def main() -> None:
    """Measure, compute, and write both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path)
    parser.add_argument("--task", type=Path)
    parser.add_argument("--output", type=Path, default=HERE / "how_long.md")
    given = parser.parse_args()
    typicals = [typical(name, config) for name, config in TYPICAL.items()]
    found: list[list[str]] = []
    for line in sweeps(given.model, given.task):
        found.append(line)
        given.output.write_text(_page(given, found, typicals))
    print(given.output.read_text())


def _page(
    given: argparse.Namespace, found: Sequence[Sequence[str]], typicals: Sequence[Sequence[str]]
) -> str:
    """The page with both tables."""
    measured = tabulate(found, HEADERS, tablefmt="github", disable_numparse=True)
    computed = tabulate(typicals, TYPICAL_HEADERS, tablefmt="github", disable_numparse=True)
    command = command_line()
    for folder in (given.model, given.task):
        command = command.replace(str(folder), "FOLDER")
    about = (
        f"{machine()}; PyTorch {torch.__version__}. The estimate was made before and after the "
        "sweep; the ratio of times is to their geometric mean."
    )
    sweep = (
        f"Computed, not run: all layers and matrix types, {RHOS} ρ, {EXAMPLES} validation examples "
        f"of {LENGTH} tokens, one position each. The rates are assumed: two busy cores, many "
        "cores, a GPU. Start, report and test part are not included."
    )
    return f"`{command}`\n\n{about}\n\n{measured}\n\n{sweep}\n\n{computed}\n"


if __name__ == "__main__":
    main()
