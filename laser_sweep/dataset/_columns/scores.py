"""Scores of choices, such as BIG-bench's `target_scores`: those with the largest are right."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.dataset._files.row import RowError


def scores_of(value: object) -> dict[str, float] | None:
    """The score of each choice, if a value holds fields that are all numbers or truth values.

    A field without a value is no choice: Parquet files have the choices of all rows in each row.
    """
    if not isinstance(value, dict):
        return None
    scores = {str(name): score for name, score in value.items() if score is not None}
    if not scores or not are_scores(list(scores.values())):
        return None
    return {name: float(score) for name, score in scores.items()}


def are_scores(values: Sequence[object]) -> bool:
    """Whether all values are numbers or truth values."""
    return all(isinstance(value, int | float) for value in values)


def best(choices: Sequence[str], scores: Sequence[float], column: str) -> list[str]:
    """The choices with the largest score.

    Raises:
        RowError: if no choice is better than another, or none has a score above 0.
    """
    largest = max(scores)
    found = [choice for choice, score in zip(choices, scores, strict=True) if score == largest]
    if largest <= 0 or len(found) == len(choices):
        raise RowError(
            f"{column!r} has the scores {list(scores)}: expected one choice or more with a larger "
            "score than the others, above 0"
        )
    return found
