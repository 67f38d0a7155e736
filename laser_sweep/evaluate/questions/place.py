"""The place of an example in its source, for error messages."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.dataset import Example


def where(examples: Sequence[Example], number: int) -> str:
    """The number of an example, with its place in the source if that is known."""
    place = examples[number].place
    return f"Example {number} ({place})" if place else f"Example {number}"


def where_answer(examples: Sequence[Example], number: int, answer: str) -> str:
    """The example of an answer or a label, and the answer or the label itself."""
    return f"{where(examples, number)}: the answer {answer!r}"
