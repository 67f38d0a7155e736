"""Sizes and speeds of factored exports, compared with the dense model.

    python benchmarks/factored.py

A sweep reduces one matrix, and all matrices of all layers, to several ρ; each point is exported as
two factors, with the commands that a user types. The dense and the factored model then take turns
at reading a text and at generating one, in this process. A matrix whose factors would be larger
stays dense. The table goes to standard output and to a file.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from _page import command_line, write_page
from _processes import HERE, run
from _workload import make
from evaluation import say
from transformers import AutoModelForCausalLM, GenerationConfig, PreTrainedModel

RHOS = ("0.01", "0.05", "0.1", "0.2", "0.3", "0.5")
READ, WRITTEN = 256, 32
HEADERS = ("edited", "ρ", "weights, MB", "of dense", "reading, tokens/s", "of dense (range)",
           "generating, tokens/s", "of dense (range) ")  # fmt: skip


@dataclass(frozen=True)
class Times:
    """Seconds of both models at the same work, in turns."""

    dense: list[float]
    factored: list[float]

    def speed(self, tokens: int) -> str:
        """Tokens per second of the factored model, the median."""
        return f"{tokens / statistics.median(self.factored):,.0f}"

    def ratio(self) -> str:
        """The speed of the factored model divided by that of the dense one."""
        ratios = [one / two for one, two in zip(self.dense, self.factored, strict=True)]
        middle = statistics.median(ratios)
        return f"{middle:.2f}× ({min(ratios):.2f} to {max(ratios):.2f})"


def sweep(model: str, rows: Path, folder: Path, *edits: str) -> Path:
    """The folder of a sweep whose points are exported; five examples are enough for that."""
    given = (f"model.path={model}", "model.name=model", f"dataset.path={rows}", "split=all")
    run("-m", "laser_sweep", *given, *edits, "dataset.limit=5", f"output={folder}")
    return folder / "model" / rows.stem / "rank_reduction"


def exported(swept: Path, point: str, to: Path, form: str) -> Path:
    """An export of a point, with the command."""
    run("-m", "laser_sweep.export", swept, "--to", to, "--format", form, "--point", point)
    return to


def loaded(path: Path, device: str) -> PreTrainedModel:
    """A dense or a factored export."""
    options = {"trust_remote_code": True, "dtype": "auto"}
    return AutoModelForCausalLM.from_pretrained(path, **options).to(device).eval()


def megabytes(path: Path) -> float:
    """The size of the weights."""
    return sum(file.stat().st_size for file in path.glob("*.safetensors")) / 1e6


def in_turns(dense: PreTrainedModel, factored: PreTrainedModel, repeats: int,
             work: Callable[[PreTrainedModel], object]) -> Times:  # fmt: skip
    """The seconds of both models at some work."""
    times: list[tuple[float, float]] = []
    for number in range(repeats + 1):
        pair = (seconds(dense, work), seconds(factored, work))
        if number:  # the first one warms up
            times.append(pair)
    return Times(*map(list, zip(*times, strict=True)))


@torch.inference_mode()
def seconds(model: PreTrainedModel, work: Callable[[PreTrainedModel], object]) -> float:
    """The time that a model takes."""
    started = time.perf_counter()
    work(model)
    if model.device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - started


def read(model: PreTrainedModel) -> object:
    """Read a text at once."""
    ids = torch.arange(READ)[None].to(model.device)
    return model(input_ids=ids)


def generate(model: PreTrainedModel) -> object:
    """Generate a text token by token."""
    ids = torch.arange(5)[None].to(model.device)
    settings = GenerationConfig(
        max_new_tokens=WRITTEN, min_new_tokens=WRITTEN, do_sample=False, pad_token_id=0
    )
    mask = torch.ones_like(ids)
    return model.generate(ids, attention_mask=mask, generation_config=settings)


def main() -> None:
    """Measure every ρ, of one matrix and of all."""
    options = parse()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="laser_sweep-benchmark-"))
    make(folder, rows=20)
    model, rows = options.model or str(folder / "model"), folder / "short.jsonl"
    found: list[list[str]] = []
    edits = {
        "one matrix (fc_in, last layer)": ("fc_in", options.layer),
        "all matrices": ("all", -1),
    }
    for name, (lname, lnum) in edits.items():
        place = f"{lname}-l{'all' if lnum == -1 else lnum}"
        axes = (f"lname={lname}", f"lnum={lnum}", f"rho={','.join(RHOS)}")
        swept = sweep(model, rows, folder / "multirun" / lname, *axes)
        for rho in RHOS:
            point = f"{place}-rho{rho}"
            small = exported(swept, point, folder / f"factored-{point}", "factored")
            dense = exported(swept, point, folder / f"dense-{point}", "dense")
            found.append([name, rho, *measured(dense, small, options)])
            say(f"{name}, ρ={rho}: {found[-1]}")
    versions = f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"
    write_page(options.output, command_line(), HEADERS, found, versions, options.device)


def measured(dense: Path, small: Path, options: argparse.Namespace) -> list[str]:
    """The cells of a pair of exports."""
    size, whole = megabytes(small), megabytes(dense)
    both = [loaded(path, options.device) for path in (dense, small)]
    reading = in_turns(*both, options.repeats, read)
    writing = in_turns(*both, options.repeats, generate)
    return [f"{size:,.1f}", f"{100 * size / whole:.1f} %", reading.speed(READ), reading.ratio(),
            writing.speed(WRITTEN), writing.ratio()]  # fmt: skip


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", help="a model; default: random weights, 162 M parameters")
    parser.add_argument("--layer", type=int, default=11, help="the layer of the one matrix")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="a folder for the models; default: a new one")
    parser.add_argument("--output", type=Path, default=HERE / "factored.md")
    return parser.parse_args()


if __name__ == "__main__":
    main()
