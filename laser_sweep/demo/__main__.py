"""Make the built-in model and its datasets: `python -m laser_sweep.demo OUT [--seed 0]`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from laser_sweep.demo.train import build_tokenizer, train_model
from laser_sweep.demo.world import build_world


def main() -> None:
    """Train; write `demo/` (model, tokenizer), `noisy_facts.jsonl` and `clean_facts.jsonl`."""
    arguments = _parser().parse_args()
    world = build_world(arguments.seed)
    tokenizer = build_tokenizer(world)
    model = train_model(world, tokenizer, arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)
    # Half precision on disk; `model.dtype=auto` computes in float32 on a CPU.
    model.half().save_pretrained(arguments.out / "demo")
    tokenizer.save_pretrained(arguments.out / "demo")
    _write_rows(arguments.out / "noisy_facts.jsonl", world.questions(noisy=True))
    _write_rows(arguments.out / "clean_facts.jsonl", world.questions(noisy=False))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m laser_sweep.demo",
        description="Train the built-in model from scratch and write it with its two datasets.",
    )
    parser.add_argument("out", type=Path, help="folder to write to")
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="seed of the world and of the training; the package has seed 0 (default: 0)",
    )
    return parser


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
