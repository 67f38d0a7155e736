"""The datasets of `also`, composed from the YAML files of the group `dataset`."""

from __future__ import annotations

from collections.abc import Mapping

from hydra.conf import HydraConf
from hydra.core.config_loader import ConfigLoader
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, open_dict

from laser_sweep.config import literal
from laser_sweep.config.also import items_of


def compose_also(config: DictConfig, loader: ConfigLoader, hydra: HydraConf) -> None:
    """Put all options of each dataset of `also` into the composed configuration, in place.

    Args:
        config: the composed configuration.
        loader: what composed it.
        hydra: Hydra's own options, which may name a further folder of YAML files.

    Raises:
        ConfigError: if `also` is not a list of datasets.
        HydraException: if there is no YAML file of a name, or it is wrong.
        OmegaConfBaseException: if an option is unknown, or has a value of another type.
    """
    items = items_of(OmegaConf.to_container(config)["also"])  # type: ignore[call-overload, index]
    if not items:
        return
    composed = [_dataset(loader, hydra, name, options) for name, options in items]
    with open_dict(config):
        config.also = composed


def _dataset(
    loader: ConfigLoader, hydra: HydraConf, name: str, options: Mapping[str, object]
) -> dict[str, object]:
    """All options of a dataset: those of its YAML file, and the given ones in their place."""
    loaded = loader.load_configuration(
        hydra.job.config_name,
        overrides=[*hydra.overrides.hydra, f"dataset={name}"],
        run_mode=RunMode.RUN,
    )
    loaded.dataset.merge_with(options)
    found = OmegaConf.to_container(loaded.dataset, resolve=True)
    assert isinstance(found, dict)
    return {str(key): literal(value) for key, value in found.items()}
