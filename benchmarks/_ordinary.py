"""A good ordinary loop: one load, batches, each point on every validation example from layer 0.

It is a loop as one writes it with transformers in an afternoon. With `--harness`, EleutherAI's
lm-evaluation-harness asks the same rows in its own way. The accuracy and the seconds of each point
go to standard output.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from _workload import matrix, read
from transformers import AutoModelForCausalLM, AutoTokenizer

BATCH = 32
Ask = Callable[[], float]


def ordinary(model: Any, tokenizer: Any, rows: list[dict[str, Any]]) -> Ask:
    """A function that asks all rows in batches and returns the accuracy."""
    if tokenizer.pad_token is None:  # padding is masked and never read
        tokenizer.pad_token = tokenizer.unk_token
    batches = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
    encoded = [
        tokenizer([r["question"] for r in b], return_tensors="pt", padding=True) for b in batches
    ]
    golds = [[tokenizer(r["answer"])["input_ids"][0] for r in b] for b in batches]

    def ask() -> float:
        right = 0
        for batch, gold in zip(encoded, golds, strict=True):
            batch = batch.to(model.device)
            logits = model(batch["input_ids"], attention_mask=batch["attention_mask"]).logits
            last = batch["attention_mask"].sum(1) - 1
            log_probs = logits[torch.arange(len(gold)), last].float().log_softmax(-1).cpu()
            _ = log_probs.gather(1, torch.tensor(gold)[:, None]).tolist()
            right += int((log_probs.argmax(-1) == torch.tensor(gold)).sum())
        return right / len(rows)

    return ask


def harness(model: Any, tokenizer: Any, rows: list[dict[str, Any]]) -> Ask:
    """A function that asks all rows by lm-evaluation-harness and returns the accuracy."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.huggingface import HFLM

    lm = HFLM(
        pretrained=model, tokenizer=tokenizer, batch_size=BATCH, device="cpu", max_length=2048
    )

    def ask() -> float:
        requests = [
            Instance("loglikelihood", row, (row["question"], f" {row['answer']}"), number)
            for number, row in enumerate(rows)
        ]
        answered = lm.loglikelihood(requests, disable_tqdm=True)
        return sum(greedy for _, greedy in answered) / len(rows)

    return ask


def points(model: Any, edits: list[list[Any]], ask: Ask) -> Iterator[dict[str, Any]]:
    """The accuracy and the seconds of each point; a matrix is decomposed once for all its ρ."""
    decomposed: tuple[Any, Any] = (None, None)
    for edit in edits:
        if edit is None:
            yield {"edit": None, **timed(ask), "decomposition": 0.0}
            continue
        lname, lnum, rho = edit
        weight = matrix(model, lname, lnum)
        original = weight.clone()
        started = time.perf_counter()
        if decomposed[0] != (lname, lnum):
            decomposed = (lname, lnum), torch.linalg.svd(weight.float(), full_matrices=False)
        seconds = time.perf_counter() - started
        u, s, vt = decomposed[1]
        rank = int(len(s) * rho + 1e-9)
        weight.copy_((u[:, :rank] * s[:rank]) @ vt[:rank])
        yield {"edit": edit, **timed(ask), "decomposition": seconds}
        weight.copy_(original)


def timed(ask: Ask) -> dict[str, float]:
    """The accuracy, and the seconds that it takes."""
    started = time.perf_counter()
    accuracy = ask()
    return {"accuracy": accuracy, "seconds": time.perf_counter() - started}


@torch.inference_mode()
def main() -> None:
    """Load the model once, and evaluate point after point."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--count", type=int, help="the number of rows to ask; default: all")
    parser.add_argument(
        "--edits", type=json.loads, help="a JSON list of [lname, lnum, rho] and null"
    )
    parser.add_argument("--harness", action="store_true")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    dtype = getattr(torch, options.dtype)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=dtype).to(options.device)
    rows = read(options.rows)[: options.count]
    ask = (harness if options.harness else ordinary)(model, tokenizer, rows)
    ask()
    print(json.dumps(list(points(model, options.edits, ask))))


if __name__ == "__main__":
    main()
