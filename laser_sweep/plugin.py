"""Folders whose file names are the values of an option: `intervention=zero` is `zero.py`."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from laser_sweep.errors import choose


def names(package: ModuleType) -> list[str]:
    """The option values that a package offers: its public modules, sorted."""
    modules = pkgutil.iter_modules(package.__path__)
    return sorted(module.name for module in modules if not module.name.startswith("_"))


def load(package: ModuleType, name: str) -> ModuleType:
    """The module behind an option's value.

    Raises:
        ConfigError: if the package has no such module.
    """
    kind = package.__name__.rpartition(".")[2]
    return importlib.import_module(f"{package.__name__}.{choose(kind, name, names(package))}")
