"""Hydra without the state of the program that calls the library, which may use Hydra itself."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hydra import initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.core.utils import JobRuntime
from hydra.version import VersionBase
from omegaconf.basecontainer import BaseContainer

from laser_sweep.config import conf_folder, register, register_runtime

_ONE_AT_A_TIME = threading.RLock()
"""Hydra's state is that of the whole process."""


_OF_A_PROGRAM = {GlobalHydra, HydraConfig, JobRuntime, VersionBase}
"""The parts of Hydra's state that a program with Hydra sets."""


@contextmanager
def separate_hydra() -> Iterator[ConfigLoader]:
    """A loader of the package's YAML files, for the time of the block.

    The program's own Hydra, its schemas and its resolvers are untouched by the block, and known
    again after it: they are the same objects, not copies.
    """
    with _ONE_AT_A_TIME:
        Plugins.instance()
        store = copy.copy(ConfigStore.instance())
        instances, resolvers = Singleton._instances, BaseContainer._resolvers
        # Of the schemas, which may have names such as `schema`, only Hydra's own count.
        store.repo = {"hydra": store.repo["hydra"]}
        shared: dict[type, Any] = {
            kind: each for kind, each in instances.items() if kind not in _OF_A_PROGRAM
        }
        shared[ConfigStore] = store
        Singleton._instances = shared
        BaseContainer._resolvers = dict(resolvers)
        try:
            register()
            with initialize_config_dir(str(conf_folder()), version_base="1.3"):
                register_runtime()
                yield GlobalHydra.instance().config_loader()
        finally:
            Singleton._instances, BaseContainer._resolvers = instances, resolvers
