"""The texts of a tokenizer's tokens, and the tokens that have the same text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Vocabulary:
    """The texts of tokens.

    Two tokens say the same if their texts differ only in case and in the spaces around them, such
    as "French", " French" and " french". A token that is a part of a character, or only spaces,
    says the same as no other token.

    Attributes:
        texts: the text of each token.
        same: a number for each token, equal for tokens that say the same.
    """

    texts: list[str]
    same: list[int]

    def rank(self, tokens: Sequence[int], gold: int) -> int | None:
        """The place, from 1, of the first token that says the same as the gold token.

        Returns:
            None if no token does.
        """
        wanted = self.same[gold]
        return next((n for n, each in enumerate(tokens, 1) if self.same[each] == wanted), None)

    def said(self, token: int) -> str:
        """The text of a token without the spaces around it."""
        return self.texts[token].strip()


def read_vocabulary(tokenizer: PreTrainedTokenizerBase, size: int) -> Vocabulary:
    """The vocabulary of a model with `size` outputs, which may exceed the tokenizer's tokens."""
    known = min(size, len(tokenizer))
    # A flat list of ids would be decoded as one text.
    decoded = tokenizer.batch_decode(
        [[token] for token in range(known)], clean_up_tokenization_spaces=False
    )
    texts = [*decoded, *(f"<{token}>" for token in range(known, size))]
    numbers: dict[str, int] = {}
    same = [numbers.setdefault(_key(token, text), len(numbers)) for token, text in enumerate(texts)]
    return Vocabulary(texts, same)


def _key(token: int, text: str) -> str:
    """A text that is equal for tokens that say the same."""
    key = text.strip().lower()
    # Bytes that are a part of a character are decoded to this character.
    return key if key and "\ufffd" not in key else f"\0{token}"
