"""The folder of YAML files, and the registration of the schema with Hydra."""

from __future__ import annotations

from pathlib import Path

from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

from laser_sweep.config._root import Config
from laser_sweep.errors import ConfigError

INTERPOLATIONS = (
    "expected ${hydra:runtime.cwd}, the folder of the command; another option, such as ${seed}; "
    "${oc.env:NAME}, a variable of the environment; or ${now:%Y-%m-%d}."
)
"""The references that a value may have, for errors."""
PACKAGE = Path(__file__).parent.parent


def conf_folder() -> Path:
    """The folder of YAML files: beside the package in a checkout, inside it in a wheel."""
    return next(path for path in (PACKAGE / "conf", PACKAGE.parent / "conf") if path.is_dir())


def register() -> None:
    """Register the schema and the package's own references with Hydra.

    `${builtin:NAME}` is a file of the package. `${without_path:VALUE}` is a value for a dataset on
    the hub: nothing if `dataset.path` is given, so that a file takes the place of the hub.
    """
    ConfigStore.instance().store(name="schema", node=Config)
    OmegaConf.register_new_resolver(
        "builtin", lambda name: str(PACKAGE / "builtin" / name), replace=True
    )
    OmegaConf.register_new_resolver("without_path", _without_path, replace=True)


def _without_path(value: str, *, _parent_: DictConfig) -> str | None:
    """The value of `${without_path:VALUE}` in the group `dataset`."""
    return None if _parent_.get("path") else value


def register_runtime() -> None:
    """Register `${hydra:runtime.cwd}`, for configurations that Hydra has composed.

    Hydra's own resolver answers during Hydra's jobs only. What else it would answer is of folders
    and jobs that are not the sweep's.
    """
    OmegaConf.register_new_resolver("hydra", _runtime, replace=True)


def _runtime(name: str) -> str:
    """The value of `${hydra:NAME}`."""
    if name == "runtime.cwd":
        return str(Path.cwd())
    raise ConfigError(f"${{hydra:{name}}} has no value here: {INTERPOLATIONS}")
