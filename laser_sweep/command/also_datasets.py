"""The datasets of `also`, composed from the YAML files of the group `dataset`."""

from __future__ import annotations

from collections.abc import Mapping

from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from laser_sweep.config.also import items_of


def compose_also(config: DictConfig) -> None:
    """Put all options of each dataset of `also` into the composed configuration, in place.

    It is called in a job of Hydra's, whose search path has the user's own YAML files.

    Raises:
        ConfigError: if `also` is not a list of datasets.
        HydraException: if there is no YAML file of a name, or it is wrong.
        OmegaConfBaseException: if an option is unknown, or has a value of another type.
    """
    items = items_of(OmegaConf.to_container(config)["also"])  # type: ignore[call-overload, index]
    if not items:
        return
    loader = GlobalHydra.instance().config_loader()
    composed = [_dataset(loader, name, options) for name, options in items]
    with open_dict(config):
        config.also = composed


def _dataset(loader: ConfigLoader, name: str, options: Mapping[str, object]) -> dict[str, object]:
    """All options of a dataset: those of its YAML file, and the given ones in their place."""
    job = HydraConfig.get().job
    loaded = loader.load_configuration(
        job.config_name, overrides=[f"dataset={name}"], run_mode=RunMode.RUN
    )
    loaded.dataset.merge_with(options)
    found = OmegaConf.to_container(loaded.dataset, resolve=True)
    assert isinstance(found, dict)
    return {str(key): value for key, value in found.items()}
