"""The folder of YAML files, and the registration of the schema with Hydra."""

from __future__ import annotations

from pathlib import Path

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

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
    """Register the schema, and `${builtin:NAME}` for a file of the package, with Hydra."""
    ConfigStore.instance().store(name="schema", node=Config)
    OmegaConf.register_new_resolver(
        "builtin", lambda name: str(PACKAGE / "builtin" / name), replace=True
    )


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
