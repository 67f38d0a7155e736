"""Examples as token ids, with the seam between prompt and answer checked, not assumed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from transformers import PretrainedConfig, PreTrainedTokenizerBase

from laser_sweep.dataset import Example
from laser_sweep.errors import ConfigError

_POSITIONS_BEHIND_PADDING = frozenset(
    "roberta xlm-roberta xlm-roberta-xl roberta-prelayernorm camembert longformer mpnet "
    "data2vec-text xmod esm ibert".split()
)
"""Model types that count positions from the padding token's id on, and so have fewer of them."""


@dataclass(frozen=True)
class Question:
    """One example as the model sees it.

    Attributes:
        ids: the prompt's tokens, special ones included.
        position: where the answer is predicted: the last token or, in a masked model, the mask.
        gold: the gold answer's token.
        choices: the labels' tokens, in label order; empty if the model may say anything.
    """

    ids: tuple[int, ...]
    position: int
    gold: int
    choices: tuple[int, ...]


def encode(
    examples: Sequence[Example],
    tokenizer: PreTrainedTokenizerBase,
    config: PretrainedConfig,
    *,
    masked: bool,
) -> list[Question]:
    """All examples as token ids.

    A masked model is asked for the mask in the prompt; where there is none, one and a full stop
    are put after it.

    Raises:
        ConfigError: if an answer or a label is not exactly one token where it follows the prompt,
            or a prompt is longer than the model's context.
    """
    prompts = _masked_prompts(examples, tokenizer) if masked else _prompts(examples, tokenizer)
    _check_lengths(examples, prompts, min(_context(config), tokenizer.model_max_length))
    labels = _labels(examples, tokenizer, masked=masked)
    mask = tokenizer.mask_token_id
    return [
        Question(
            ids=tuple(ids),
            position=ids.index(mask) if masked else len(ids) - 1,
            gold=tokens[example.answer],
            choices=tuple(tokens[choice] for choice in example.choices),
        )
        for example, ids, tokens in zip(examples, prompts, labels, strict=True)
    ]


def _prompts(examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase) -> list[list[int]]:
    """The prompts with the special tokens that come before a text, and none after it."""
    prefix = _special_prefix(tokenizer)
    plain = _plain_ids(tokenizer, [example.prompt for example in examples])
    return [[*prefix, *ids] for ids in plain]


def _masked_prompts(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase
) -> list[list[int]]:
    mask = tokenizer.mask_token
    if mask is None:
        raise ConfigError("The model fills in masks, but its tokenizer has no mask token.")
    asked = [example.prompt for example in examples]
    texts = [text if mask in text else f"{text}{_blank(text)}{mask}." for text in asked]
    prompts: list[list[int]] = tokenizer(texts)["input_ids"]
    for number, ids in enumerate(prompts):
        if (masks := ids.count(tokenizer.mask_token_id)) != 1:
            where = _where(examples, number)
            raise ConfigError(f"{where} has {masks} mask tokens in its prompt, expected 1.")
    return prompts


def _labels(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, *, masked: bool
) -> list[dict[str, int]]:
    """For each example the tokens of its answer and labels, as they follow its prompt."""
    asked = [
        (number, label)
        for number, example in enumerate(examples)
        for label in dict.fromkeys((example.answer, *example.choices))
    ]
    # In front of a mask, what the prompt is does not matter to the label's own tokens.
    prompts = ["" if masked else example.prompt for example in examples]
    before = _plain_ids(tokenizer, prompts)
    whole = _plain_ids(
        tokenizer, [f"{prompts[n]}{_blank(prompts[n])}{label}" for n, label in asked]
    )
    tokens: list[dict[str, int]] = [{} for _ in examples]
    for (number, label), ids in zip(asked, whole, strict=True):
        where = f"{_where(examples, number)}: the answer {label!r}"
        tokens[number][label] = _single(tokenizer, where, before[number], ids)
    _check_different(examples, tokens)
    return tokens


def _check_different(examples: Sequence[Example], tokens: list[dict[str, int]]) -> None:
    """Check that no two labels are the same to the model, as in a tokenizer without case."""
    for number, example in enumerate(examples):
        if len({tokens[number][label] for label in example.choices}) < len(example.choices):
            raise ConfigError(
                f"{_where(examples, number)}: two of the choices {list(example.choices)} are the "
                "same token to the model."
            )


def _single(
    tokenizer: PreTrainedTokenizerBase, where: str, prompt: list[int], whole: list[int]
) -> int:
    """The one token by which `whole` is longer than `prompt`."""
    if whole[: len(prompt)] != prompt:
        raise ConfigError(
            f"{where} changes the tokens of the prompt that it follows "
            f"({tokenizer.convert_ids_to_tokens(prompt[-1:])} becomes "
            f"{tokenizer.convert_ids_to_tokens(whole[len(prompt) - 1 :])}): "
            "does the prompt end in a blank?"
        )
    pieces = whole[len(prompt) :]
    if len(pieces) != 1:
        raise ConfigError(
            f"{where} is {len(pieces)} tokens to {tokenizer.name_or_path} "
            f"({', '.join(map(repr, tokenizer.convert_ids_to_tokens(pieces)))}), expected 1."
        )
    if pieces[0] == tokenizer.unk_token_id:
        raise ConfigError(f"{where} is not in the vocabulary of {tokenizer.name_or_path}.")
    return pieces[0]


def _check_lengths(examples: Sequence[Example], prompts: list[list[int]], limit: float) -> None:
    for number, ids in enumerate(prompts):
        if not 0 < len(ids) <= limit:
            raise ConfigError(
                f"{_where(examples, number)} has {len(ids)} tokens in its prompt, "
                f"expected 1 to {limit}, the model's context."
            )


def _context(config: PretrainedConfig) -> float:
    """How many tokens the model's positions are enough for."""
    try:
        positions: int | None = getattr(config, "max_position_embeddings", None)
    except NotImplementedError:  # XLNet's way to say that it has no limit
        positions = None
    if positions is None:
        return math.inf
    if config.model_type not in _POSITIONS_BEHIND_PADDING or config.pad_token_id is None:
        return positions
    return positions - config.pad_token_id - 1


def _special_prefix(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The special tokens that the tokenizer puts before a text, such as Llama's."""
    with_special: list[int] = tokenizer("a")["input_ids"]
    plain = _plain_ids(tokenizer, ["a"])[0]
    starts = range(len(with_special) - len(plain) + 1)
    start = next((i for i in starts if with_special[i : i + len(plain)] == plain), 0)
    return with_special[:start]


def _plain_ids(tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> list[list[int]]:
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False)["input_ids"]
    return ids


def _where(examples: Sequence[Example], number: int) -> str:
    place = examples[number].place
    return f"Example {number} ({place})" if place else f"Example {number}"


def _blank(prompt: str) -> str:
    return "" if prompt[-1:].isspace() else " "
