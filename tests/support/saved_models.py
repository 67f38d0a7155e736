"""Tiny models in folders and GGUF files, with rows to ask them."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from tokenizers import pre_tokenizers
from transformers import PreTrainedModel

from .tiny import SPECIAL, make_model, make_tokenizer

ROWS = [
    {"question": "Anna speaks", "answer": "French"},
    {"question": "Bert likes", "answer": "wine"},
    {"question": "Dora owns a", "answer": "goose"},
    {"question": "Carla eats", "answer": "bread"},
    {"question": "Emil says", "answer": "yes"},
]
SWEEP = ("model.path=tiny", "dataset.path=rows.jsonl", "lname=fc_in", "lnum=0", "rho=0.5")
"""A sweep of two points of the model and the rows that `save_tiny` writes."""

GGUF_PIECES = (*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet()), "nn", "12")
"""The tokens in the files that `write_gguf` writes: bytes, and two pairs of them."""


def save_tiny(folder: Path, family: str = "llama") -> PreTrainedModel:
    """Write a tiny model as `tiny`, and rows as `rows.jsonl`, into a folder."""
    model = make_model(family)
    model.save_pretrained(folder / "tiny")
    make_tokenizer(family).save_pretrained(folder / "tiny")
    write_rows(folder / "rows.jsonl", ROWS)
    return model


def write_rows(path: Path, rows: list[dict[str, object]]) -> None:
    """Write rows as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def change_config(folder: Path, **values: object) -> None:
    """Change values of a model's config.json."""
    file = folder / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def write_gguf(
    path: Path,
    model: PreTrainedModel,
    *,
    quantised: bool,
    arch: str = "llama",
    pre: str | None = None,
) -> None:
    """Write a tiny Llama as llama.cpp's converter does.

    Args:
        path: the file.
        model: the Llama; its widths have to be multiples of 32 to be quantised.
        quantised: whether to write the matrices in blocks of 8 bits.
        arch: the name of the architecture in the file.
        pre: the name of the rule by which the tokenizer splits texts.
    """
    import gguf

    config = model.config
    writer = gguf.GGUFWriter(path, arch)
    writer.add_name("tiny")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_vocab_size(len(GGUF_PIECES))
    writer.add_tokenizer_model("gpt2")
    if pre is not None:
        writer.add_tokenizer_pre(pre)
    writer.add_token_list(list(GGUF_PIECES))
    writer.add_token_merges(["n n", "1 2"])
    writer.add_token_types([3 if piece in SPECIAL else 1 for piece in GGUF_PIECES])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(3)
    writer.add_pad_token_id(1)
    for name, weight in model.state_dict().items():
        values = _llama_cpp_order(name, weight, model).numpy()
        kind = gguf.GGMLQuantizationType.Q8_0
        if quantised and weight.ndim == 2:
            writer.add_tensor(_gguf_name(name), gguf.quants.quantize(values, kind), raw_dtype=kind)
        else:
            writer.add_tensor(_gguf_name(name), values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _llama_cpp_order(name: str, weight: torch.Tensor, model: PreTrainedModel) -> torch.Tensor:
    """The rows of a weight as llama.cpp has them: its rotary embedding pairs neighbours."""
    heads = {
        "q_proj": model.config.num_attention_heads,
        "k_proj": model.config.num_key_value_heads,
    }.get(name.split(".")[-2])
    if heads is None:
        return weight
    halves = weight.reshape(heads, 2, weight.shape[0] // heads // 2, weight.shape[1])
    return halves.swapaxes(1, 2).reshape(weight.shape).contiguous()


def _gguf_name(name: str) -> str:
    """The name of a Llama's weight in a GGUF file."""
    for old, new in (
        ("model.layers", "blk"),
        ("model.embed_tokens", "token_embd"),
        ("model.norm", "output_norm"),
        ("lm_head", "output"),
        ("self_attn.o_proj", "attn_output"),
        ("self_attn.", "attn_"),
        ("_proj.", "."),
        ("mlp.", "ffn_"),
        ("input_layernorm", "attn_norm"),
        ("post_attention_layernorm", "ffn_norm"),
    ):
        name = name.replace(old, new)
    return name
