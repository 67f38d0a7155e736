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
        """The tokens of texts, with the tokenizer's special tokens before and after each text.

        Special tokens that a text begins or ends with itself are not added again.
        """
        return list(map(self._once, self._with_special(texts)))

    def _with_special(self, texts: Sequence[str]) -> list[list[int]]:
        ids: list[list[int]] = self.tokenizer(list(texts))["input_ids"]
        return ids

    def _once(self, ids: list[int]) -> list[int]:
        """The tokens of a text with special tokens, without those that the text has itself."""
        start, end = len(self.prefix), len(ids) - len(self.suffix)
        if ids[:start] != self.prefix or ids[end:] != self.suffix:
            return ids
        return self.started(self.ended(ids[start:end]))

    def started(self, ids: Sequence[int]) -> list[int]:
        """Tokens after the special tokens that start a text, those of their own once.

        A prompt may begin with `<s>`, as a chat template writes it.
        """
        own = self.prefix.index(ids[0]) if self.starts_itself(ids) else len(self.prefix)
        return [*self.prefix[:own], *ids]

    def ended(self, ids: Sequence[int]) -> list[int]:
        """Tokens before the special tokens that end a text, those of their own once."""
        own = self.suffix.index(ids[-1]) + 1 if self.ends_itself(ids) else 0
        return [*ids, *self.suffix[own:]]

    def starts_itself(self, ids: Sequence[int]) -> bool:
        """Whether tokens begin with a special token that the tokenizer adds before a text."""
        return bool(ids) and ids[0] in self.prefix

    def ends_itself(self, ids: Sequence[int]) -> bool:
        """Whether tokens end in a special token that the tokenizer adds after a text."""
        return bool(ids) and ids[-1] in self.suffix

    def start_length(self, ids: Sequence[int]) -> int:
        """The number of special tokens that start a text, the tokenizer's or the prompt's own."""
        own = {self.tokenizer.bos_token_id, self.tokenizer.cls_token_id, *self.prefix}
        return next((number for number, each in enumerate(ids) if each not in own), len(ids))

    @property
    def prefix(self) -> list[int]:
        """The special tokens that the tokenizer adds before a text, such as Llama's `<s>`."""
        return self._added[0]

    @property
    def first(self) -> int:
        """The token that a text without a prompt follows: that of a beginning or, without one, of
        an end.

        Raises:
            ConfigError: if the tokenizer has neither.
        """
        if (token := self.begins_text) is not None:
            return token
        raise ConfigError(
            f"{self.name} has no token for the beginning of a text, which a text without a prompt "
            "follows."
        )

    @property
    def begins_text(self) -> int | None:
        """The token of the beginning of a text or, without one, of an end; None without both."""
        found = (self.tokenizer.bos_token_id, self.tokenizer.eos_token_id)
        return next((int(token) for token in found if token is not None), None)

    @property
    def suffix(self) -> list[int]:
        """The special tokens that the tokenizer adds after a text, such as RoBERTa's `</s>`."""
        return self._added[1]

    @cached_property
    def _added(self) -> tuple[list[int], list[int]]:
        """The special tokens that the tokenizer adds before and after a text."""
        special, plain = self._with_special([_NEUTRAL])[0], self.plain([_NEUTRAL])[0]
        starts = range(len(special) - len(plain) + 1)
        start = next((i for i in starts if special[i : i + len(plain)] == plain), None)
        if start is None:
            return [], []
        return special[:start], special[start + len(plain) :]

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
