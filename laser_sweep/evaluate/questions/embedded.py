"""Questions against the embedding: a token of theirs may have no row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laser_sweep.dataset import Example
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.context_length import QuestionSet
from laser_sweep.evaluate.questions.place import where
from laser_sweep.evaluate.questions.question import Question
from laser_sweep.evaluate.questions.tokens import Tokens


def check_embedded(
    examples: Sequence[Example], question_set: QuestionSet, tokens: Tokens, rows: int
) -> None:
    """Check that the model has a row of its embedding for every token of the questions.

    A tokenizer may have more tokens than the model, as long as no question has one of them.

    Args:
        examples: the examples.
        question_set: their questions.
        tokens: the tokenizer.
        rows: the number of rows of the embedding.

    Raises:
        ConfigError: if a token has no row; the error names the token and its example.
    """
    dropped = set(question_set.dropped)
    for number, question in enumerate(question_set.questions):
        beyond = [ids for ids in _texts(question) if ids and max(ids) >= rows]
        if number in dropped or not beyond:
            continue
        token = next(each for each in beyond[0] if each >= rows)
        raise ConfigError(
            f"{where(examples, number)} has the token {tokens.pieces([token])[0]!r} with the id "
            f"{token}, and the model's embedding has {rows} rows, for the ids 0 to {rows - 1}: the "
            f"tokenizer ({len(tokens.tokenizer)} tokens) is not the model's, or the tokens were "
            "added without resize_token_embeddings()."
        )


def _texts(question: Question) -> Iterator[tuple[int, ...]]:
    """The token ids that go through the model, and those that are read from it."""
    for each in question.passes:
        yield each.ids
        for reading in each.readings:
            yield reading.tokens
    yield question.prompt
    yield question.gold
