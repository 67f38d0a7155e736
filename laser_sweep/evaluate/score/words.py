r"""The words and numbers of a text, in scripts with and without gaps between words."""

from __future__ import annotations

import regex
from nltk.tokenize import NLTKWordTokenizer

_UNSPACED = "".join(
    rf"\p{{scx={script}}}"
    for script in "Han Hiragana Katakana Bopomofo Thai Lao Khmer Myanmar Tibetan".split()
)
"""The characters of the scripts that put no gap between words."""
_SPACED_LETTER = rf"[\w--[{_UNSPACED}]]"
_GROUP = r"[.,:/'’٫٬\u00a0\u2009\u202f−–-]"
"""What stands between the digits of one number, of a range, of a time or of a date."""
_NO_NUMBER_BEFORE = (
    rf"(?<!\d{_GROUP})"  # 5.5, 18,000, 1-7
    r"(?<!(?:^|[\s(\[=:,;$€£¥])[-−+]?[.])"  # .5
    r"(?<!(?:^|[\s(\[=:,;$€£¥])[-−])"  # -7
)
_NO_NUMBER_AFTER = rf"(?!{_GROUP}\d)"

_words = NLTKWordTokenizer().tokenize
_each_unspaced = regex.compile(f"[{_UNSPACED}]")
_begins_with_digit, _ends_with_digit = regex.compile(r"^\d"), regex.compile(r"\d$")


def words(text: str) -> list[str]:
    """NLTK's words of a text; in scripts without gaps between words, the characters.

    >>> words("I am in 北京.")
    ['I', 'am', 'in', '北', '京', '.']
    """
    return _words(_each_unspaced.sub(r" \g<0> ", text))


def has_words(text: str, wanted: str) -> bool:
    """Whether a text has an answer as words of their own, and its numbers whole.

    No letter or digit of another word may be next to the answer. Scripts without gaps between words
    have no such borders. A number is whole: `18` is not in `18,000`, `5` is not in `5.5` or `.5`,
    and `7` is neither in `1-7` nor in `-7`.

    Args:
        text: the model's text.
        wanted: the answer, in the same letter case.
    """
    before = rf"(?<!{_SPACED_LETTER})" if _needs_border(wanted[:1]) else ""
    after = rf"(?!{_SPACED_LETTER})" if _needs_border(wanted[-1:]) else ""
    if _begins_with_digit.search(wanted):
        before += _NO_NUMBER_BEFORE
    if _ends_with_digit.search(wanted):
        after += _NO_NUMBER_AFTER
    pattern = before + regex.escape(wanted, literal_spaces=True) + after
    return regex.search(pattern, text, flags=regex.VERSION1) is not None


def _needs_border(character: str) -> bool:
    return not _each_unspaced.match(character)
