"""Figures as text."""

from __future__ import annotations

import re

import pandas as pd

from laser_sweep.statistics import SIGNIFICANT

UNKNOWN = "–"
"""The text of a figure that is not known."""
_HYPHEN_OF_NUMBER = re.compile(r"(?<![\w.)-])(\d[\d.]*e)?-(?=\d)")
"""Of a number or its exponent; not the hyphen of a name, such as `fc_in-2`, or of a range."""


def percent(share: float | None) -> str:
    """A share (0..1) in percent."""
    return UNKNOWN if pd.isna(share) else f"{100 * share:.1f} %"


def number(value: float | None) -> str:
    """A figure with three decimals."""
    return UNKNOWN if pd.isna(value) else f"{value:.3f}"


def rank(value: int | None) -> str:
    """The rank that an edit keeps."""
    return UNKNOWN if value is None else str(value)


def points(difference: float | None) -> str:
    """A difference of accuracies (-1..1) in points."""
    return UNKNOWN if pd.isna(difference) else signed(100 * difference, 1)


def signed(value: float, digits: int) -> str:
    """A figure with its sign and this number of decimals; zero is `+0`, never `-0`."""
    return f"{round(value, digits) + 0.0:+.{digits}f}"


def interval(low: float | None, high: float | None) -> str:
    """An interval of accuracies, or of their difference, in points."""
    if pd.isna(low) or pd.isna(high):
        return UNKNOWN
    ends = (round(100 * end, 1) + 0.0 for end in (low, high))
    return " to ".join(f"{end:.1f}" for end in ends)


def p_value(value: float) -> str:
    """A p-value, with enough digits to be on the same side of 5 % as the value itself."""
    texts = [f"{value:.{digits}g}" for digits in range(2, 9)]
    faithful = (text for text in texts if (float(text) < SIGNIFICANT) == (value < SIGNIFICANT))
    return next(faithful, texts[0])


def duration(seconds: float) -> str:
    """A time in seconds, minutes or hours."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def sentence_case(text: str) -> str:
    """A text with a capital first letter."""
    return text[:1].upper() + text[1:]


def typeset(value: object) -> object:
    """A text as pages show it, with minus signs, and no break before `%`; others unchanged."""
    # Markup, a kind of `str`, is finished: scripts are among it.
    if type(value) is not str:
        return value
    return _HYPHEN_OF_NUMBER.sub(r"\1−", value).replace(" %", "\N{NO-BREAK SPACE}%")


def counted(number: int, one: str, several: str) -> str:
    """A number with its noun, in the singular or the plural."""
    return f"{number:,} {one if number == 1 else several}"
