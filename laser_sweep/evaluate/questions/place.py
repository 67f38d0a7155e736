"""Where a person finds an example that an error is about."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.dataset import Example


def where(examples: Sequence[Example], number: int) -> str:
    """The example's number and its place in the source."""
    place = examples[number].place
    return f"Example {number} ({place})" if place else f"Example {number}"


def where_answer(examples: Sequence[Example], number: int, answer: str) -> str:
    """An answer or a label of an example."""
    return f"{where(examples, number)}: the answer {answer!r}"
