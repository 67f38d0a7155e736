"""A small GPT-2 in the layout of the hub's cache."""

from __future__ import annotations

import re
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

from .documents import README

WORDS = (
    "true false Is it true that ? It The capital of is France Paris Italy Rome Spain Madrid "
    "Japan Tokyo Austria Vienna Germany Berlin Portugal Lisbon Greece Athens England London Egypt "
    "Cairo"
)
"""Words that the README's commands and tests ask about, beside those in the README's rows."""


def small_gpt2(folder: Path) -> None:
    """A random GPT-2 of 12 layers that knows the README's words, as it is in the hub's cache."""
    texts = " ".join(re.findall(r'"([A-Z][^"{}]*)"', README)) + f" {WORDS}"
    words = sorted(set(re.findall(r"\w+|\?", texts)))
    vocabulary = {word: i for i, word in enumerate(["<unk>", *(f"▁{word}" for word in words)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    repository = folder / "hugging-face" / "hub" / "models--openai-community--gpt2"
    snapshot = repository / "snapshots" / ("0" * 40)
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0" * 40)
    config = GPT2Config(n_layer=12, n_embd=120, n_head=4, vocab_size=len(vocabulary))
    config.bos_token_id = config.eos_token_id = 0
    GPT2LMHeadModel(config).save_pretrained(snapshot)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>").save_pretrained(snapshot)
