"""The seam: where the tokens of a prompt end and those of its answer begin.

The tokens of an answer are those that "prompt, delimiter, answer" as one text has beyond the tokens
of the prompt. Where the tokens of the prompt are not the first ones of this text, the spaces at the
end of the prompt go to the answers. Where that is not enough, the tokenizer has merged characters
across the seam, and the answer is tokenized apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.tokens import Tokens

LabelTokens: TypeAlias = dict[str, tuple[int, ...]]
"""The token ids of the gold answer and of the labels of one example, by their texts."""

_BEFORE = ("\n", ".", "a", "1")
"""Texts that an answer is tokenized after, where it is tokenized apart from its prompt."""


class Unsplit(NamedTuple):
    """A prompt and the answers that may follow it, as texts.

    Attributes:
        where: the example, for errors.
        prompt: the text of the prompt.
        delimiter: the text between the prompt and an answer.
        labels: the gold answer and the labels, each once.
    """

    where: str
    prompt: str
    delimiter: str
    labels: Sequence[str]

    def whole(self, label: str) -> str:
        """The prompt and an answer as one text."""
        return f"{self.prompt}{self.delimiter}{label}"

    def divisions(self) -> Iterator[Unsplit]:
        """The same texts; then with the spaces at the end of the prompt in the delimiter."""
        yield self
        prompt = self.prompt.rstrip()
        if prompt and prompt != self.prompt:
            spaces = self.prompt[len(prompt) :]
            yield self._replace(prompt=prompt, delimiter=f"{spaces}{self.delimiter}")


class Split(NamedTuple):
    """A prompt and the answers that may follow it, as tokens.

    Attributes:
        prompt: the tokens of the prompt.
        labels: the tokens of each answer, delimiter included.
    """

    prompt: tuple[int, ...]
    labels: LabelTokens


def split(texts: Sequence[Unsplit], tokens: Tokens) -> list[Split]:
    """Each prompt and its answers as tokens; all answers of a prompt follow the same tokens.

    Raises:
        ConfigError: if an answer cannot be told apart from the prompt.
    """
    prompts = tokens.plain([text.prompt for text in texts])
    wholes = iter(tokens.plain([text.whole(label) for text in texts for label in text.labels]))
    found = []
    for text, prompt in zip(texts, prompts, strict=True):
        made = _split(text, prompt, [next(wholes) for _ in text.labels])
        found.append(made or _mended(text, tokens))
    return found


def _split(text: Unsplit, prompt: list[int], wholes: Sequence[list[int]]) -> Split | None:
    """The answers' tokens; None if the tokens of the prompt are not the first of each whole."""
    labels = {label: _beyond(prompt, ids) for label, ids in zip(text.labels, wholes, strict=True)}
    return Split(tuple(prompt), labels) if all(labels.values()) else None


def _beyond(first: list[int], ids: list[int]) -> tuple[int, ...]:
    """The tokens after the first ones; none if the first ones are others."""
    return tuple(ids[len(first) :]) if ids[: len(first)] == first else ()


def _mended(text: Unsplit, tokens: Tokens) -> Split:
    """The tokens of a prompt and of answers that change its last tokens."""
    for each in text.divisions():
        (prompt,) = tokens.plain([each.prompt])
        wholes = tokens.plain([each.whole(label) for label in each.labels])
        if (made := _split(each, prompt, wholes)) is not None:
            return made
    labels = {
        label: _beyond(prompt, ids) or _apart(each, label, prompt, ids, tokens)
        for label, ids in zip(each.labels, wholes, strict=True)
    }
    return Split(tuple(prompt), labels)


def _apart(
    text: Unsplit, label: str, prompt: list[int], whole: list[int], tokens: Tokens
) -> tuple[int, ...]:
    """The tokens of an answer by itself, which with those of the prompt say what the whole says.

    Raises:
        ConfigError: if there are none.
    """
    said = tokens.text(whole)
    for before in _BEFORE:
        first, ids = tokens.plain([before, f"{before}{text.delimiter}{label}"])
        found = _beyond(first, ids)
        if found and tokens.text([*prompt, *found]) == said:
            return found
    raise ConfigError(
        f"{text.where}: the answer {label!r} changes the tokens of the prompt that it follows "
        f"({tokens.pieces(prompt[-1:])} becomes {tokens.pieces(whole[len(prompt) - 1 :][:5])}), "
        f"with {text.delimiter!r} between them. dataset.target_delimiter is the text between "
        "prompt and answer."
    )
