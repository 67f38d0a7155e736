"""The configuration of every sweep on the command line, composed by Hydra.

Hydra composes all sweeps before the first one runs, so that a mistake in the last sweep is found
before any work is done.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Sequence

import hydra
from hydra.conf import HydraConf
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from laser_sweep.command.also_datasets import compose_also
from laser_sweep.command.amount_axes import replace_amount
from laser_sweep.command.overrides import (
    check_files,
    check_overrides,
    keep_spaces,
    refused_group,
)
from laser_sweep.config import Config, conf_folder, explain, register, register_runtime, typed
from laser_sweep.errors import ConfigError
from laser_sweep.grid.axes import bracket

MISTAKES = (HydraException, OmegaConfBaseException, YAMLError, ValueError)
"""The exceptions of a composition that a mistake of the user's raises."""


def configurations(arguments: Sequence[str]) -> list[Config]:
    """The configuration of every sweep that the command line asks for; none for --help.

    Args:
        arguments: the command line without the program's name.

    Raises:
        ConfigError: if a configuration cannot be composed.
    """
    check_overrides(arguments)
    sys.argv[1:] = [bracket(keep_spaces(argument)) for argument in arguments]
    register()
    composed: list[DictConfig] = []
    hydras_own: list[HydraConf] = []
    mistakes: list[Exception] = []

    def keep(config: DictConfig) -> None:
        try:
            _complete(config)
        except MISTAKES as error:
            mistakes.append(error)  # raised here, Hydra would print it, too
        composed.append(config)
        hydras_own.append(HydraConfig.get())

    _run_hydra(keep)
    for mistake in mistakes:
        raise told(mistake) from mistake
    for each in hydras_own:
        check_files(each)
    register_runtime()
    return [typed(Config, config) for config in composed]


def _complete(config: DictConfig) -> None:
    """Do what Hydra leaves undone in a composed configuration, in place, in a job of Hydra's."""
    hydra = HydraConfig.get()
    replace_amount(config, (each.partition("=")[0].lstrip("+") for each in hydra.overrides.task))
    compose_also(config, GlobalHydra.instance().config_loader(), hydra)


def _run_hydra(keep: Callable[[DictConfig], None]) -> None:
    """Let Hydra compose the configurations of the program's command line, and take each of them.

    Raises:
        ConfigError: if a configuration cannot be composed.
    """
    decorate = hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name="config")
    # Asked for the full error, Hydra raises the error; otherwise it prints its own form and exits.
    wants_traceback = "HYDRA_FULL_ERROR" in os.environ
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")
    # Hydra makes a folder for its records before anything is checked; a mistake should leave none.
    with tempfile.TemporaryDirectory(prefix="laser_sweep-") as scratch:
        os.environ["LASER_SWEEP_SCRATCH"] = scratch
        try:
            decorate(keep)()
        except MISTAKES as error:
            if wants_traceback:
                raise
            raise told(error) from error
        finally:
            del os.environ["LASER_SWEEP_SCRATCH"]


def told(mistake: Exception) -> ConfigError:
    """The sentence about a mistake that a composition raised."""
    if isinstance(mistake, ConfigError):
        return mistake
    return refused_group(mistake) or explain(mistake)
