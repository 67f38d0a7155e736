"""Overrides that Hydra would accept without an effect here, refused before Hydra reads them.

Hydra only composes the configurations of this command's sweeps. Its folders are temporary, and its
launchers and sweepers run nothing. An option of Hydra's has to be in the list of those that work.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from hydra.conf import HydraConf
from hydra.errors import MissingConfigException
from omegaconf import DictConfig, OmegaConf

from laser_sweep.config import GROUPS
from laser_sweep.errors import ConfigError

_WORKING = (
    *("hydra.verbose", "hydra.searchpath", "hydra.callbacks"),
    *("hydra.help", "hydra.hydra_help", "hydra.hydra_logging", "hydra.job_logging"),
    *("hydra/help", "hydra/hydra_help", "hydra/hydra_logging", "hydra/job_logging"),
)
_SO_ANYWAY = (
    *("hydra.mode=multirun", "hydra.output_subdir=null", "hydra/output=default"),
    *("hydra.job.chdir=false", "hydra.job.chdir=null", "hydra/env=default"),
    *("hydra/launcher=basic", "hydra/sweeper=basic", "hydra.sweep.subdir=."),
)
"""Overrides that ask for what is the case anyway, in small letters."""
_NO_FOLDER = "Hydra's folders are temporary here: expected"
_NO_LAUNCHER = (
    "laser_sweep starts its own tasks: expected cluster=slurm, with options of sbatch such as "
    "cluster.params.partition=..., or cluster.devices=all for all accelerators of this machine."
)
_NO_SWEEPER = (
    "laser_sweep sweeps itself: expected values on its axes, such as lnum=0..27 rate=1,5,9.9, and "
    "a comma list such as model=gpt2,gptj for several sweeps."
)
_NO_ENVIRONMENT = (
    "Hydra's jobs end before a sweep begins: set the variable before the command, "
    "NAME=value python -m laser_sweep ...; for tasks on a cluster use "
    "cluster.params.setup=['export NAME=value']."
)
_INSTEAD = {
    "hydra.run": f"{_NO_FOLDER} output={{value}}, the root folder of the results.",
    "hydra.sweep.subdir": f"{_NO_FOLDER} model.name, dataset.name or intervention.name, the names "
    "of the folders below output.",
    "hydra.sweep": f"{_NO_FOLDER} output={{value}}, the root folder of the results.",
    "hydra.output_subdir": f"{_NO_FOLDER} output=FOLDER, the root folder of the results; a "
    "sweep's configuration is in its sweep.json.",
    "hydra/output": f"{_NO_FOLDER} output=FOLDER, the root folder of the results.",
    "hydra.job.chdir": "a sweep runs in the folder of the command: expected output=FOLDER, the "
    "root folder of the results.",
    "hydra.job.name": "it names nothing here: expected model.name, dataset.name or "
    "intervention.name, the names of the results' folders, or cluster.params.job_name.",
    "hydra.job.env_set": _NO_ENVIRONMENT,
    "hydra.job.env_copy": _NO_ENVIRONMENT,
    "hydra.mode": "the command always makes all sweeps that it names: expected no hydra.mode.",
    "hydra.launcher": _NO_LAUNCHER,
    "hydra/launcher": _NO_LAUNCHER,
    "hydra.sweeper": _NO_SWEEPER,
    "hydra/sweeper": _NO_SWEEPER,
}
"""The answer to an option, by the option or the options above it; the longest name counts."""
_USUAL: dict[str, tuple[object, ...]] = {
    "run.dir": ("outputs/${now:%Y-%m-%d}/${now:%H-%M-%S}",),
    "sweep.dir": ("${oc.env:LASER_SWEEP_SCRATCH}", "multirun/${now:%Y-%m-%d}/${now:%H-%M-%S}"),
    "sweep.subdir": (".", "${hydra.job.num}"),
    "output_subdir": (None, ".hydra"),
    "job.chdir": (None, False),
    "job.env_set": ({},),
    "job.env_copy": ([],),
}
"""The values in `conf/config.yaml` and Hydra's own, of options that a YAML file may set in vain."""
_DELIMITER = "dataset.target_delimiter"
_LOST_LOG = (
    "its file would be in a temporary folder: expected hydra/job_logging=stdout. A sweep's log is "
    "laser_sweep.log in its folder."
)


def check_overrides(arguments: Iterable[str]) -> None:
    """Check that each override on the command line has an effect.

    Args:
        arguments: the command line without the program's name.

    Raises:
        ConfigError: if one of them is an option of Hydra's that does nothing here, or adds a group
            that is there.
    """
    for argument in arguments:
        # The value of a flag is no override: --cfg hydra --package hydra.job
        if argument.startswith("-") or not ("=" in argument or argument.startswith("~")):
            continue
        name, _, value = argument.lstrip("+~").partition("=")
        name = name.partition("@")[0].strip()
        if argument.startswith("+") and name in GROUPS:
            raise ConfigError(
                f"{argument}: {name} is an option, and need not be added: expected "
                f"{argument.lstrip('+')}, without +."
            )
        if name == "hydra" or name.startswith(("hydra.", "hydra/")):
            _check_hydras_own(argument, name, value.strip())


def keep_spaces(argument: str) -> str:
    """The override with quotes around a delimiter whose spaces Hydra would drop.

    The shell takes the quotes of `dataset.target_delimiter=' '`, and Hydra what they keep.
    """
    name, _, value = argument.partition("=")
    if name.lstrip("+") != _DELIMITER or value == value.strip():
        return argument
    escaped = value.replace("'", r"\'")
    return f"{name}='{escaped}'"


def _check_hydras_own(argument: str, name: str, value: str) -> None:
    """Check that an option of Hydra's works here."""
    written = f"{name}={value.lower()}"
    if written == "hydra/job_logging=default":
        raise ConfigError(f"{argument}: {_LOST_LOG}")
    if written not in _SO_ANYWAY and not any(_is_of(name, each) for each in _WORKING):
        raise ConfigError(f"{argument}: {_instead(name, value)}")


def check_files(hydra: HydraConf) -> None:
    """Check that no YAML file sets an option of Hydra's that does nothing here.

    Args:
        hydra: the composed options of Hydra's, with their interpolations.

    Raises:
        ConfigError: if a file sets one.
    """
    for name, usual in _USUAL.items():
        written: Any = OmegaConf.to_container(cast(DictConfig, hydra), resolve=False)
        for part in name.split("."):
            written = written[part]
        if written not in usual:
            answer = _instead(f"hydra.{name}", str(written))
            raise ConfigError(f"hydra.{name}={written} in a YAML file: {answer}")


def refused_group(error: Exception) -> ConfigError | None:
    """The mistake of a YAML file that names one of Hydra's launchers or sweepers; else None."""
    if not isinstance(error, MissingConfigException):
        return None
    group, _, name = str(error.missing_cfg_file).rpartition("/")
    if group not in _INSTEAD:
        return None
    return ConfigError(f"{group}={name} in a YAML file: {_instead(group, name)}")


def _instead(name: str, value: str) -> str:
    """The answer to an option of Hydra's that does nothing here."""
    above = [each for each in _INSTEAD if _is_of(name, each)]
    if not above:
        return f"this option of Hydra's does nothing here. Those that work: {', '.join(_WORKING)}."
    return _INSTEAD[max(above, key=len)].replace("{value}", value or "FOLDER")


def _is_of(name: str, option: str) -> bool:
    """Whether a name is that of an option, or of one below it."""
    return name == option or name.startswith((f"{option}.", f"{option}/"))
