"""The texts of a tokenizer's tokens, and which tokens say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Vocabulary:
    """What each token says.

    Two tokens say the same if their texts are equal without blanks around them and without regard
    to case: "French", " French" and " french" all count. A token that is no whole character, or
    nothing but blanks, says what no other does.

    Attributes:
        texts: the text of each token.
        same: a number for each token, equal for tokens that say the same.
    """

    texts: list[str]
    same: list[int]

    def rank(self, tokens: Sequence[int], gold: int) -> int | None:
        """The place, from 1, of the first token that says what the gold one says; None without."""
        wanted = self.same[gold]
        return next((n for n, each in enumerate(tokens, 1) if self.same[each] == wanted), None)

    def said(self, token: int) -> str:
        """The text of a token without the blanks around it."""
        return self.texts[token].strip()


def read_vocabulary(tokenizer: PreTrainedTokenizerBase, size: int) -> Vocabulary:
    """The vocabulary of a model with `size` outputs, which may be more than the tokenizer has."""
    known = min(size, len(tokenizer))
    # Token by token: decoding a flat list of ids would be taken for one text.
    decoded = tokenizer.batch_decode(
        [[token] for token in range(known)], clean_up_tokenization_spaces=False
    )
    texts = [*decoded, *(f"<{token}>" for token in range(known, size))]
    numbers: dict[str, int] = {}
    same = [
        numbers.setdefault(_said(token, text), len(numbers)) for token, text in enumerate(texts)
    ]
    return Vocabulary(texts, same)


def _said(token: int, text: str) -> str:
    said = text.strip().lower()
    # What bytes that are no whole character decode to.
    return said if said and "\ufffd" not in said else f"\0{token}"
