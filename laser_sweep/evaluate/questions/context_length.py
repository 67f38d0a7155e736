"""Questions that exceed the model's context: refused, left out, or cut on the left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from transformers import PretrainedConfig

from laser_sweep.config.dataset import DROP, ERROR
from laser_sweep.dataset import Example, HarnessScoring, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.place import where
from laser_sweep.evaluate.questions.question import PROMPT, TOTAL, Pass, Question
from laser_sweep.evaluate.questions.tokens import Tokens
from laser_sweep.model.context import context


@dataclass(frozen=True)
class QuestionSet:
    """The questions of a dataset, fitted to the model's context.

    Attributes:
        questions: the questions in the order of the dataset; `dropped` ones must not be evaluated.
        dropped: the indices of the questions that are left out.
        truncated: the indices of the questions that are cut on the left.
        once: whether special tokens that a prompt has itself are not added, or cut off, as they
            once were.
    """

    questions: list[Question]
    dropped: tuple[int, ...] = ()
    truncated: tuple[int, ...] = ()
    once: bool = False


def fit(
    examples: Sequence[Example],
    questions: list[Question],
    scoring: Scoring,
    tokens: Tokens,
    config: PretrainedConfig,
    too_long: str,
) -> QuestionSet:
    """Fit questions to the model's context.

    Raises:
        ConfigError: if a question exceeds the context and that is an error, if a question cannot be
            cut, or if a question has no tokens.
    """
    limit = largest_context(tokens, config)
    lengths = [question.longest(scoring.new_tokens) for question in questions]
    for number, length in enumerate(lengths):
        if not length:
            raise ConfigError(f"{where(examples, number)} has 0 tokens in its prompt.")
    over = tuple(number for number, length in enumerate(lengths) if length > limit)
    if not over or too_long == DROP:
        return QuestionSet(questions, dropped=over)
    if too_long == ERROR:
        raise _too_long(examples, over, lengths, limit)
    cut = list(questions)
    for number in over:
        place, question = where(examples, number), questions[number]
        cut[number] = _shortened(place, question, int(limit), scoring, tokens)
    once = any(_start(questions[number], tokens) > len(tokens.prefix) for number in over)
    return QuestionSet(cut, truncated=over, once=once)


def largest_context(tokens: Tokens, config: PretrainedConfig) -> float:
    """The largest number of tokens that model and tokenizer allow; infinite without a limit."""
    return min(context(config), tokens.tokenizer.model_max_length)


def _shortened(
    place: str, question: Question, limit: int, scoring: Scoring, tokens: Tokens
) -> Question:
    """The question within the limit of the model's context."""
    if isinstance(scoring, HarnessScoring):
        return _cut_requests(place, question, limit, scoring.new_tokens)
    return _cut(place, question, question.longest(scoring.new_tokens) - limit, tokens)


def _cut(place: str, question: Question, excess: int, tokens: Tokens) -> Question:
    """The question without `excess` tokens at the beginning of its prompt."""
    start = _start(question, tokens)
    if min(map(_first, question.passes)) < start + excess:
        raise _too_few(place, excess)
    return question.without(start, excess)


def _cut_requests(place: str, question: Question, limit: int, new_tokens: int) -> Question:
    """The question whose texts each lack as many tokens at their beginning as they have too many.

    EleutherAI's harness cuts so: each choice by itself, and the token that starts a text, too.
    """
    passes = []
    for each in question.passes:
        excess = max(0, len(each.ids) - limit)
        if _first(each) < excess:
            raise _too_few(place, excess)
        passes.append(each.without(0, excess))
    kept = max(0, limit - new_tokens)
    prompt = question.prompt[max(0, len(question.prompt) - kept) :]
    return replace(question, passes=tuple(passes), prompt=prompt)


def _first(text: Pass) -> int:
    """The first position of a text that predicts a part of an answer."""
    return min(
        position
        for reading in text.readings
        if reading.of not in (PROMPT, TOTAL)
        for position in reading.positions
    )


def _too_few(place: str, excess: int) -> ConfigError:
    return ConfigError(
        f"{place}: it has {excess} tokens more than the model's context, and fewer tokens "
        "before its answer or its mask. dataset.too_long=drop leaves it out."
    )


def _start(question: Question, tokens: Tokens) -> int:
    """The number of special tokens that start the question, and stay."""
    return max(tokens.start_length(each.ids) for each in question.passes)


def _too_long(
    examples: Sequence[Example], over: Sequence[int], lengths: Sequence[int], limit: float
) -> ConfigError:
    others = f", and {len(over) - 1} others are too long" if len(over) > 1 else ""
    return ConfigError(
        f"{where(examples, over[0])} takes {lengths[over[0]]} tokens with its answer, expected 1 "
        f"to {limit}, the model's context{others}. dataset.too_long=drop leaves them out, "
        "truncate_left cuts the beginnings of their prompts."
    )
