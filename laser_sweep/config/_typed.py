"""Typed configurations from written options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from laser_sweep.config._explain import explain
from laser_sweep.config._literal import literal

Schema = TypeVar("Schema")


def typed(schema: type[Schema], written: DictConfig | Mapping[str, object]) -> Schema:
    """The configuration with the written options, checked against its schema.

    Args:
        schema: a dataclass of `laser_sweep.config`.
        written: the options, from Hydra, YAML or JSON.

    Raises:
        ConfigError: if an option is unknown, missing, or has a value of another type.
    """
    try:
        # In a DictConfig of Hydra's, `+name=value` adds an option that the schema lacks; merging a
        # plain mapping refuses it. What is resolved once has no further references.
        if isinstance(written, DictConfig):
            resolved = OmegaConf.to_container(written, resolve=True)
            written = literal(cast(Mapping[str, object], resolved))
        merged = OmegaConf.merge(OmegaConf.structured(schema), dict(written))
        return cast(Schema, OmegaConf.to_object(merged))
    except OmegaConfBaseException as error:
        raise explain(error, schema) from error
