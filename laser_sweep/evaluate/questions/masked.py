"""Questions to a model that fills in masks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from laser_sweep.dataset import CHOICE, GENERATION, Example, Prompting, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions import label_tokens
from laser_sweep.evaluate.questions.place import where, where_answer
from laser_sweep.evaluate.questions.question import GOLD, Pass, Question, Reading, Subject
from laser_sweep.evaluate.questions.seam import LabelTokens, Unsplit, split
from laser_sweep.evaluate.questions.tokens import Tokens

_SURPLUS = 1
"""The tokens that the paper's code counts in a masked answer beside the answer's own."""


class _MaskedPrompt(NamedTuple):
    """A prompt with one mask.

    Attributes:
        ids: the token ids.
        position: the position of the mask.
        mask: the token id of the mask.
    """

    ids: tuple[int, ...]
    position: int
    mask: int

    def with_masks(self, count: int) -> tuple[int, ...]:
        """The token ids with some masks in the place of the one."""
        before, after = self.ids[: self.position], self.ids[self.position + 1 :]
        return (*before, *[self.mask] * count, *after)


def questions(
    examples: Sequence[Example], scoring: Scoring, prompting: Prompting, tokens: Tokens
) -> list[Question]:
    """Examples as questions, with as many masks in a prompt as its answer has tokens.

    Raises:
        ConfigError: as `encode`; if the tokenizer has no mask, or a prompt has several masks.
    """
    if not prompting.mask:
        raise ConfigError("The model fills in masks, but its tokenizer has no mask token.")
    if scoring.bare:
        return _bare_questions(examples, scoring, prompting, tokens)
    prompts = _prompts(examples, prompting, tokens, end=".")
    found = _labels(examples, prompting, tokens)
    label_tokens.check(examples, scoring, tokens, found)
    return [
        _question(example, prompt, labels, scoring)
        for example, prompt, labels in zip(examples, prompts, found, strict=True)
    ]


def _labels(examples: Sequence[Example], prompting: Prompting, tokens: Tokens) -> list[LabelTokens]:
    """For each example the tokens that its answer and labels have in the place of the mask.

    After the usual space, they have the same tokens whatever the text before them.
    """
    usual = [example for example in examples if example.delimiter is None]
    texts = [
        _before_mask(examples, number, prompting)
        for number, example in enumerate(examples)
        if example.delimiter is not None
    ]
    spaced = iter(label_tokens.without_prompts(usual, tokens))
    others = iter([each.labels for each in split(texts, tokens)])
    return [next(spaced if example.delimiter is None else others) for example in examples]


def _before_mask(examples: Sequence[Example], number: int, prompting: Prompting) -> Unsplit:
    """The text before the mask, and what stands between its last word and the mask.

    Raises:
        ConfigError: if a delimiter with words in it would stand before a mask of the prompt's own.
    """
    example, place = examples[number], where(examples, number)
    own = prompting.has_mask(example.prompt)
    before, delimiter = example.prompt.partition(prompting.mask)[0], example.seam
    if own and delimiter.strip():
        raise ConfigError(
            f"{place} has a mask in its prompt, so that dataset.target_delimiter={delimiter!r} "
            "cannot stand before it: expected spaces, nothing or auto, or prompts without masks."
        )
    if own and before[-1:].isspace():
        delimiter = ""
    text = f"{before}{delimiter}"
    words = text.rstrip()
    return Unsplit(place, words, text[len(words) :], label_tokens.labels_of(example))


def _prompts(
    examples: Sequence[Example], prompting: Prompting, tokens: Tokens, end: str
) -> list[_MaskedPrompt]:
    """The prompts of examples; a prompt without a mask gets a mask, then `end`."""
    mask = _mask(tokens)
    found = []
    texts = [_filled(example, prompting, end) for example in examples]
    for number, ids in enumerate(tokens.whole(texts)):
        if (count := ids.count(mask)) != 1:
            raise ConfigError(
                f"{where(examples, number)} has {count} mask tokens in its prompt, expected 1."
            )
        found.append(_MaskedPrompt(tuple(ids), ids.index(mask), mask))
    return found


def _filled(example: Example, prompting: Prompting, end: str) -> str:
    """The prompt with its mask or, after the delimiter, with a mask and `end`."""
    if prompting.has_mask(example.prompt):
        return example.prompt
    before = f"{example.prompt}{example.seam}"
    # The answer's own tokens have the spaces of a delimiter that is not the usual one.
    return f"{before if example.delimiter is None else before.rstrip()}{prompting.mask}{end}"


def _question(
    example: Example, prompt: _MaskedPrompt, labels: LabelTokens, scoring: Scoring
) -> Question:
    gold = labels[example.answer]
    aliases: list[tuple[int, ...]] = []
    if scoring.kind == CHOICE:
        choices = [labels[choice] for choice in example.choices]
        passes = list(_label_passes(prompt, choices, scoring))
    else:
        reading = _at(GOLD, prompt.position, gold)
        generates = scoring.kind == GENERATION
        passes = [
            Pass(prompt.with_masks(len(gold)), (reading,), () if generates else reading.positions)
        ]
        if generates:
            passes.append(_generation_pass(prompt, scoring.new_tokens))
        aliases = [labels[text] for text in example.aliases]
        passes += _alias_passes(prompt, aliases)
    return Question(
        tuple(passes),
        gold,
        example.answer,
        example.choices,
        len(gold),
        alias_tokens=tuple(aliases),
    )


def _alias_passes(prompt: _MaskedPrompt, aliases: Sequence[tuple[int, ...]]) -> Iterator[Pass]:
    """One pass for each further accepted answer."""
    for number, ids in enumerate(aliases, 1):
        positions = _at(GOLD, prompt.position, ids).positions
        yield Pass(prompt.with_masks(len(ids)), (), positions, number)


def _label_passes(
    prompt: _MaskedPrompt, choices: Sequence[tuple[int, ...]], scoring: Scoring
) -> Iterator[Pass]:
    """One pass for all labels of the same number of tokens."""
    counts = list(dict.fromkeys(map(len, choices)))
    for count in counts:
        readings = tuple(
            _at(number, prompt.position, ids)
            for number, ids in enumerate(choices)
            if len(ids) == count
        )
        is_first = count == counts[0]
        likeliest = (prompt.position,) if scoring.details and is_first else ()
        yield Pass(prompt.with_masks(count), readings, likeliest)


def _generation_pass(prompt: _MaskedPrompt, count: int) -> Pass:
    """The pass in which the model generates: the likeliest tokens of several masks at once."""
    positions = tuple(range(prompt.position, prompt.position + count))
    return Pass(prompt.with_masks(count), (), positions)


def _at(of: Subject, position: int, ids: tuple[int, ...]) -> Reading:
    """The reading of tokens at their own positions."""
    return Reading(of, tuple(range(position, position + len(ids))), ids)


def _bare_questions(
    examples: Sequence[Example], scoring: Scoring, prompting: Prompting, tokens: Tokens
) -> list[Question]:
    """Questions as the paper's code asks them, without special tokens.

    The prompt and the answer are one text, in which the tokens of the answer are masked.
    """
    generation: list[tuple[Pass, ...]] = [()] * len(examples)
    if scoring.kind == GENERATION:
        prompts = _prompts(examples, prompting, tokens, end="")
        generation = [(_generation_pass(prompt, scoring.new_tokens),) for prompt in prompts]
    return [
        _bare_question(examples, number, tokens, passes) for number, passes in enumerate(generation)
    ]


def _bare_question(
    examples: Sequence[Example], number: int, tokens: Tokens, generation: tuple[Pass, ...]
) -> Question:
    example = examples[number]
    labels = example.choices or (example.answer,)
    texts = tokens.plain([f"{example.prompt} {label}" for label in labels])
    passes: list[Pass] = []
    found: LabelTokens = {}
    for index, (label, ids) in enumerate(zip(labels, texts, strict=True)):
        count = tokens.suffix_length(where_answer(examples, number, label), ids, label)
        found[label] = tuple(ids[-count:])
        reading = _at(index if example.choices else GOLD, len(ids) - count, found[label])
        passes.append(Pass((*ids[:-count], *[_mask(tokens)] * count), (reading,)))
    gold = found[example.answer]
    length = len(gold) + _SURPLUS
    return Question((*passes, *generation), gold, example.answer, example.choices, length)


def _mask(tokens: Tokens) -> int:
    """The token id of the mask."""
    token = tokens.tokenizer.mask_token_id
    assert isinstance(token, int)
    return token
