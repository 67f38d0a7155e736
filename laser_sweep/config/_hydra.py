"""The folder of YAML files, and the registration of the schema with Hydra."""

from __future__ import annotations

from pathlib import Path

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from laser_sweep.config._root import Config

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
