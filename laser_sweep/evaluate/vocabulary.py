"""The texts of a tokenizer's tokens, and which tokens say the same."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Vocabulary:
    """What each token says.

    Two tokens say the same if their texts are equal without blanks around them and without regard
    to case: "French", " French" and " french" all count.

    Attributes:
        texts: the text of each token, without the blanks around it.
        same: a number for each token, equal for tokens that say the same, shape (vocabulary,).
    """

    texts: list[str]
    same: Tensor

    def says(self, tokens: Tensor, gold: Tensor) -> Tensor:
        """Whether tokens, shape (n, k), say what the gold tokens, shape (n,), say."""
        return self.same[tokens] == self.same[gold][:, None]


def read_vocabulary(tokenizer: PreTrainedTokenizerBase, size: int, device: str) -> Vocabulary:
    """The vocabulary of a model with `size` outputs, which may be more than the tokenizer has."""
    known = min(size, len(tokenizer))
    # Token by token: decoding a flat list of ids would be taken for one text.
    decoded = tokenizer.batch_decode(
        [[token] for token in range(known)], clean_up_tokenization_spaces=False
    )
    texts = [text.strip() for text in decoded] + [f"<{token}>" for token in range(known, size)]
    numbers: dict[str, int] = {}
    same = [numbers.setdefault(text.lower(), len(numbers)) for text in texts]
    return Vocabulary(texts, torch.tensor(same, device=device))
