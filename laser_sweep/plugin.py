"""Option groups whose values are modules: `intervention=zero` is `intervention/zero.py`."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Generic, TypeVar

from laser_sweep.errors import unknown

Contract = TypeVar("Contract")


@dataclass(frozen=True)
class Group(Generic[Contract]):
    """An option whose values are the modules of a package that fulfil a contract.

    A private module, or one that lacks a member of the contract, is not a value of the option.

    Attributes:
        package: the package's name, such as `laser_sweep.intervention`.
        contract: the `typing.Protocol` that every module fulfils, decorated `runtime_checkable`.
        option: the option's name, such as `intervention`.
    """

    package: str
    contract: type[Contract]
    option: str

    def names(self) -> list[str]:
        """The values of the option, sorted."""
        return [name for name in self._public() if isinstance(self._import(name), self.contract)]

    def load(self, name: str) -> Contract:
        """The module behind a value of the option.

        Raises:
            ConfigError: if the option does not have this value.
        """
        module = self._import(name) if name in self._public() else None
        if not isinstance(module, self.contract):
            raise unknown(self.option, name, self.names())
        return module

    def _public(self) -> list[str]:
        modules = pkgutil.iter_modules(importlib.import_module(self.package).__path__)
        return sorted(module.name for module in modules if not module.name.startswith("_"))

    def _import(self, name: str) -> object:
        return importlib.import_module(f"{self.package}.{name}")
