"""A tokenizer as questions need it: where a prompt ends and its answer begins is checked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from transformers import PreTrainedTokenizerBase

from laser_sweep.errors import ConfigError

_SLACK = 16
"""By so many signs a text may become shorter with a token more, whose bytes complete a sign."""
_NEUTRAL = "a"
"""A word after which a label has the tokens that it has after any."""


class Tokens:
    """Texts as token ids.

    Args:
        tokenizer: the model's tokenizer.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase):
        self.tokenizer = tokenizer

    def plain(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of texts, without special ones."""
        if not texts:
            return []
        ids: list[list[int]] = self.tokenizer(list(texts), add_special_tokens=False)["input_ids"]
        return ids

    def whole(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of texts, with those that the tokenizer puts before and after a text."""
        ids: list[list[int]] = self.tokenizer(list(texts))["input_ids"]
        return ids

    @cached_property
    def prefix(self) -> list[int]:
        """The special tokens that the tokenizer puts before a text, such as Llama's."""
        special, plain = self.whole([_NEUTRAL])[0], self.plain([_NEUTRAL])[0]
        starts = range(len(special) - len(plain) + 1)
        start = next((i for i in starts if special[i : i + len(plain)] == plain), 0)
        return special[:start]

    def words(self, labels: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """The tokens of labels, as they are after a blank, whatever is before it.

        Raises:
            ConfigError: if the tokenizer does not keep a label apart from what is before it.
        """
        distinct = list(dict.fromkeys(labels))
        before = self.plain([_NEUTRAL])[0]
        after = self.plain([f"{_NEUTRAL} {label}" for label in distinct])
        return {
            label: self.continuation(f"The label {label!r}", before, ids)
            for label, ids in zip(distinct, after, strict=True)
        }

    def continuation(self, where: str, prompt: list[int], whole: list[int]) -> tuple[int, ...]:
        """The tokens by which `whole` is longer than `prompt`.

        Raises:
            ConfigError: if it does not begin with the prompt's tokens, or no longer.
        """
        if whole[: len(prompt)] != prompt or len(whole) == len(prompt):
            raise ConfigError(
                f"{where} changes the tokens of the prompt that it follows "
                f"({self.pieces(prompt[-1:])} becomes {self.pieces(whole[len(prompt) - 1 :][:5])}):"
                " does the prompt end in a blank?"
            )
        return tuple(whole[len(prompt) :])

    def check_known(self, where: str, tokens: Sequence[int]) -> None:
        """Check that the vocabulary has an answer.

        Raises:
            ConfigError: if it has not.
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
        """How many tokens at the end decode to an answer: the search of the paper's code.

        Raises:
            ConfigError: if no number of them does.
        """
        wanted = answer.strip()
        for length in range(self._first_length(ids, wanted), len(ids) + 1):
            text = self.text(ids[-length:]).strip()
            if text == wanted:
                return length
            if len(text) > len(wanted) + _SLACK:
                break
        raise ConfigError(f"{where} is not what any number of its last tokens decodes to.")

    def _first_length(self, ids: Sequence[int], wanted: str) -> int:
        """A number of tokens at the end that are too few for a text, or just enough."""
        low, high = 1, len(ids)
        while high - low > 1:
            middle = (low + high) // 2
            enough = len(self.text(ids[-middle:]).strip()) >= len(wanted) - _SLACK
            low, high = (low, middle) if enough else (middle, high)
        return low

    def text(self, ids: Sequence[int], *, special: bool = True) -> str:
        """What tokens say, with or without special ones, blanks left as they are."""
        decoded = self.tokenizer.decode(
            list(ids), skip_special_tokens=not special, clean_up_tokenization_spaces=False
        )
        assert isinstance(decoded, str)
        return decoded

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """The tokens as the vocabulary writes them."""
        return list(self.tokenizer.convert_ids_to_tokens(list(ids)))

    @property
    def name(self) -> str:
        """What the tokenizer is called in an error."""
        return str(self.tokenizer.name_or_path)


def blank(prompt: str) -> str:
    """What comes between a prompt and its answer."""
    return "" if prompt[-1:].isspace() else " "
