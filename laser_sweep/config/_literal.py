"""Texts that OmegaConf takes as they are: `${` in them begins no reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar, cast

Value = TypeVar("Value")

_BEGINNING = re.compile(r"(\\*)\$\{")


def literal(value: Value) -> Value:
    """The value, in which OmegaConf resolves no reference; mappings and lists with their items."""
    if isinstance(value, str):
        # In OmegaConf's notation, backslashes before `${` are doubled, and one more escapes it.
        return cast(Value, _BEGINNING.sub(lambda found: found[1] * 2 + r"\${", value))
    if isinstance(value, Mapping):
        return cast(Value, {key: literal(each) for key, each in value.items()})
    if isinstance(value, list):
        return cast(Value, [literal(each) for each in value])
    return value
