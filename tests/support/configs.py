"""Configurations, composed from command-line options."""

from __future__ import annotations

from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from laser_sweep.config import Config, conf_folder, register


def composed(*overrides: str) -> Config:
    """The configuration of a command line."""
    register()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        config = OmegaConf.to_object(compose("config", list(overrides)))
    assert isinstance(config, Config)
    return config
