"""Questions as EleutherAI's harness asks them.

The seam is the harness's: the spaces at the end of a context go to the continuation, and the tokens
of both as one text are cut where those of the context end, even if these are others. So outcomes
are the harness's own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from laser_sweep.dataset import (
    CHOICE,
    GENERATION,
    Example,
    HarnessExample,
    Prompting,
    Request,
    Scoring,
)
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.place import where
from laser_sweep.evaluate.questions.question import GOLD, Pass, Question, Reading, Subject
from laser_sweep.evaluate.questions.tokens import Tokens


class _Encoded(NamedTuple):
    """The tokens of a request.

    Attributes:
        context: the token ids of the context, special tokens included.
        continuation: the token ids of the continuation.
    """

    context: tuple[int, ...]
    continuation: tuple[int, ...]

    def reading(self, of: Subject) -> Reading:
        """The reading of the continuation."""
        last = len(self.context) - 1
        return Reading(of, tuple(range(last, last + len(self.continuation))), self.continuation)

    @property
    def ids(self) -> tuple[int, ...]:
        """The tokens that predict the continuation."""
        return self.context + self.continuation[:-1]


def questions(
    examples: Sequence[Example], scoring: Scoring, prompting: Prompting, tokens: Tokens
) -> list[Question]:
    """Documents of the harness as questions.

    Raises:
        ConfigError: if a continuation has no tokens of its own.
    """
    documents = [each for each in examples if isinstance(each, HarnessExample)]
    encoded = _encoded([request for each in documents for request in each.requests], tokens)
    own = [list(itertools.islice(encoded, len(each.requests))) for each in documents]
    for number, asked in enumerate(own):
        _check_continuations(where(documents, number), asked)
    if scoring.kind == CHOICE:
        return [_choice(each, asked) for each, asked in zip(documents, own, strict=True)]
    if scoring.kind == GENERATION:
        prompts = tokens.plain([each.requests[0].context for each in documents])
        return [
            _generation(each, asked[0], tuple(tokens.started(prompt)))
            for each, asked, prompt in zip(documents, own, prompts, strict=True)
        ]
    return [_answer(each, asked[0]) for each, asked in zip(documents, own, strict=True)]


def _encoded(requests: Sequence[Request], tokens: Tokens) -> Iterator[_Encoded]:
    """The tokens of requests."""
    pairs = list(map(_spaces_moved, requests))
    contexts = tokens.plain([context for context, _ in pairs])
    wholes = tokens.plain([context + continuation for context, continuation in pairs])
    for context, whole in zip(contexts, wholes, strict=True):
        if context:
            yield _Encoded(tuple(tokens.started(context)), tuple(whole[len(context) :]))
            continue
        # A text without a context follows the token that starts a text, once.
        first = tokens.first
        continuation = whole[1:] if whole[:1] == [first] else whole
        yield _Encoded((first,), tuple(continuation))


def _spaces_moved(request: Request) -> tuple[str, str]:
    context = request.context.rstrip()
    return context, request.context[len(context) :] + request.continuation


def _check_continuations(place: str, encoded: Sequence[_Encoded]) -> None:
    for number, each in enumerate(encoded):
        if not each.continuation:
            raise ConfigError(
                f"{place}: the text of choice {number} has no tokens beyond those of its context."
            )


def _choice(example: HarnessExample, encoded: Sequence[_Encoded]) -> Question:
    gold = encoded[example.right[0]].continuation
    return Question(
        tuple(_passes(encoded)),
        gold,
        example.answer,
        example.choices,
        len(gold),
        right_labels=example.right,
        lengths=example.lengths,
    )


def _passes(encoded: Sequence[_Encoded]) -> Iterator[Pass]:
    """One text for all continuations that the same tokens predict."""
    numbers: dict[tuple[int, ...], list[int]] = {}
    for number, each in enumerate(encoded):
        numbers.setdefault(each.ids, []).append(number)
    for ids, own in numbers.items():
        yield Pass(ids, tuple(encoded[number].reading(number) for number in own))


def _answer(example: HarnessExample, asked: _Encoded) -> Question:
    reading = asked.reading(GOLD)
    text = Pass(asked.ids, (reading,), likeliest=reading.positions)
    return Question((text,), asked.continuation, example.answer, length=len(asked.continuation))


def _generation(example: HarnessExample, asked: _Encoded, prompt: tuple[int, ...]) -> Question:
    return Question(
        (Pass(asked.ids, (asked.reading(GOLD),)),),
        asked.continuation,
        example.answer,
        length=len(asked.continuation),
        prompt=prompt,
    )
