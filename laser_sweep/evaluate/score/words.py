r"""The words and numbers of a text, in scripts with and without gaps between words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import regex

from laser_sweep.dataset import UNSPACED

if TYPE_CHECKING:
    from nltk.tokenize import NLTKWordTokenizer

_SPACED_LETTER = rf"[\w--[{UNSPACED}]]"
_GROUP = r"[.,:/'’٫٬\u00a0\u2009\u202f−–-]"
"""A character between the digits of one number, of a range, of a time or of a date."""


def _border(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, regex.VERSION1)


_each_unspaced = _border(f"[{UNSPACED}]")
_no_letter_before = _border(rf"(?<!{_SPACED_LETTER})")
_no_letter_after = _border(rf"(?!{_SPACED_LETTER})")
_no_number_before = _border(
    rf"(?<!\d{_GROUP})"  # 5.5, 18,000, 1-7
    r"(?<!(?:^|[\s(\[=:,;$€£¥])[-−+]?[.])"  # .5
    r"(?<!(?:^|[\s(\[=:,;$€£¥])[-−])"  # -7
)
_no_number_after = _border(rf"(?!{_GROUP}\d)")
_digit = _border(r"\d")


def nltk_words(text: str) -> list[str]:
    """NLTK's words of a text.

    >>> nltk_words("It's in Rome.")
    ['It', "'s", 'in', 'Rome', '.']
    """
    return _tokenizer().tokenize(text)


def words(text: str) -> list[str]:
    """NLTK's words of a text; in scripts without gaps between words, the characters.

    >>> words("I am in 北京.")
    ['I', 'am', 'in', '北', '京', '.']
    """
    return nltk_words(_each_unspaced.sub(r" \g<0> ", text))


def has_words(text: str, wanted: str) -> bool:
    """Whether a text has an answer as words of their own, and its numbers whole.

    No letter or digit of another word may be next to the answer. Scripts without gaps between words
    have no such borders. A number is whole: `18` is not in `18,000`, `5` is not in `5.5` or `.5`,
    and `7` is neither in `1-7` nor in `-7`.

    Args:
        text: the model's text.
        wanted: the answer, in the same letter case.
    """
    # A pattern with the answer in it would be compiled for every outcome.
    before, after = _borders(wanted)
    start = text.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if all(each.match(text, start) for each in before) and all(
            each.match(text, end) for each in after
        ):
            return True
        start = text.find(wanted, start + 1)
    return False


def _borders(wanted: str) -> tuple[list[regex.Pattern[str]], list[regex.Pattern[str]]]:
    """The patterns of the places before and after an answer."""
    before, after = [], []
    if not _each_unspaced.match(wanted[:1]):
        before.append(_no_letter_before)
    if not _each_unspaced.match(wanted[-1:]):
        after.append(_no_letter_after)
    if _digit.match(wanted[:1]):
        before.append(_no_number_before)
    if _digit.match(wanted[-1:]):
        after.append(_no_number_after)
    return before, after


@cache
def _tokenizer() -> NLTKWordTokenizer:
    from nltk.tokenize import NLTKWordTokenizer  # a second: it imports SciPy and scikit-learn

    return NLTKWordTokenizer()
