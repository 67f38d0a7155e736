"""What Hydra says when it cannot compose, in one line that names what there is to choose from."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_type_hints

from hydra.errors import MissingConfigException, OverrideParseException
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException, ValidationError

from laser_sweep.config._register import conf_folder
from laser_sweep.config._root import Config
from laser_sweep.errors import ConfigError, one_line, unknown

_GROUPS = ("model", "dataset", "intervention", "split", "cluster", "experiment")


def explain(error: Exception) -> ConfigError:
    """The user's mistake behind an exception of Hydra's or OmegaConf's."""
    cause: BaseException = error
    while isinstance(cause.__cause__, OmegaConfBaseException) and cause.__cause__ is not cause:
        cause = cause.__cause__
    if isinstance(error, MissingConfigException) and error.options is not None:
        group, _, name = str(error.missing_cfg_file).rpartition("/")
        return unknown(*_unknown_value(group, name, error.options))
    if isinstance(error, OverrideParseException):
        return ConfigError(
            f"{error.override!r} is not understood: expected option=value. Put a value with "
            "signs of its own in quotes, and those in quotes of the shell: \"option='value'\"."
        )
    if isinstance(cause, MissingMandatoryValue):
        return ConfigError(f"{cause.full_key} is not set: {one_line(cause.msg)}")
    if isinstance(cause, ValidationError):
        return ConfigError(f"{cause.full_key}: {str(cause.msg).splitlines()[0]}.")
    return _unknown_option(error) or ConfigError(one_line(error))


def _unknown_value(group: str, name: str, given: Iterable[str]) -> tuple[str, str, list[str]]:
    """The group, the value and the values there are, of one with folders those in them too."""
    top, _, folder = group.partition("/")
    files = (conf_folder() / top).rglob("*.yaml") if top else ()
    below = {str(path.relative_to(conf_folder() / top).with_suffix("")) for path in files}
    # What begins so is shared by several and no value by itself.
    values = sorted(each for each in {*given, *below} if not Path(each).name.startswith("_"))
    return top or "configuration", f"{folder}/{name}" if folder else name, values


def options() -> list[str]:
    """Every option that the schema has, with its groups, as it is written on the command line."""
    return [*_GROUPS, *_fields(Config)]


def _fields(schema: type, prefix: str = "") -> Iterator[str]:
    types = get_type_hints(schema)
    for field in dataclasses.fields(schema):
        kind: Any = types[field.name]
        if dataclasses.is_dataclass(kind):
            yield from _fields(kind, f"{prefix}{field.name}.")  # type: ignore[arg-type]
        else:
            yield f"{prefix}{field.name}"


def _unknown_option(error: Exception) -> ConfigError | None:
    """The error for an option that is not in the schema, if that is what is wrong."""
    named = re.search(r"Could not override '([^']+)'|Key '([^']+)'|group: '?([\w/]+)", str(error))
    if named is None:
        return None
    full_key = re.search(r"full_key: (\S+)", str(error))
    name = named[1] or (full_key[1] if full_key else named[2] or named[3])
    beginning = f"{name.partition('.')[0]}."
    of_its_group = [option for option in options() if option.startswith(beginning)]
    return unknown("option", name, of_its_group or options())
