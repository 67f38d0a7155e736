"""Questions to a model that fills in masks."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.dataset import CHOICE, GENERATION, Example, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions import labels as answers
from laser_sweep.evaluate.questions.labels import Labels
from laser_sweep.evaluate.questions.place import where, where_answer
from laser_sweep.evaluate.questions.question import ANSWER, Pass, Question, Reading
from laser_sweep.evaluate.questions.tokens import Tokens, blank

_ONE_TOO_MANY = 1
"""By which the paper's code counts a masked answer too long."""


def questions(
    examples: Sequence[Example], scoring: Scoring, tokens: Tokens, paper: bool
) -> list[Question]:
    """Examples as questions: as many masks as the answer has tokens, where the prompt has one.

    Raises:
        ConfigError: as `encode`; if the tokenizer has no mask, or a prompt several.
    """
    if tokens.tokenizer.mask_token is None:
        raise ConfigError("The model fills in masks, but its tokenizer has no mask token.")
    if scoring.bare:
        return _bare(examples, scoring, tokens)
    prompts = _prompts(examples, tokens, end=".")
    found = answers.alone(examples, tokens)
    answers.check(examples, scoring, tokens, found)
    return [
        _question(example, prompt, labels, scoring, tokens)
        for example, prompt, labels in zip(examples, prompts, found, strict=True)
    ]


def _prompts(
    examples: Sequence[Example], tokens: Tokens, end: str
) -> list[tuple[tuple[int, ...], int]]:
    """The tokens of each prompt and its mask's position; a prompt without one gets one."""
    mask = str(tokens.tokenizer.mask_token)
    texts = [
        example.prompt
        if mask in example.prompt
        else f"{example.prompt}{blank(example.prompt)}{mask}{end}"
        for example in examples
    ]
    found = []
    for number, ids in enumerate(tokens.whole(texts)):
        if (masks := ids.count(_mask(tokens))) != 1:
            raise ConfigError(
                f"{where(examples, number)} has {masks} mask tokens in its prompt, expected 1."
            )
        found.append((tuple(ids), ids.index(_mask(tokens))))
    return found


def _question(
    example: Example,
    prompt: tuple[tuple[int, ...], int],
    labels: Labels,
    scoring: Scoring,
    tokens: Tokens,
) -> Question:
    gold = labels[example.answer]
    if scoring.kind == CHOICE:
        choices = [labels[choice] for choice in example.choices]
        passes = _choice(prompt, choices, scoring, tokens)
    else:
        asks = _filled(prompt, len(gold), tokens)
        reading = _at(ANSWER, prompt[1], gold)
        generates = scoring.kind == GENERATION
        passes = [Pass(asks, (reading,), () if generates else reading.positions)]
        passes += _generation(prompt, scoring, tokens)
    return Question(tuple(passes), gold, example.answer, example.choices, len(gold))


def _choice(
    prompt: tuple[tuple[int, ...], int],
    choices: Sequence[tuple[int, ...]],
    scoring: Scoring,
    tokens: Tokens,
) -> list[Pass]:
    """One pass for all labels of the same number of tokens."""
    passes: list[Pass] = []
    for count in dict.fromkeys(map(len, choices)):
        readings = [
            _at(number, prompt[1], ids) for number, ids in enumerate(choices) if len(ids) == count
        ]
        likeliest = (prompt[1],) if scoring.details and not passes else ()
        passes.append(Pass(_filled(prompt, count, tokens), tuple(readings), likeliest))
    return passes


def _generation(
    prompt: tuple[tuple[int, ...], int], scoring: Scoring, tokens: Tokens
) -> list[Pass]:
    """What fills several masks at once is what a masked model says in its own words."""
    if scoring.kind != GENERATION:
        return []
    count = scoring.new_tokens
    positions = tuple(range(prompt[1], prompt[1] + count))
    return [Pass(_filled(prompt, count, tokens), (), positions)]


def _filled(prompt: tuple[tuple[int, ...], int], count: int, tokens: Tokens) -> tuple[int, ...]:
    ids, position = prompt
    return (*ids[:position], *[_mask(tokens)] * count, *ids[position + 1 :])


def _at(of: str | int, position: int, ids: tuple[int, ...]) -> Reading:
    return Reading(of, tuple(range(position, position + len(ids))), ids)


def _bare(examples: Sequence[Example], scoring: Scoring, tokens: Tokens) -> list[Question]:
    """The paper's code: prompt and answer without special tokens, the answer's tokens masked."""
    generates = scoring.kind == GENERATION
    prompts = _prompts(examples, tokens, end="") if generates else []
    made = []
    for number, example in enumerate(examples):
        labels = example.choices or (example.answer,)
        texts = tokens.plain([f"{example.prompt} {label}" for label in labels])
        passes, counts = [], {}
        for index, (label, ids) in enumerate(zip(labels, texts, strict=True)):
            count = tokens.suffix_length(where_answer(examples, number, label), ids, label)
            counts[label] = tuple(ids[-count:])
            reading = _at(index if example.choices else ANSWER, len(ids) - count, counts[label])
            passes.append(Pass((*ids[:-count], *[_mask(tokens)] * count), (reading,)))
        if generates:
            passes += _generation(prompts[number], scoring, tokens)
        gold = counts[example.answer]
        made.append(
            Question(
                tuple(passes), gold, example.answer, example.choices, len(gold) + _ONE_TOO_MANY
            )
        )
    return made


def _mask(tokens: Tokens) -> int:
    token = tokens.tokenizer.mask_token_id
    assert isinstance(token, int)
    return token
