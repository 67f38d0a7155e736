"""The values of JSON texts, with their numbers as they are written."""

from __future__ import annotations

import json

_MOST_DIGITS = 4000
"""Digits of an integer; Python refuses to convert many more."""


class WrittenNumber(float):
    """A number with the text that it is written as, such as `0.10` or `1e5`.

    Attributes:
        text: the text.
    """

    text: str

    def __new__(cls, text: str) -> WrittenNumber:
        """The number that a text is."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __repr__(self) -> str:
        """The number as it is written."""
        return self.text

    __str__ = __repr__


def read_json(text: str) -> object:
    """The value of a JSON text; numbers other than plain integers are `WrittenNumber`.

    Raises:
        ValueError: if the text is not JSON.
        RecursionError: if its lists are too deep.
    """
    return json.loads(text, parse_float=WrittenNumber, parse_int=_integer)


def _integer(text: str) -> int | WrittenNumber:
    return WrittenNumber(text) if text == "-0" or len(text) > _MOST_DIGITS else int(text)
