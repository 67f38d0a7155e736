"""What is said when the input is wrong: what was given, what was expected, what is available."""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable

_LONGEST = 3_000
"""Signs of an error; what is between its beginning and its end is left out."""


class ConfigError(ValueError):
    """A mistake of the user's, told in one line; the command ends with it and no traceback."""

    def __str__(self) -> str:
        text = super().__str__().replace("\n", "\\n").replace("\r", "\\r")
        return (
            text
            if len(text) <= _LONGEST
            else f"{text[: _LONGEST // 2]} ... {text[-_LONGEST // 2 :]}"
        )


def unknown(what: str, name: object, choices: Iterable[object]) -> ConfigError:
    """The error for a name that is none of the choices, with the nearest ones first."""
    available = [str(choice) for choice in choices]
    near = difflib.get_close_matches(str(name), available, n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(repr(match) for match in near)}?" if near else ""
    return ConfigError(f"Unknown {what} {str(name)!r}.{hint} Available: {', '.join(available)}.")


def choose(what: str, name: str, choices: Iterable[str]) -> str:
    """The name itself, if it is one of the choices.

    Raises:
        ConfigError: if it is not.
    """
    choices = list(choices)
    if name not in choices:
        raise unknown(what, name, choices)
    return name


def is_no_room(error: BaseException) -> bool:
    """Whether an exception says that a disk is full, or one's share of it."""
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
