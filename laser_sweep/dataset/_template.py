r"""Templates: texts with the columns of a row in braces, such as `"Q: {question}\nA:"`.

The grammar: `{column}` is the text or the number in a column. A path reaches into a column that
holds fields or a list: `{choices.text.0}`. `{{` and `}}` are braces. `\n`, `\t` and `\\` are a line
break, a tab and a backslash, on the command line as in a YAML file.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass

from laser_sweep.dataset._row import Row, checked_text
from laser_sweep.errors import ConfigError

_ESCAPES = {r"\n": "\n", r"\t": "\t", r"\\": "\\"}


@dataclass(frozen=True)
class Template:
    """A text with the columns of a row in it.

    Attributes:
        option: the option that the template is the value of, for errors.
        pieces: texts, each with the column that follows it; None if nothing follows.
    """

    option: str
    pieces: tuple[tuple[str, str | None], ...]

    @property
    def columns(self) -> list[str]:
        """The columns that are filled in, in order."""
        return [column for _, column in self.pieces if column is not None]

    def fill(self, row: Row) -> str:
        """The text for a row.

        Raises:
            RowError: if the row lacks a column, has neither a text nor a number in it, or if the
                whole text is empty.
        """
        filled = [
            text + ("" if column is None else row.written(column)) for text, column in self.pieces
        ]
        return checked_text("".join(filled), self.option)


def parse_template(option: str, written: str) -> Template:
    """The template that a user wrote.

    Raises:
        ConfigError: if it does not follow the grammar.
    """
    try:
        parsed = list(string.Formatter().parse(written))
    except ValueError as error:
        raise ConfigError(f"{option}={written!r}: {error}.") from error
    for _, column, spec, conversion in parsed:
        if spec or conversion or column == "" or (column and "[" in column):
            raise ConfigError(
                f"{option}={written!r}: expected only columns and paths in braces, such as "
                "{question} or {choices.text.0}; {{ and }} are braces."
            )
    return Template(option, tuple((unescaped(text), column) for text, column, _, _ in parsed))


def unescaped(text: str) -> str:
    r"""The text with `\n`, `\t` and `\\` as the characters that they stand for."""
    return re.sub(r"\\[nt\\]", lambda found: _ESCAPES[found[0]], text)
