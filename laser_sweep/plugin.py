"""Option groups whose values are modules: `intervention=zero` is `intervention/zero.py`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from laser_sweep.errors import ConfigError, unknown

Contract = TypeVar("Contract")


class ReadsOptions(Protocol):
    """A contract of modules that read only some options of their group.

    Attributes:
        OPTIONS: the fields of the group's dataclass that the module reads.
    """

    OPTIONS: tuple[str, ...]


Reader = TypeVar("Reader", bound=ReadsOptions)


@dataclass(frozen=True)
class Group(Generic[Contract]):
    """An option whose values are the modules of a package that fulfil a contract.

    A private module, or one that lacks a member of the contract, is not a value of the option.

    Attributes:
        package: the package's name, such as `laser_sweep.intervention`.
        contract: the `typing.Protocol` that every module fulfils, decorated `runtime_checkable`.
        option: the option's name, such as `intervention`.
        plural: the noun for several values, at the beginning of a sentence.
    """

    package: str
    contract: type[Contract]
    option: str
    plural: str = "Values"

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


def check_read(
    group: Group[Reader],
    name: str,
    given: Mapping[str, object],
    defaults: Mapping[str, object],
) -> None:
    """Check that a module reads the options that are given.

    Args:
        group: the group.
        name: the name of the module.
        given: the values of the options that only some modules read.
        defaults: their defaults.

    Raises:
        ConfigError: if an option has another value than its default, and the module does not read
            it.
    """
    for option, value in given.items():
        if option in group.load(name).OPTIONS or value == defaults[option]:
            continue
        readers = [each for each in group.names() if option in group.load(each).OPTIONS]
        raise ConfigError(
            f"{group.option}.{option}={value}: {group.option}={name} does not read it. "
            f"{group.plural} that do: {', '.join(readers)}."
        )
