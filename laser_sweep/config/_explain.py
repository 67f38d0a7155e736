"""Errors of Hydra and OmegaConf as a user's mistakes: one line with the available values."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_type_hints

from hydra.errors import MissingConfigException, OverrideParseException
from omegaconf.errors import (
    InterpolationResolutionError,
    MissingMandatoryValue,
    OmegaConfBaseException,
    ValidationError,
)

from laser_sweep.config._hydra import INTERPOLATIONS, conf_folder
from laser_sweep.config._root import Config
from laser_sweep.errors import ConfigError, one_line, unknown

GROUPS = (
    *("model", "dataset", "intervention", "split"),
    *("search", "compose", "cluster", "tracker", "experiment"),
)
"""The groups of options, each a folder of `conf/`."""


def explain(error: Exception, schema: type = Config) -> ConfigError:
    """The user's mistake that an exception of Hydra or OmegaConf is about.

    Args:
        error: the exception.
        schema: the dataclass that the user's options were merged into.
    """
    cause: BaseException = error
    while isinstance(cause.__cause__, OmegaConfBaseException) and cause.__cause__ is not cause:
        cause = cause.__cause__
    if isinstance(error, MissingConfigException) and error.options is not None:
        group, _, name = str(error.missing_cfg_file).rpartition("/")
        return unknown(*_unknown_value(group, name, error.options))
    if isinstance(error, OverrideParseException):
        return ConfigError(
            f"{error.override!r} is not understood: expected option=value. Put a value with "
            "special characters in quotes, and the whole in the shell's: \"option='value'\"."
        )
    if isinstance(cause, MissingMandatoryValue):
        return ConfigError(f"{cause.full_key} is not set: {one_line(cause.msg)}")
    if isinstance(cause, ValidationError):
        return ConfigError(f"{cause.full_key}: {str(cause.msg).splitlines()[0]}.")
    if isinstance(cause, InterpolationResolutionError):
        return _wrong_reference(cause)
    return _unknown_option(error, schema) or ConfigError(one_line(error))


def _wrong_reference(error: InterpolationResolutionError) -> ConfigError:
    """The mistake in a value that refers to another one, such as `${seed}`."""
    raised: BaseException | None = error
    while raised is not None:  # OmegaConf raises its exceptions in the handling of others
        if isinstance(raised, ConfigError):
            return ConfigError(f"{error.full_key}: {raised}")
        raised = raised.__context__
    why = str(error.msg).splitlines()[0]
    named = re.fullmatch(r"Interpolation key '([^']+)' not found", why)
    if named is None:
        return ConfigError(f"{error.full_key}: {why}")
    return ConfigError(f"{error.full_key}: there is no ${{{named[1]}}}: {INTERPOLATIONS}")


def _unknown_value(group: str, name: str, given: Iterable[str]) -> tuple[str, str, list[str]]:
    """The arguments of `unknown` for a value of a group: all available values, of folders too."""
    top, _, folder = group.partition("/")
    files = (conf_folder() / top).rglob("*.yaml") if top else ()
    below = {str(path.relative_to(conf_folder() / top).with_suffix("")) for path in files}
    # A file such as _table1.yaml is a part that several values share.
    values = sorted(each for each in {*given, *below} if not Path(each).name.startswith("_"))
    return top or "configuration", f"{folder}/{name}" if folder else name, values


def options(schema: type = Config) -> list[str]:
    """The options of a schema, such as `dataset.path`; for the whole schema with the groups."""
    return [*(GROUPS if schema is Config else ()), *_fields(schema)]


def _fields(schema: type, prefix: str = "") -> Iterator[str]:
    types = get_type_hints(schema)
    for field in dataclasses.fields(schema):
        kind = types[field.name]
        if isinstance(kind, type) and dataclasses.is_dataclass(kind):
            yield from _fields(kind, f"{prefix}{field.name}.")
        else:
            yield f"{prefix}{field.name}"


def _unknown_option(error: Exception, schema: type) -> ConfigError | None:
    """The error for an option that the schema lacks; None for any other mistake."""
    named = re.search(r"Could not override '([^']+)'|Key '([^']+)'|group: '?([\w/]+)", str(error))
    if named is None:
        return None
    full_key = re.search(r"full_key: (\S+)", str(error))
    name = named[1] or (full_key[1] if full_key else named[2] or named[3])
    beginning = f"{name.partition('.')[0]}."
    in_same_group = [option for option in options(schema) if option.startswith(beginning)]
    return unknown("option", name, in_same_group or options(schema))
