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


def load(package: ModuleType, name: str, option: str = "") -> ModuleType:
    """The module behind an option's value; `option` is what it is called, else as the package.

    Raises:
        ConfigError: if the package has no such module.
    """
    option = option or package.__name__.rpartition(".")[2]
    return importlib.import_module(f"{package.__name__}.{choose(option, name, names(package))}")
