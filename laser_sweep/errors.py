"""Mistakes of the user: errors that say what was given, what was expected, what is available."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable

_LONGEST = 3_000
"""Characters of an error's text; a longer text loses its middle."""


class ConfigError(ValueError):
    """A mistake of the user, told in one line. The command ends with this line, not a traceback."""

    def __str__(self) -> str:
        text = super().__str__().replace("\n", "\\n").replace("\r", "\\r")
        if len(text) <= _LONGEST:
            return text
        return f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"


def unknown(what: str, name: object, choices: Iterable[object]) -> ConfigError:
    """The error for an unknown name: similar names first, then all choices.

    Args:
        what: the noun for the choices, such as `matrix type lname`.
        name: the name that was given.
        choices: the names that exist.
    """
    available = [str(choice) for choice in choices]
    near = difflib.get_close_matches(str(name), available, n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(repr(match) for match in near)}?" if near else ""
    return ConfigError(f"Unknown {what} {str(name)!r}.{hint} Available: {', '.join(available)}.")


def choose(what: str, name: str, choices: Iterable[str]) -> str:
    """The name, if it is one of the choices.

    Raises:
        ConfigError: if it is not one of them.
    """
    choices = list(choices)
    if name not in choices:
        raise unknown(what, name, choices)
    return name


def is_no_room(error: BaseException) -> bool:
    """Whether an exception says that a disk is full, or the user's quota used up."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception, such as PyTorch's, says that memory has run out."""
    texts = ("out of memory", "not enough memory", "can't allocate memory")
    return isinstance(error, MemoryError) or any(text in str(error).lower() for text in texts)


def one_line(text: object) -> str:
    """A message of another library, on one line."""
    return " ".join(str(text).split())


def shorten(text: str, longest: int) -> str:
    """A text of at most `longest` characters; "..." stands for the end of a longer one."""
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def reason(error: BaseException) -> str:
    """The message of an exception in one short line; the name of its type if it has no message."""
    return shorten(one_line(error) or type(error).__name__, 100)
