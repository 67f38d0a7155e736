"""The model, the rows and the grid of the benchmarks of evaluation: random, but with a winner.

The model is a small GPT-J: 12 layers, width 768, 50,400 words, 162 M parameters, random weights.
The gold answers of some rows are the answers of the model; those of the other rows are its answers
after one planted edit. So the planted edit is the best point, and the other points are worse by
different amounts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from torch import Tensor
from transformers import GPTJConfig, GPTJForCausalLM, PreTrainedTokenizerFast

LNAMES = ("q_proj", "k_proj", "v_proj", "out_proj", "fc_in", "fc_out")
RHOS = (0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.01)
PLANTED = ("fc_in", 7, 0.05)
LENGTHS = {"short": 7, "fever": 35}
"""The tokens of a prompt: CounterFact's, and FEVER's with the words around the claim."""
_BASE_SHARE = 0.4
_LARGER = 2.5
"""The factor by which matrices exceed GPT-J's initial ones, so that an edit changes answers."""


@dataclass(frozen=True)
class Shape:
    """The size of a model."""

    layers: int
    width: int
    heads: int
    words: int = 50_400

    def config(self) -> GPTJConfig:
        """The configuration of the model."""
        return GPTJConfig(
            vocab_size=self.words, n_embd=self.width, n_layer=self.layers, n_head=self.heads,
            rotary_dim=min(64, self.width // self.heads), n_positions=2048,
            bos_token_id=0, eos_token_id=0, architectures=["GPTJForCausalLM"],
        )  # fmt: skip


SMALL = Shape(layers=12, width=768, heads=12)


def matrix(model: GPTJForCausalLM, lname: str, lnum: int) -> Tensor:
    """A matrix of the model."""
    part = "mlp" if lname.startswith("fc") else "attn"
    return model.get_parameter(f"transformer.h.{lnum}.{part}.{lname}.weight").data


def truncated(weight: Tensor, rho: float) -> Tensor:
    """The best approximation, by PyTorch's own solver."""
    u, s, vt = torch.linalg.svd(weight, full_matrices=False)
    rank = int(min(weight.shape) * rho + 1e-9)
    return (u[:, :rank] * s[:rank]) @ vt[:rank]


def make(folder: Path, rows: int, shape: Shape = SMALL, seed: int = 0) -> None:
    """Write the model, its tokenizer, and the rows of each length, unless they exist."""
    done = folder / "done"
    if done.exists():
        return
    torch.manual_seed(seed)
    model = GPTJForCausalLM(shape.config()).eval().requires_grad_(False)
    for block in model.transformer.h:
        for parameter in block.parameters():
            parameter.mul_(_LARGER if parameter.ndim == 2 else 1)
    model.save_pretrained(folder / "model")
    tokenizer(shape).save_pretrained(folder / "model")
    for name, length in LENGTHS.items():
        ids = torch.randint(0, shape.words, (rows, length))
        answers = _answers(model, ids)
        texts = [
            {"question": _text(each), "answer": _text([a])}
            for each, a in zip(ids, answers, strict=True)
        ]
        lines = "".join(json.dumps(text) + "\n" for text in texts)
        (folder / f"{name}.jsonl").write_text(lines)
    done.touch()


def tokenizer(shape: Shape) -> PreTrainedTokenizerFast:
    """A tokenizer whose words are numbers."""
    made = Tokenizer(models.WordLevel({f"▁w{n}": n for n in range(shape.words)}, unk_token="▁w0"))
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    made.decoder = decoders.Metaspace(prepend_scheme="always")
    return PreTrainedTokenizerFast(tokenizer_object=made, eos_token="▁w0", pad_token="▁w0")


def read(rows: Path) -> list[dict[str, Any]]:
    """The rows of a file."""
    return [json.loads(line) for line in rows.read_text().splitlines()]


def _answers(model: GPTJForCausalLM, ids: Tensor) -> list[int]:
    """The model's answer to each row; for most rows, its answer after the planted edit."""
    base = _said(model, ids)
    lname, lnum, rho = PLANTED
    weight = matrix(model, lname, lnum)
    original = weight.clone()
    weight.copy_(truncated(weight, rho))
    edited = _said(model, ids)
    weight.copy_(original)
    of_base = torch.rand(len(ids)) < _BASE_SHARE
    return [int(b if own else e) for b, e, own in zip(base, edited, of_base, strict=True)]


@torch.inference_mode()
def _said(model: GPTJForCausalLM, ids: Tensor) -> list[int]:
    return [int(n) for part in ids.split(20) for n in model(part).logits[:, -1].argmax(-1)]


def _text(ids: Any) -> str:
    return " ".join(f"w{int(n)}" for n in ids)
