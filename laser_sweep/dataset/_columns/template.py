r"""Templates: texts with the columns of a row in braces, such as `"Q: {question}\nA:"`.

The grammar: `{column}` is the text or the number in a column. A path reaches into a column that
holds fields or a list: `{choices.text.0}`. `{column?}` is nothing where a row has no text in it.
`{{` and `}}` are braces. `\n`, `\t` and `\\` are a line break, a tab and a backslash, on the
command line as in a YAML file. `\nabla` and other commands of LaTeX that begin with `\n` or `\t`
are an error, because they need `\\`.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import partial

from laser_sweep.dataset._files.row import Row, checked_text, is_blank
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.errors import ConfigError

_ESCAPES = {r"\n": "\n", r"\t": "\t", r"\\": "\\"}
_OPTIONAL = "?"
"""The end of a column that need not have a text."""
_NAMES = {r"\n": "line break", r"\t": "tab"}
_ESCAPE = re.compile(r"\\(?:\\|(?P<command>[nt][A-Za-z]*))")
"""A backslash that begins an escape, with the letters that follow it."""
_LATEX = frozenset(
    (
        "nabla natural ncong ne nearrow neg neq newcommand newline nexists ngeq ngtr nleq nless "
        "nmid noindent nolimits nonumber nopagebreak norm not notag notin nparallel nprec "
        "nrightarrow nsim nsubseteq nsucc nsupseteq nu nwarrow tabular tag tan tanh tau tbinom "
        "text textbf textit textrm textsc textsf textstyle texttt textup tfrac therefore theta "
        "tilde times tiny to today top triangle triangleleft triangleright"
    ).split()
)
"""Commands of LaTeX that begin with the letter of an escape."""


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
        return [column.removesuffix(_OPTIONAL) for _, column in self.pieces if column is not None]

    def fill(self, row: Row) -> str:
        """The text for a row.

        Raises:
            RowError: if the row lacks a column, has neither a text nor a number in it, or if the
                whole text is empty.
        """
        filled = [
            text + ("" if column is None else _value(row, column)) for text, column in self.pieces
        ]
        return checked_text("".join(filled), self.option)


def check_optional(template: Template, rows: Rows) -> None:
    """Check that the optional columns of a template are columns of some row.

    Raises:
        ConfigError: if one is none, such as a misspelt one.
    """
    ends = [column for _, column in template.pieces if column and column.endswith(_OPTIONAL)]
    for name in (column.removesuffix(_OPTIONAL) for column in ends):
        get = partial(Row.get, column=name)
        if all(rows.apply(get, row) is None for row in rows.rows):
            raise ConfigError(f"{template.option}: {rows.where}: no row has the column {name!r}.")


def _value(row: Row, column: str) -> str:
    """The text in a column; nothing for an optional column in which a row has no text."""
    if not column.endswith(_OPTIONAL) or column in row.values:
        return row.written(column)
    name = column.removesuffix(_OPTIONAL)
    value = row.get(name)
    return (
        "" if value is None or (isinstance(value, str) and is_blank(value)) else row.written(name)
    )


def parse_template(option: str, written: str) -> Template:
    """The template that a user wrote.

    Raises:
        ConfigError: if it does not follow the grammar, or has a command of LaTeX in place of an
            escape.
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
    return Template(
        option, tuple((unescaped(option, text), column) for text, column, _, _ in parsed)
    )


def unescaped(option: str, text: str) -> str:
    r"""The text with `\n`, `\t` and `\\` as the characters that they stand for.

    Raises:
        ConfigError: if it has a command of LaTeX, whose first letter would be lost.
    """

    def character(found: re.Match[str]) -> str:
        if found["command"] in _LATEX:
            raise ConfigError(
                f"{option}={text!r}: {found[0]} would be a {_NAMES[found[0][:2]]} and "
                f"{found[0][2:]!r}: expected \\{found[0]} for the command of LaTeX, or a space "
                f"after {found[0][:2]}."
            )
        return _ESCAPES[found[0][:2]] + found[0][2:]

    return _ESCAPE.sub(character, text)
