"""Time and memory of a sweep over a model of billions of parameters.

    python benchmarks/large.py --shape 6b

The model has GPT-J's shape, or a smaller one, with random weights in bfloat16; it runs on an
accelerator if there is one. The command evaluates some points. With `--loop` it is compared with an
ordinary loop, which loads the model once and runs every point from layer 0, in batches. With
`--search`, another command ranks all matrices by one backward pass, as edits that set them to zero,
and evaluates the best one. The table goes to standard output and to a file.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from pathlib import Path

import torch
from _processes import GIB, HERE, machine, run
from _workload import LNAMES, Shape, read, tokenizer
from tabulate import tabulate
from transformers import GPTJForCausalLM
from transformers.initialization import no_init_weights

SHAPES = {"1.3b": Shape(24, 2048, 16), "6b": Shape(28, 4096, 16)}
LENGTH = 35
HEADERS = ("what", "seconds", "peak in memory, GiB", "swapped out, MiB")


def make_large(folder: Path, shape: Shape, rows: int) -> None:
    """Write a model with random weights, and a file of rows."""
    if not (folder / "done").exists():
        torch.manual_seed(0)
        torch.set_default_dtype(torch.bfloat16)
        with no_init_weights():
            model = GPTJForCausalLM(shape.config()).requires_grad_(False)
        torch.set_default_dtype(torch.float32)
        for parameter in model.parameters():
            parameter.normal_(std=0.02) if parameter.ndim == 2 else parameter.fill_(1.0)
        model.save_pretrained(folder / "model")
        tokenizer(shape).save_pretrained(folder / "model")
        (folder / "done").touch()
    ids = torch.randint(0, shape.words, (rows, LENGTH + 1)).tolist()
    texts = [[f"w{n}" for n in each] for each in ids]
    lines = [{"question": " ".join(words[:-1]), "answer": words[-1]} for words in texts]
    (folder / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def swapped() -> float:
    """The memory that the machine has swapped out since its start, in MiB."""
    counts = Path("/proc/vmstat")
    if not counts.exists():
        return float("nan")
    pages = dict(line.split() for line in counts.read_text().splitlines())
    return int(pages["pswpout"]) * 4096 / (1 << 20)


def main() -> None:
    """Make the model, measure the command and the loop, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--shape", choices=SHAPES, default="6b")
    parser.add_argument("--rows", type=int, default=10, metavar="N", help="default: 10")
    parser.add_argument("--layers", default="27", help="values of lnum; default: 27")
    parser.add_argument("--rhos", default="0.01", help="values of rho; default: 0.01")
    parser.add_argument("--loop", action="store_true", help="measure the ordinary loop, too")
    parser.add_argument("--search", action="store_true", help="measure a ranking, too")
    parser.add_argument("--folder", type=Path, help="folder of the model; default: a temporary one")
    parser.add_argument("--output", type=Path, default=HERE / "large.md")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="laser_sweep-benchmark-"))
    folder.mkdir(parents=True, exist_ok=True)
    make_large(folder, SHAPES[options.shape], options.rows)
    before = swapped()
    with tempfile.TemporaryDirectory() as output:
        done = run(
            "-m", "laser_sweep", f"model.path={folder / 'model'}", "model.name=m",
            "model.dtype=bfloat16", f"dataset.path={folder / 'rows.jsonl'}",
            "dataset.scoring=next_token", "lname=fc_in", f"lnum={options.layers}",
            f"rho={options.rhos}", f"output={output}",
        )  # fmt: skip
    lines = [["the command", done.seconds, done.peak / GIB, swapped() - before]]
    if options.search:
        lines.append(ranking(folder))
    if options.loop:
        lines.append(ordinary(folder, options))
    command = shlex.join(["python", "benchmarks/large.py", *sys.argv[1:]])
    where = torch.cuda.get_device_name() if torch.cuda.is_available() else machine()
    table = tabulate(lines, HEADERS, tablefmt="github", floatfmt=".1f")
    text = f"`{command}`\n\n{where}; PyTorch {torch.__version__}.\n\n{table}\n"
    options.output.write_text(text)
    print(text)


def ranking(folder: Path) -> list[object]:
    """A line of the table: all matrices ranked, and the best one set to zero."""
    before = swapped()
    with tempfile.TemporaryDirectory() as output:
        done = run(
            "-m", "laser_sweep", f"model.path={folder / 'model'}", "model.name=m",
            "model.dtype=bfloat16", f"dataset.path={folder / 'rows.jsonl'}", "dataset.name=rows",
            "dataset.scoring=next_token", "intervention=zero", f"lname={','.join(LNAMES)}",
            "lnum=all", "search=gradient", "search.keep=0.005", "split=fraction",
            "split.fraction=0.5", f"output={output}",
        )  # fmt: skip
        ranked = json.loads((Path(output) / "m" / "rows" / "zero" / "ranking.json").read_text())
    what = f"search=gradient, {len(ranked['changes'])} matrices; ranking {ranked['seconds']:.0f} s"
    return [what, done.seconds, done.peak / GIB, swapped() - before]


def ordinary(folder: Path, options: argparse.Namespace) -> list[object]:
    """A line of the table: the same points in the ordinary loop, on the validation rows alone."""
    edits = [
        ["fc_in", int(lnum), float(rho)]
        for lnum in options.layers.split(",")
        for rho in options.rhos.split(",")
    ]
    validation = max(1, len(read(folder / "rows.jsonl")) // 5)
    before = swapped()
    done = run(
        HERE / "_ordinary.py", folder / "model", folder / "rows.jsonl", "--count", validation,
        "--edits", json.dumps([None, *edits]), "--dtype", "bfloat16", "--device",
        "cuda" if torch.cuda.is_available() else "cpu",
    )  # fmt: skip
    return ["an ordinary loop, validation rows", done.seconds, done.peak / GIB, swapped() - before]


if __name__ == "__main__":
    main()
