"""What the prompts of several datasets have in common."""

from __future__ import annotations

from collections.abc import Sequence


def sentence(text: str) -> str:
    """A text without blanks around it, with a full stop unless it ends in one or in "?"."""
    text = text.strip()
    return text if text.endswith((".", "?")) else f"{text}."


def clean_up(text: str) -> str:
    """A decoded text as transformers 4 left it by default: no blanks before marks and clitics."""
    for blanked, clean in _CLEAN_UP:
        text = text.replace(blanked, clean)
    return text


_CLEAN_UP: Sequence[tuple[str, str]] = (
    *((f" {mark}", mark) for mark in ".?!,"),
    (" ' ", "'"),
    *((f" {clitic}", clitic) for clitic in ("n't", "'m", "'s", "'ve", "'re")),
)
