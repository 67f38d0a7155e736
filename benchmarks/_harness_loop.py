"""A loop around EleutherAI's harness: one load, then `simple_evaluate` for each point.

The accuracy and the seconds of each point go to standard output.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
from _ordinary import points
from lm_eval.evaluator import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager
from transformers import AutoModelForCausalLM, AutoTokenizer


@torch.inference_mode()
def main() -> None:
    """Load model and task once, and evaluate point after point."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("tasks", type=Path)
    parser.add_argument("task")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--edits", type=json.loads, help="a JSON list of [lname, lnum, rho]")
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    lm = HFLM(
        pretrained=model, tokenizer=tokenizer, batch_size=options.batch, device="cpu",
        max_length=2048,
    )  # fmt: skip
    manager = TaskManager(include_path=str(options.tasks), include_defaults=False)

    def ask() -> float:
        found = simple_evaluate(
            model=lm, tasks=[options.task], task_manager=manager, bootstrap_iters=0
        )
        accuracy: float = found["results"][options.task]["acc,none"]
        return accuracy

    print("\n" + json.dumps(list(points(model, options.edits, ask))))


if __name__ == "__main__":
    main()
