"""The configuration of a sweep, composed by Hydra from Python values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from pathlib import Path
from typing import cast

from hydra.core.config_loader import ConfigLoader
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from laser_sweep.command.also_datasets import compose_also
from laser_sweep.command.amount_axes import replace_amount
from laser_sweep.command.configurations import MISTAKES, told
from laser_sweep.command.overrides import check_files
from laser_sweep.config import Config, typed
from laser_sweep.errors import ConfigError
from laser_sweep.library._given import files_of, values_of
from laser_sweep.library._separate_hydra import separate_hydra

_PRIMARY = "config"


def compose(options: Mapping[str, object], config_dir: str | Path | None = None) -> Config:
    """The configuration that the command composes of the same options.

    Args:
        options: the values by the names of the options; of a group, see `sweep`.
        config_dir: a further folder of YAML files.

    Raises:
        ConfigError: if an option is unknown, or has a wrong value.
    """
    files, values = files_of(options), values_of(options)
    overrides = [f"{group}={_quoted(name)}" for group, name in files.items()]
    if config_dir is not None:
        overrides.append(f"hydra.searchpath=[{_quoted(f'file://{_folder(config_dir)}')}]")
    with separate_hydra() as loader:
        try:
            return _composed(loader, overrides, values)
        except ConfigError:
            raise
        except MISTAKES as error:
            raise told(error) from error


def _composed(loader: ConfigLoader, overrides: list[str], values: Mapping[str, object]) -> Config:
    """Load the YAML files, and lay the values over them."""
    config = loader.load_configuration(_PRIMARY, overrides=overrides, run_mode=RunMode.RUN)
    hydra = config.hydra
    check_files(hydra)
    with open_dict(config):
        del config["hydra"]
    for name, value in _leaves(config, values):
        # As Hydra does with an option on the command line.
        OmegaConf.update(config, name, value, merge=True)
    replace_amount(config, values)
    compose_also(config, loader, hydra)
    return typed(Config, config)


def _leaves(
    node: DictConfig, values: Mapping[str, object], above: str = ""
) -> Iterator[tuple[str, object]]:
    """The options with their dotted names; a mapping that is the value of an option is whole."""
    for key, value in values.items():
        below = node[key] if isinstance(value, Mapping) and key in node else None
        if isinstance(below, DictConfig) and is_dataclass(OmegaConf.get_type(below)):
            yield from _leaves(below, cast(Mapping[str, object], value), f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _folder(given: str | Path) -> Path:
    """The absolute path of the user's folder of YAML files."""
    folder = Path(given).expanduser().absolute()
    if not folder.is_dir():
        raise ConfigError(f"Additional config directory '{folder}' not found")
    return folder


def _quoted(text: str) -> str:
    """A text in Hydra's notation of texts."""
    # Backslashes before a quotation mark, and before the last one, are doubled.
    escaped = re.sub(r"(\\*)('|$)", lambda found: found[1] * 2 + found[2].replace("'", r"\'"), text)
    return f"'{escaped}'"
