"""Batches of questions: all texts of a question are in the same batch, as its loss needs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from laser_sweep.evaluate.engine.batch import Batch, make_batch
from laser_sweep.evaluate.questions.question import GOLD, Pass, Question, Reading


class BatchSize(NamedTuple):
    """The size of a batch: its tokens, padding included, and the places where it is read."""

    tokens: int
    places: int


@dataclass(frozen=True)
class Answer:
    """A label, or an accepted answer.

    Attributes:
        is_right: whether the answer is right.
        readings: the readings of its tokens, by their numbers in the batch.
    """

    is_right: bool
    readings: tuple[int, ...]


@dataclass(frozen=True)
class AskedQuestion:
    """A question of a batch.

    Attributes:
        question: the question.
        answers: its labels; without labels its accepted answers, all of them right.
        gold: the number of the gold answer.
    """

    question: Question
    answers: tuple[Answer, ...]
    gold: int


@dataclass(frozen=True)
class QuestionBatch:
    """Questions that go through the model together.

    Attributes:
        batch: their texts.
        questions: the questions.
    """

    batch: Batch
    questions: tuple[AskedQuestion, ...]


def question_batches(
    questions: Sequence[Question], pad: int, most: BatchSize, device: str
) -> list[QuestionBatch]:
    """Put questions into batches, those with the longest texts first.

    Args:
        questions: the questions.
        pad: the token id of the padding.
        most: the largest size of a batch; a question that exceeds it is a batch of its own.
        device: the device of the tensors.
    """
    longest_first = sorted(questions, key=lambda each: -max(len(p.ids) for p in _passes(each)))
    return [_batch(group, pad, device) for group in _groups(longest_first, most)]


def padded_tokens(question: Question) -> int:
    """The number of tokens of a question's texts, padded to one length."""
    passes = _passes(question)
    return len(passes) * max(len(each.ids) for each in passes)


def _groups(longest_first: Sequence[Question], most: BatchSize) -> Iterator[list[Question]]:
    group: list[Question] = []
    texts = length = places = 0
    for question in longest_first:
        passes = _passes(question)
        read = sum(len(each.read_positions) for each in passes)
        is_over = (texts + len(passes)) * length > most.tokens or places + read > most.places
        if group and is_over:
            yield group
            group, texts, places = [], 0, 0
        # The first question of a batch has its longest text.
        length = length if group else max(len(each.ids) for each in passes)
        group.append(question)
        texts += len(passes)
        places += read
    if group:
        yield group


def _batch(questions: Sequence[Question], pad: int, device: str) -> QuestionBatch:
    asked, passes, read = [], [], 0
    for question in questions:
        own = _passes(question)
        asked.append(_asked(question, own, read))
        passes += own
        read += sum(len(reading.tokens) for each in own for reading in each.readings)
    return QuestionBatch(make_batch(passes, pad, device), tuple(asked))


def _asked(question: Question, passes: Sequence[Pass], start: int) -> AskedQuestion:
    """A question whose first reading has the number `start` in its batch."""
    numbers: dict[int, tuple[int, ...]] = {}
    for reading in (reading for each in passes for reading in each.readings):
        assert isinstance(reading.of, int)
        numbers[reading.of] = tuple(range(start, start + len(reading.tokens)))
        start += len(reading.tokens)
    right = question.right or tuple(sorted(numbers))
    answers = tuple(Answer(each in right, numbers[each]) for each in sorted(numbers))
    return AskedQuestion(question, answers, right[0])


def _passes(question: Question) -> list[Pass]:
    """The texts in which labels or accepted answers are read, each by its number."""
    found = []
    for each in question.passes:
        if each.alias:
            tokens = question.alias_tokens[each.alias - 1]
            readings = [Reading(each.alias, each.likeliest, tokens)]
        else:
            readings = [
                reading._replace(of=0 if reading.of == GOLD else reading.of)
                for reading in each.readings
                if reading.of == GOLD or isinstance(reading.of, int)
            ]
        if readings:
            found.append(Pass(each.ids, tuple(readings)))
    return found


def chunks_of(batches: Sequence[QuestionBatch], most: int) -> Iterator[list[QuestionBatch]]:
    """Batches in chunks of at most `most` tokens, or of one batch."""
    chunk: list[QuestionBatch] = []
    for each in batches:
        if chunk and tokens_of(chunk) + tokens_of([each]) > most:
            yield chunk
            chunk = []
        chunk.append(each)
    yield chunk


def tokens_of(batches: Iterable[QuestionBatch]) -> int:
    """The number of tokens of batches, padding included."""
    return sum(each.batch.ids.numel() for each in batches)
