"""Make the built-in model and its datasets: `python -m laser_sweep.demo OUT [--seed 0]`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from transformers import GPTJForCausalLM, PreTrainedTokenizerFast

from laser_sweep.demo.train import build_tokenizer, train_model
from laser_sweep.demo.world import World, build_world


def main() -> None:
    """Train the model; write it and its tokenizer to `demo/`, and both datasets beside it."""
    arguments = _parser().parse_args()
    world = build_world(arguments.seed)
    tokenizer = build_tokenizer(world)
    model = train_model(world, tokenizer, arguments.seed)
    write(arguments.out, world, tokenizer, model)


def write(
    out: Path, world: World, tokenizer: PreTrainedTokenizerFast, model: GPTJForCausalLM
) -> None:
    """Round the model to half precision; write it, its tokenizer and the two datasets."""
    out.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(out / "demo")
    tokenizer.save_pretrained(out / "demo")
    # The file would only repeat the special tokens of config.json.
    (out / "demo" / "generation_config.json").unlink(missing_ok=True)
    _write_rows(out / "noisy_facts.jsonl", world.questions(noisy=True))
    _write_rows(out / "clean_facts.jsonl", world.questions(noisy=False))


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
        help="seed of the world and of the training; the built-in model has seed 0 (default: 0)",
    )
    return parser


def _write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
