"""One point in the way of the paper's code: a process loads the model, edits it, and asks each row.

It does the same as the paper's scripts, in plain PyTorch: a randomized decomposition of the matrix,
one example at a time, log-probabilities of the whole vocabulary at every position, and a sort of
those at the last position. The outcomes and the seconds go to standard output.
"""

from __future__ import annotations

import argparse
import json
import time

STARTED = time.perf_counter()

from pathlib import Path  # noqa: E402 (a process pays for its imports)

import torch  # noqa: E402
from _workload import matrix, read, truncated  # noqa: E402
from torch import Tensor  # noqa: E402
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402


def randomized(weight: Tensor, rho: float) -> Tensor:
    """The call of the paper's code and the product of its factors."""
    rank = int(min(weight.shape) * rho + 1e-9)
    u, s, v = torch.svd_lowrank(weight, q=rank, niter=2)
    return u @ torch.diag(s) @ v.T


@torch.no_grad()
def main() -> None:
    """Load the model, edit it, and ask each row."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--edit", nargs=3, metavar=("LNAME", "LNUM", "RHO"))
    parser.add_argument("--exact", action="store_true", help="use the exact decomposition")
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    model = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    if options.edit:
        lname, lnum, rho = options.edit
        weight = matrix(model, lname, int(lnum))
        weight.copy_((truncated if options.exact else randomized)(weight, float(rho)))
    ready = time.perf_counter()
    correct, logprobs = [], []
    for row in read(options.rows):
        ids = tokenizer(row["question"], return_tensors="pt")["input_ids"]
        (gold,) = tokenizer(row["answer"])["input_ids"]
        log_probs = torch.log_softmax(model(ids).logits, dim=2)[0]
        question = log_probs[:-1].gather(1, ids[0, 1:, None]).sum()
        ordered, tokens = log_probs[-1].sort(descending=True)
        likeliest = [tokenizer.decode([token]) for token in tokens[:10].tolist()]
        correct.append(likeliest[0].strip().lower() == row["answer"].strip().lower())
        logprobs.append(log_probs[-1, gold].item())
        _ = question.item(), ordered[:10].tolist()
    ended = time.perf_counter()
    seconds = {"start": ready - STARTED, "evaluation": ended - ready, "all": ended - STARTED}
    print(json.dumps({"correct": correct, "answer_logprob": logprobs, "seconds": seconds}))


if __name__ == "__main__":
    main()
