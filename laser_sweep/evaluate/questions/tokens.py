"""A tokenizer for questions, which checks where a prompt ends and its answer begins."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from transformers import PreTrainedTokenizerBase

from laser_sweep.errors import ConfigError

_SLACK = 16
"""Characters by which one more token may shorten a decoded text, by completing a character."""
_NEUTRAL = "a"
"""A word after which a label has the same tokens as after any other word."""


class Tokens:
    """Texts as token ids.

    Args:
        tokenizer: the model's tokenizer.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase):
        self.tokenizer = tokenizer

    def plain(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of texts, without special tokens."""
        if not texts:
            return []
        ids: list[list[int]] = self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        return ids

    def whole(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of texts, with the tokenizer's special tokens before and after each text."""
        ids: list[list[int]] = self.tokenizer(list(texts))["input_ids"]
        return ids

    @cached_property
    def prefix(self) -> list[int]:
        """The special tokens that the tokenizer adds before a text, such as Llama's `<s>`."""
        special, plain = self.whole([_NEUTRAL])[0], self.plain([_NEUTRAL])[0]
        starts = range(len(special) - len(plain) + 1)
        start = next((i for i in starts if special[i : i + len(plain)] == plain), 0)
        return special[:start]

    def words(self, labels: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """The tokens that labels have after a space, whatever the text before them.

        Raises:
            ConfigError: if a label changes the tokens of the text before it.
        """
        distinct = list(dict.fromkeys(labels))
        before = self.plain([_NEUTRAL])[0]
        after = self.plain([f"{_NEUTRAL} {label}" for label in distinct])
        return {
            label: self.continuation(f"The label {label!r}", before, ids)
            for label, ids in zip(distinct, after, strict=True)
        }

    def continuation(self, where: str, prompt: list[int], whole: list[int]) -> tuple[int, ...]:
        """The tokens that `whole` adds to `prompt`.

        Args:
            where: the example and the answer, for the error.
            prompt: the tokens of the prompt.
            whole: the tokens of the prompt and the answer as one text.

        Raises:
            ConfigError: if `whole` does not begin with the tokens of the prompt, or adds none.
        """
        if whole[: len(prompt)] != prompt or len(whole) == len(prompt):
            raise ConfigError(
                f"{where} changes the tokens of the prompt that it follows "
                f"({self.pieces(prompt[-1:])} becomes {self.pieces(whole[len(prompt) - 1 :][:5])}):"
                " does the prompt end in a space?"
            )
        return tuple(whole[len(prompt) :])

    def check_known(self, where: str, tokens: Sequence[int]) -> None:
        """Check that an answer is in the vocabulary.

        Raises:
            ConfigError: if it is not.
        """
        if self.tokenizer.unk_token_id in tokens:
            raise ConfigError(f"{where} is not in the vocabulary of {self.name}.")

    def check_single(self, where: str, tokens: Sequence[int]) -> None:
        """Check that an answer is one token.

        Raises:
            ConfigError: if it is not, with its tokens.
        """
        if len(tokens) != 1:
            raise ConfigError(
                f"{where} is {len(tokens)} tokens to {self.name} "
                f"({', '.join(map(repr, self.pieces(tokens)))}), expected 1."
            )

    def suffix_length(self, where: str, ids: Sequence[int], answer: str) -> int:
        """The number of tokens at the end of a text that decode to an answer.

        This is the search of the paper's code.

        Raises:
            ConfigError: if no number of tokens at the end decodes to the answer.
        """
        wanted = answer.strip()
        for length in range(self._first_length(ids, wanted), len(ids) + 1):
            text = self.text(ids[-length:]).strip()
            if text == wanted:
                return length
            if len(text) > len(wanted) + _SLACK:
                break
        raise ConfigError(f"{where} is not the text of the last tokens, however many are taken.")

    def _first_length(self, ids: Sequence[int], wanted: str) -> int:
        """A number of tokens at the end that is too small for a text, or just enough."""
        low, high = 1, len(ids)
        while high - low > 1:
            middle = (low + high) // 2
            enough = len(self.text(ids[-middle:]).strip()) >= len(wanted) - _SLACK
            low, high = (low, middle) if enough else (middle, high)
        return low

    def text(self, ids: Sequence[int], *, special: bool = True) -> str:
        """The text of tokens, with or without special tokens; its spaces stay as they are."""
        decoded = self.tokenizer.decode(
            list(ids), skip_special_tokens=not special, clean_up_tokenization_spaces=False
        )
        assert isinstance(decoded, str)
        return decoded

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """The tokens in the spelling of the vocabulary."""
        return list(self.tokenizer.convert_ids_to_tokens(list(ids)))

    @property
    def name(self) -> str:
        """The tokenizer's name, for errors."""
        return str(self.tokenizer.name_or_path)


def separator(prompt: str) -> str:
    """The text between a prompt and its answer: a space, unless the prompt ends in one."""
    return "" if prompt[-1:].isspace() else " "
