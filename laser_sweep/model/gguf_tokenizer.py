"""The split of texts before a GGUF file's byte-pair merges, which transformers reads in part."""

from __future__ import annotations

import logging
import mmap
import struct
from pathlib import Path

from tokenizers import pre_tokenizers
from transformers import PreTrainedTokenizerBase

log = logging.getLogger(__name__)

_GPT2 = {"default", "gpt-2", "phi-2", "mpt", "olmo", "jais", "roberta-bpe", "trillion"}
"""The names of GPT-2's split, which transformers takes for every name that it does not know."""
_DIGITS = {"smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b"}
"""The names of GPT-2's split with each digit apart, as llama.cpp has them in `llama-vocab.cpp`."""
_KEY = b"tokenizer.ggml.pre"
_STRING = 8
"""The type of a text in the key-value pairs of GGUF, https://github.com/ggml-org/ggml/blob/master/docs/gguf.md."""


def split_as_written(tokenizer: PreTrainedTokenizerBase, file: Path) -> None:
    """Make a tokenizer split texts as its GGUF file says, or warn that it does not.

    Args:
        tokenizer: the tokenizer that transformers read from the file.
        file: the GGUF file.
    """
    name, backend = pre_tokenizer_name(file), tokenizer.backend_tokenizer
    if name in _DIGITS:
        backend.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Digits(individual_digits=True),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
            ]
        )
    elif name is not None and name not in _GPT2 and "Split(" not in repr(backend.pre_tokenizer):
        log.warning(
            "%s: its tokenizer splits texts by the rule %r, which transformers does not read from "
            "GGUF files, so that some texts may have other tokens than in the original model.",
            file,
            name,
        )


def pre_tokenizer_name(file: Path) -> str | None:
    """The name of the rule by which the tokenizer of a GGUF file splits texts; None without one.

    The package `gguf` would read the whole vocabulary, which takes seconds.
    """
    key = struct.pack("<Q", len(_KEY)) + _KEY + struct.pack("<I", _STRING)
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if (start := data.find(key)) < 0:
            return None
        start += len(key)
        (length,) = struct.unpack_from("<Q", data, start)
        return data[start + 8 : start + 8 + min(length, 256)].decode("utf-8", "replace")
