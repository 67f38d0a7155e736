"""Documents as questions: every token is predicted once, in windows that overlap.

A window has the tokens of the model's context at most. The first window predicts all of its tokens;
each further one begins `stride` tokens later, and predicts the tokens that no earlier one has. So a
token is predicted from at least `window - stride` tokens before it, except at the beginning of the
document (https://huggingface.co/docs/transformers/perplexity). As in EleutherAI's harness, the
first token is predicted from the token that begins a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from laser_sweep.dataset import DocumentScoring, Example
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.place import where
from laser_sweep.evaluate.questions.question import GOLD, Pass, Question, Reading
from laser_sweep.evaluate.questions.tokens import Tokens

_UNLIMITED = 2048
"""The tokens of a window of a model whose context has no limit."""


def questions(
    examples: Sequence[Example], scoring: DocumentScoring, tokens: Tokens, context: float
) -> list[Question]:
    """Documents as questions.

    Args:
        examples: the documents.
        scoring: their scoring.
        tokens: the model's tokenizer.
        context: the model's context in tokens; infinite without a limit.

    Raises:
        ConfigError: if a document has no token that can be predicted, or a window is larger than
            the context, or not larger than the stride.
    """
    window = scoring.window or int(min(context, _UNLIMITED if context > 1e9 else context))
    stride = scoring.stride or max(1, window // 2)
    _check(window, stride, context)
    plain = tokens.plain([example.prompt for example in examples])
    return [
        _question(example, where(examples, number), ids, tokens, window, stride)
        for number, (example, ids) in enumerate(zip(examples, plain, strict=True))
    ]


def _check(window: int, stride: int, context: float) -> None:
    if window > context:
        raise ConfigError(
            f"dataset.window={window}: expected at most {context:.0f} tokens, the model's context."
        )
    if stride >= window:
        raise ConfigError(
            f"dataset.stride={stride}: expected less than the {window} tokens of a window, so that "
            "each window has tokens to predict from."
        )


def _question(
    example: Example, place: str, plain: Sequence[int], tokens: Tokens, window: int, stride: int
) -> Question:
    first = tokens.begins_text
    # A document may begin with that token itself.
    before = [] if first is None or list(plain[:1]) == [first] else [first]
    ids = (*before, *plain)
    if len(ids) < 2:
        raise ConfigError(
            f"{place}: the document has {len(plain)} tokens, and none of them can be predicted."
        )
    unpredicted = 0 if first is not None else _bytes(tokens.text(plain[:1]))
    return Question(
        passes=tuple(_windows(ids, window, stride)),
        gold=(),
        answer="",
        length=len(ids) - 1,
        text_bytes=_bytes(example.prompt) - unpredicted,
    )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8"))


def _windows(ids: tuple[int, ...], window: int, stride: int) -> Iterator[Pass]:
    """The windows of a document; the last token of each is predicted, and is not an input."""
    predicted = 1
    for start in range(0, len(ids), stride):
        end = min(start + window, len(ids))
        positions = range(predicted - 1 - start, end - 1 - start)
        yield Pass(ids[start : end - 1], (Reading(GOLD, tuple(positions), ids[predicted:end]),))
        if end == len(ids):
            return
        predicted = end
