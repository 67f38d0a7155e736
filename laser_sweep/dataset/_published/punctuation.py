"""Full stops and the spaces around punctuation in prompts."""

from __future__ import annotations

from collections.abc import Sequence


def sentence(text: str) -> str:
    """The text without surrounding spaces, with a full stop unless it ends in "." or "?"."""
    text = text.strip()
    return text if text.endswith((".", "?")) else f"{text}."


def clean_up(text: str) -> str:
    """Remove the spaces before punctuation and clitics, as transformers 4 did after decoding."""
    for spaced, clean in _CLEAN_UP:
        text = text.replace(spaced, clean)
    return text


_CLEAN_UP: Sequence[tuple[str, str]] = (
    *((f" {mark}", mark) for mark in ".?!,"),
    (" ' ", "'"),
    *((f" {clitic}", clitic) for clitic in ("n't", "'m", "'s", "'ve", "'re")),
)
