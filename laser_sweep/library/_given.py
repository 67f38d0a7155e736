"""Options as Python values: the YAML files that they name, and the values to lay over these."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import fields

from laser_sweep.config import GROUPS, Config, literal
from laser_sweep.errors import ConfigError

_SECTIONS = {field.name for field in fields(Config)}


def files_of(options: Mapping[str, object]) -> dict[str, str]:
    """The name of the YAML file of each group that the options name one of.

    Raises:
        ConfigError: if a group is neither a name nor a mapping.
    """
    given = {group: options[group] for group in GROUPS if group in options}
    named = {
        group: value.get(group) if isinstance(value, Mapping) else value
        for group, value in given.items()
        if not isinstance(value, Mapping) or group in value
    }
    # `experiment` is a group without a file by default.
    return {
        group: _checked(group, name)
        for group, name in named.items()
        if name is not None or group in _SECTIONS
    }


def values_of(options: Mapping[str, object]) -> dict[str, object]:
    """The options without the names of YAML files, as values that OmegaConf takes as they are.

    Raises:
        ConfigError: if an option of a group has no name.
    """
    found: dict[str, object] = {}
    for name, value in options.items():
        if name not in GROUPS:
            found[name] = literal(plain(value))
        elif isinstance(value, Mapping):
            rest = {key: each for key, each in value.items() if key != name}
            if rest and name not in _SECTIONS:
                raise ConfigError(f"{name}={dict(value)}: expected the name of a YAML file.")
            found |= {name: literal(plain(rest))} if rest else {}
    return found


def plain(value: object) -> object:
    """The value with mappings, lists, texts and numbers of Python's own in the place of others.

    A range, a tuple, an array and any other iterable become a list, a path becomes a text, and a
    number of NumPy's one of Python's.
    """
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return value.item()
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [plain(each) for each in value]
    return value


def _checked(group: str, given: object) -> str:
    """The name of a YAML file."""
    if isinstance(given, list | tuple) or (isinstance(given, str) and "," in given):
        raise ConfigError(
            f"{group}={given!r}: sweep makes one sweep. Call it once for each {group}."
        )
    if not isinstance(given, str) or not given:
        raise ConfigError(
            f"{group}={given!r}: expected the name of a YAML file, or a mapping of the options of "
            f"{group}, in which the key {group!r} names the file."
        )
    return given
