"""Written options as typed configurations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from laser_sweep.config._explain import explain

Schema = TypeVar("Schema")


def typed(schema: type[Schema], written: DictConfig | Mapping[str, Any]) -> Schema:
    """The configuration that some written options describe, checked.

    Args:
        schema: a dataclass of `laser_sweep.config`.
        written: the options, as Hydra composes them or as YAML and JSON hold them.

    Raises:
        ConfigError: if an option is unknown, missing, or of another type.
    """
    try:
        # Hydra lets `+name=value` add an option that the schema lacks; a plain mapping does not.
        if isinstance(written, DictConfig):
            written = cast(Mapping[str, Any], OmegaConf.to_container(written, resolve=True))
        merged = OmegaConf.merge(OmegaConf.structured(schema), dict(written))
        return cast(Schema, OmegaConf.to_object(merged))
    except OmegaConfBaseException as error:
        raise explain(error) from error
