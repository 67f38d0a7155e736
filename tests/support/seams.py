"""Tokenizers of the three usual kinds, and a model that continues Chinese without a gap."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from tokenizers import trainers as train
from transformers import AddedToken, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from .saved_models import write_rows

SPECIAL = ["<s>", "</s>", "<unk>", "<mask>", "<|user|>"]
TEXTS = [
    "the capital of France is Paris. the capital of Italy is Rome: (Rome)",
    "法国的首都是巴黎。中国的首都是北京。日本的首都是东京。",
    "aab abc cab bca cbb bac a b c ab bc ca",
] * 3
FACTS = [
    each.split()
    for each in ("法国 巴黎", "中国 北京", "日本 东京", "德国 柏林", "英国 伦敦", "韩国 首尔")
]


def byte_level(size: int = 340) -> Tokenizer:
    """Bytes and merges of them, as GPT-2 and Llama-3 have them; words keep the space before."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = train.BpeTrainer(
        vocab_size=size, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(TEXTS, trainer)
    return made


def only_bytes() -> Tokenizer:
    """Bytes without merges."""
    return byte_level(len(SPECIAL) + 256)


def metaspace() -> Tokenizer:
    """Characters and merges of them, as SentencePiece has them for Llama; ▁ is a space."""
    made = Tokenizer(models.BPE(unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first")
    made.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="first")
    trainer = train.BpeTrainer(
        vocab_size=140,
        special_tokens=SPECIAL,
        initial_alphabet=sorted({*"".join(TEXTS), *'\n$"->:?“▁'}),
        show_progress=False,
    )
    made.train_from_iterator(TEXTS, trainer)
    return made


def word_piece() -> Tokenizer:
    """Words and their parts, as BERT has them; ## joins a part to the word before."""
    made = Tokenizer(models.WordPiece(unk_token="<unk>"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece(cleanup=False)
    trainer = train.WordPieceTrainer(
        vocab_size=160,
        special_tokens=SPECIAL,
        initial_alphabet=sorted({*"".join(TEXTS), *'$"->:?“'}),
        show_progress=False,
    )
    made.train_from_iterator([*TEXTS, "a b c"], trainer)
    return made


KINDS = {"byte_level": byte_level, "metaspace": metaspace, "word_piece": word_piece}


@cache
def make_seam_tokenizer(kind: str, template: str = "") -> PreTrainedTokenizerFast:
    """A tokenizer of a kind that adds special tokens by a template such as `<s> $A </s>`."""
    made = only_bytes() if kind == "only_bytes" else KINDS[kind]()
    if template:
        numbers = [(each, SPECIAL.index(each)) for each in SPECIAL]
        made.post_processor = processors.TemplateProcessing(single=template, special_tokens=numbers)
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        mask_token=AddedToken("<mask>", lstrip=True),
        additional_special_tokens=["<|user|>"],
    )


def save_chinese(folder: Path) -> None:
    """Write a model that knows six capitals in Chinese as `zh`, and rows that ask for them."""
    tokenizer = make_seam_tokenizer("only_bytes")
    model = _taught(tokenizer, [f"{land}的首都是{city}市。" for land, city in FACTS])
    model.save_pretrained(folder / "zh")
    tokenizer.save_pretrained(folder / "zh")
    rows = [{"question": f"{land}的首都是", "answer": city} for land, city in FACTS]
    cities = [city for _, city in FACTS]
    write_rows(folder / "zh.jsonl", rows)
    write_rows(folder / "zh_choice.jsonl", [{**row, "choices": cities} for row in rows])


def _taught(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> LlamaForCausalLM:
    """A tiny Llama that says each text after its beginning."""
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            intermediate_size=48,
            max_position_embeddings=128,
            architectures=["LlamaForCausalLM"],
        )
    )
    teach(model, [torch.tensor(tokenizer(texts)["input_ids"])], steps=80)
    return model.eval()


def teach(model: LlamaForCausalLM, batches: Sequence[torch.Tensor], steps: int) -> None:
    """Teach a model to say batches of texts, shape (texts, tokens), all of them in each step."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(steps):
        losses = [model(input_ids=ids, labels=ids).loss for ids in batches]
        torch.stack(losses).mean().backward()
        optimizer.step()
        optimizer.zero_grad()
