"""The bounds in `pyproject.toml`, which `run.py` tries out."""

from __future__ import annotations

import pytest
from bounds import core, extras, lowest, lowest_pins
from packaging.requirements import Requirement
from packaging.version import Version


@pytest.mark.parametrize("requirement", core(), ids=lambda each: each.name)
def test_a_core_dependency_names_its_lowest_version(requirement: Requirement) -> None:
    assert lowest(requirement)


@pytest.mark.parametrize("requirement", core() + extras(), ids=str)
def test_the_lowest_version_is_among_those_that_are_allowed(requirement: Requirement) -> None:
    version = lowest(requirement)
    assert version is None or Version(version) in requirement.specifier


def test_a_package_has_one_lowest_version() -> None:
    pinned = [pin.split("==")[0] for pin in lowest_pins()]
    named = {(each.name, lowest(each)) for each in core() + extras() if lowest(each)}
    assert sorted(pinned) == sorted(name for name, _ in named)
