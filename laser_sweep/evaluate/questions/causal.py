"""Questions to a model that continues a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laser_sweep.dataset import CHOICE, GENERATION, Example, Prompting, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions import label_tokens
from laser_sweep.evaluate.questions.paper_search import searched_questions
from laser_sweep.evaluate.questions.place import where
from laser_sweep.evaluate.questions.question import (
    GOLD,
    PROMPT,
    Pass,
    Question,
    Reading,
    Subject,
)
from laser_sweep.evaluate.questions.seam import LabelTokens, Split
from laser_sweep.evaluate.questions.tokens import Tokens


def questions(
    examples: Sequence[Example], scoring: Scoring, prompting: Prompting, tokens: Tokens
) -> list[Question]:
    """Examples as questions; in the paper's way where its code takes answers of several tokens.

    Raises:
        ConfigError: as `encode`.
    """
    if prompting.paper:
        _check_prompts(examples)
    if prompting.paper and scoring.kind == GENERATION:
        return searched_questions(examples, scoring, tokens)
    asked = _splits(examples, prompting, tokens)
    found = [each.labels for each in asked]
    if prompting.paper and scoring.kind == CHOICE and _have_several(found, scoring):
        return searched_questions(examples, scoring, tokens)
    # Without a prompt, the answers follow the beginning of a text.
    prompts = [tuple(tokens.started(each.prompt)) or (tokens.first,) for each in asked]
    label_tokens.check(examples, scoring, tokens, found)
    return [
        _choice(example, prompt, labels, scoring)
        if scoring.kind == CHOICE
        else _answer(example, prompt, labels, scoring)
        for example, prompt, labels in zip(examples, prompts, found, strict=True)
    ]


def _check_prompts(examples: Sequence[Example]) -> None:
    """Check that no prompt is empty: the paper's code does not score the first token of a text."""
    for number, example in enumerate(examples):
        if not example.prompt:
            raise ConfigError(
                f"{where(examples, number)} has no prompt, which protocol=paper needs: expected "
                "protocol=corrected."
            )


def _splits(examples: Sequence[Example], prompting: Prompting, tokens: Tokens) -> list[Split]:
    """Prompts and answers as tokens; in the paper's code, answers do not depend on prompts."""
    if prompting.paper and all(example.delimiter is None for example in examples):
        prompts = tokens.plain([example.prompt for example in examples])
        found = label_tokens.without_prompts(examples, tokens)
        return [Split(tuple(ids), labels) for ids, labels in zip(prompts, found, strict=True)]
    return label_tokens.following_prompts(examples, tokens)


def _have_several(found: Sequence[LabelTokens], scoring: Scoring) -> bool:
    """Whether labels have several tokens, and the scoring allows that."""
    return not scoring.single_token and any(
        len(ids) > 1 for labels in found for ids in labels.values()
    )


def _answer(
    example: Example, prompt: tuple[int, ...], labels: LabelTokens, scoring: Scoring
) -> Question:
    gold, *others = (labels[text] for text in (example.answer, *example.aliases))
    reading = _continued(GOLD, prompt, gold)
    generates = scoring.kind == GENERATION
    text = Pass(
        ids=prompt + gold[:-1],
        readings=(reading, *_prompt_reading(prompt, scoring)),
        likeliest=() if generates else reading.positions,
    )
    aliases = [
        Pass(prompt + ids[:-1], (), _continued(GOLD, prompt, ids).positions, number)
        for number, ids in enumerate(others, 1)
    ]
    return Question(
        (text, *aliases),
        gold,
        example.answer,
        length=len(gold),
        prompt=prompt if generates else (),
        delimiter=example.seam,
        alias_tokens=tuple(others),
    )


def _choice(
    example: Example, prompt: tuple[int, ...], labels: LabelTokens, scoring: Scoring
) -> Question:
    gold = labels[example.answer]
    passes = list(_label_passes(prompt, [labels[choice] for choice in example.choices]))
    first = Pass(
        passes[0].ids,
        passes[0].readings + _prompt_reading(prompt, scoring),
        (len(prompt) - 1,) if scoring.details else (),
    )
    return Question((first, *passes[1:]), gold, example.answer, example.choices, len(gold))


def _label_passes(prompt: tuple[int, ...], labels: Sequence[tuple[int, ...]]) -> Iterator[Pass]:
    """One pass for all labels of one token, and one pass for each label of several tokens."""
    single = [_continued(number, prompt, ids) for number, ids in enumerate(labels) if len(ids) == 1]
    if single:
        yield Pass(prompt, tuple(single))
    for number, ids in enumerate(labels):
        if len(ids) > 1:
            yield Pass(prompt + ids[:-1], (_continued(number, prompt, ids),))


def _continued(of: Subject, prompt: tuple[int, ...], ids: tuple[int, ...]) -> Reading:
    """The reading of tokens that follow a prompt."""
    last = len(prompt) - 1
    return Reading(of, tuple(range(last, last + len(ids))), ids)


def _prompt_reading(prompt: tuple[int, ...], scoring: Scoring) -> tuple[Reading, ...]:
    """The reading of the prompt's tokens but the first, which no position predicts."""
    if not scoring.details:
        return ()
    return (Reading(PROMPT, tuple(range(len(prompt) - 1)), prompt[1:]),)
