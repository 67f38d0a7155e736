"""Groups of options: every value fulfils its contract, and nothing else is a value."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from laser_sweep.cluster import CLUSTERS
from laser_sweep.dataset import DATASETS, PublishedDataset
from laser_sweep.errors import ConfigError
from laser_sweep.intervention import INTERVENTIONS
from laser_sweep.plugin import Group
from laser_sweep.selection import RULES, RuleWithFigures
from laser_sweep.split import SPLITS
from laser_sweep.tracker import TRACKERS

GROUPS = {
    group.option: group for group in (INTERVENTIONS, DATASETS, SPLITS, RULES, CLUSTERS, TRACKERS)
}
FURTHER = {"dataset.reader": PublishedDataset, "selection": RuleWithFigures}
MODULES = [(option, name) for option, group in GROUPS.items() for name in group.names()]

Extend = Callable[[Group[object], str, str], None]


def functions(contract: type) -> dict[str, inspect.Signature]:
    """The signatures of the functions that a contract asks for, without `self`."""
    found = {}
    for name, function in inspect.getmembers(contract, inspect.isfunction):
        if not name.startswith("_"):
            signature = inspect.signature(function)
            parameters = list(signature.parameters.values())[1:]
            found[name] = signature.replace(parameters=parameters)
    return found


def contracts(option: str, module: object) -> list[type]:
    """The contracts that a module fulfils."""
    all_of_group = [GROUPS[option].contract, *filter(None, [FURTHER.get(option)])]
    return [contract for contract in all_of_group if isinstance(module, contract)]


@pytest.mark.parametrize(("option", "name"), MODULES)
def test_a_modules_functions_have_the_parameters_of_the_contract(option: str, name: str):
    module = GROUPS[option].load(name)
    for contract in contracts(option, module):
        for function, expected in functions(contract).items():
            given = inspect.signature(getattr(module, function))
            assert list(given.parameters) == list(expected.parameters)
            for parameter in expected.parameters.values():
                # Each intervention has its own type for what it prepares.
                if parameter.annotation != "Prepared":
                    assert given.parameters[parameter.name].annotation == parameter.annotation
            if expected.return_annotation != "Prepared":
                allowed = expected.return_annotation.split(" | ")
                assert set(given.return_annotation.split(" | ")) <= set(allowed)


@pytest.mark.parametrize("option", GROUPS)
def test_a_contract_asks_for_functions(option: str):
    assert functions(GROUPS[option].contract)


@pytest.fixture
def extend(tmp_path: Path) -> Iterator[Extend]:
    """A function that adds a module to the package of a group, until the end of the test."""
    added: list[tuple[ModuleType, str, list[str]]] = []

    def add(group: Group[object], name: str, content: str) -> None:
        (tmp_path / f"{name}.py").write_text(content)
        package = importlib.import_module(group.package)
        added.append((package, name, list(package.__path__)))
        package.__path__ = [*package.__path__, str(tmp_path)]
        importlib.invalidate_caches()

    yield add
    for package, name, path in reversed(added):
        package.__path__ = path
        sys.modules.pop(f"{package.__name__}.{name}", None)
        vars(package).pop(name, None)


def source(option: str, name: str) -> str:
    """The source text of a module of a group."""
    return inspect.getsource(GROUPS[option].load(name))


@pytest.mark.parametrize("option", GROUPS)
def test_a_copied_module_is_a_value_and_a_private_copy_is_not(option: str, extend: Extend):
    group = GROUPS[option]
    values = group.names()
    extend(group, "copied", source(option, values[0]))
    extend(group, "_copied", source(option, values[0]))
    assert group.names() == sorted([*values, "copied"])
    assert isinstance(group.load("copied"), group.contract)
    assert_refused(group, "_copied")


@pytest.mark.parametrize("option", GROUPS)
def test_a_public_module_without_the_contract_is_no_value(option: str, extend: Extend):
    group = GROUPS[option]
    values = group.names()
    extend(group, "helper", "def helps():\n    return 1\n")
    assert group.names() == values
    assert_refused(group, "helper")


@pytest.mark.parametrize("option", GROUPS)
def test_a_module_that_lacks_one_member_is_no_value(option: str, extend: Extend):
    group = GROUPS[option]
    values = group.names()
    function = next(iter(functions(group.contract)))
    extend(group, "lacking", f"{source(option, values[0])}\n\ndel {function}\n")
    assert group.names() == values
    assert_refused(group, "lacking")


@pytest.mark.parametrize("option", GROUPS)
@pytest.mark.parametrize("name", ["", "_contract", "__init__", "__main__", "a.b", "os"])
def test_no_other_name_is_a_value(option: str, name: str):
    assert_refused(GROUPS[option], name)


@pytest.mark.parametrize("name", ["packing", "_packing", "_task", "_controller"])
def test_a_helper_of_the_clusters_is_no_cluster(name: str):
    assert CLUSTERS.names() == ["local", "slurm"]
    assert_refused(CLUSTERS, name)


def test_a_typo_is_refused_with_the_nearest_value():
    with pytest.raises(ConfigError, match=r"Unknown cluster 'slrum'\. Did you mean 'slurm'\?"):
        CLUSTERS.load("slrum")


def assert_refused(group: Group[object], name: str) -> None:
    """The value is refused in one line that lists the values of the option."""
    with pytest.raises(ConfigError) as error:
        group.load(name)
    assert str(error.value).startswith(f"Unknown {group.option} {name!r}.")
    assert str(error.value).endswith(f"Available: {', '.join(group.names())}.")
    assert "\n" not in str(error.value)
