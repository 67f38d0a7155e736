"""The labels that truth values mean, such as `yes` and `no`."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORDS = {
    **dict.fromkeys("true yes correct".split(), True),
    **dict.fromkeys("false no not non incorrect wrong".split(), False),
}
"""The first words of labels that say whether something is true."""
_WHOLE = {**dict.fromkeys("t y 1".split(), True), **dict.fromkeys("f n 0".split(), False)}
"""Whole labels that say so."""
_NEGATIONS = ("un", "in", "im", "ir", "il", "dis", "non", "not")
_FIRST_WORD = re.compile(r"[^\W_]+")
_TRUTHS = {"true": True, "false": False}
"""Truth values as texts, in lower case."""


def truth_of(value: object) -> bool | None:
    """The truth value that a value is, as such or as a text; None if it is none."""
    if isinstance(value, bool):
        return value
    return _TRUTHS.get(value.strip().casefold()) if isinstance(value, str) else None


def label_that_says(truth: bool, labels: Sequence[str]) -> str | None:
    """The label whose words say that something is true, or that it is false.

    Of two labels it is enough that one says so: the other one says the opposite.

    Returns:
        None if no label says so, or several do.
    """
    said = [_says(label, labels) for label in labels]
    if said.count(truth) == 1:
        return labels[said.index(truth)]
    if len(labels) == 2 and said.count(not truth) == 1:
        return labels[1 - said.index(not truth)]
    return None


def any_says(labels: Sequence[str]) -> bool:
    """Whether a label's words say that something is true, or that it is false."""
    return any(_says(label, labels) is not None for label in labels)


def _says(label: str, others: Sequence[str]) -> bool | None:
    """What a label says by its first word, or by a negation before another label."""
    plain = label.casefold()
    if any(plain == f"{no}{other.casefold()}" for no in _NEGATIONS for other in others):
        return False
    first = _FIRST_WORD.search(plain)
    return _WHOLE.get(plain, _WORDS.get(first[0] if first else ""))
