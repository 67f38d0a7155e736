"""Questions to a model that continues a text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laser_sweep.dataset import CHOICE, GENERATION, Example, Scoring
from laser_sweep.evaluate.questions import labels as answers
from laser_sweep.evaluate.questions.labels import Labels
from laser_sweep.evaluate.questions.place import where_answer
from laser_sweep.evaluate.questions.question import ANSWER, QUESTION, TOTAL, Pass, Question, Reading
from laser_sweep.evaluate.questions.tokens import Tokens


def questions(
    examples: Sequence[Example], scoring: Scoring, tokens: Tokens, paper: bool
) -> list[Question]:
    """Examples as questions; in the paper's way where its code has answers of several tokens.

    Raises:
        ConfigError: as `encode`.
    """
    prompts = [(*tokens.prefix, *ids) for ids in tokens.plain([e.prompt for e in examples])]
    if paper:
        found = [] if scoring.kind == GENERATION else answers.alone(examples, tokens)
        if scoring.kind == GENERATION or (scoring.kind == CHOICE and _several(found, scoring)):
            return _searched(examples, scoring, tokens, prompts)
    else:
        found = answers.following(examples, tokens)
    answers.check(examples, scoring, tokens, found)
    return [
        _choice(example, prompt, labels, scoring)
        if scoring.kind == CHOICE
        else _answer(example, prompt, labels[example.answer], scoring)
        for example, prompt, labels in zip(examples, prompts, found, strict=True)
    ]


def _several(found: Sequence[Labels], scoring: Scoring) -> bool:
    """Whether labels of several tokens are there, and no mistake."""
    return not scoring.single_token and any(
        len(ids) > 1 for labels in found for ids in labels.values()
    )


def _answer(
    example: Example, prompt: tuple[int, ...], gold: tuple[int, ...], scoring: Scoring
) -> Question:
    reading = _continued(ANSWER, prompt, gold)
    generates = scoring.kind == GENERATION
    asks = Pass(
        ids=prompt + gold[:-1],
        readings=(reading, *_question(prompt, scoring)),
        likeliest=() if generates else reading.positions,
    )
    return Question((asks,), gold, example.answer, (), len(gold), prompt if generates else ())


def _choice(
    example: Example, prompt: tuple[int, ...], labels: Labels, scoring: Scoring
) -> Question:
    gold = labels[example.answer]
    passes = list(_label_passes(prompt, [labels[choice] for choice in example.choices]))
    first = Pass(
        passes[0].ids,
        passes[0].readings + _question(prompt, scoring),
        (len(prompt) - 1,) if scoring.details else (),
    )
    return Question((first, *passes[1:]), gold, example.answer, example.choices, len(gold))


def _label_passes(prompt: tuple[int, ...], labels: Sequence[tuple[int, ...]]) -> Iterator[Pass]:
    """One pass for all labels of one token, and one for each that has more."""
    single = [_continued(number, prompt, ids) for number, ids in enumerate(labels) if len(ids) == 1]
    if single:
        yield Pass(prompt, tuple(single))
    for number, ids in enumerate(labels):
        if len(ids) > 1:
            yield Pass(prompt + ids[:-1], (_continued(number, prompt, ids),))


def _continued(of: str | int, prompt: tuple[int, ...], ids: tuple[int, ...]) -> Reading:
    last = len(prompt) - 1
    return Reading(of, tuple(range(last, last + len(ids))), ids)


def _question(prompt: tuple[int, ...], scoring: Scoring) -> tuple[Reading, ...]:
    """The prompt's own tokens but the first, which nothing predicts."""
    if not scoring.details:
        return ()
    return (Reading(QUESTION, tuple(range(len(prompt) - 1)), prompt[1:]),)


def _searched(
    examples: Sequence[Example],
    scoring: Scoring,
    tokens: Tokens,
    prompts: Sequence[tuple[int, ...]],
) -> list[Question]:
    """Prompt and answer as one text, the answer's tokens searched from its end."""
    asked = [
        (number, label)
        for number, example in enumerate(examples)
        for label in (example.choices or (example.answer,))
    ]
    texts = tokens.plain([f"{examples[number].prompt} {label}" for number, label in asked])
    found: list[dict[str, tuple[tuple[int, ...], int]]] = [{} for _ in examples]
    for (number, label), ids in zip(asked, texts, strict=True):
        length = tokens.suffix_length(where_answer(examples, number, label), ids, label)
        found[number][label] = (*tokens.prefix, *ids), length
    return [
        _whole(example, scoring, prompt, wholes)
        for example, prompt, wholes in zip(examples, prompts, found, strict=True)
    ]


def _whole(
    example: Example,
    scoring: Scoring,
    prompt: tuple[int, ...],
    wholes: dict[str, tuple[tuple[int, ...], int]],
) -> Question:
    ids, length = wholes[example.answer]
    passes = []
    for number, label in enumerate(example.choices or (example.answer,)):
        whole, count = wholes[label]
        of = number if example.choices else ANSWER
        readings = [_ending(of, whole, count)]
        if label == example.answer:
            readings.append(_ending(TOTAL, whole, len(whole) - 1))
        passes.append(Pass(whole[:-1], tuple(readings)))
    generates = scoring.kind == GENERATION
    return Question(
        tuple(passes),
        ids[-length:],
        example.answer,
        example.choices,
        length,
        prompt if generates else (),
    )


def _ending(of: str | int, ids: tuple[int, ...], count: int) -> Reading:
    """The last tokens of a text."""
    start = len(ids) - 1 - count
    return Reading(of, tuple(range(start, start + count)), ids[start + 1 :])
