"""Tests of what the versions in `requirements.lock` do, and other versions do otherwise."""

from importlib.metadata import version
from pathlib import Path

import pytest

LOCK = Path(__file__).parents[2] / "requirements.lock"


def locked(package: str) -> str:
    """The version of a package in `requirements.lock`."""
    pins = dict(line.split("==") for line in LOCK.read_text().splitlines() if "==" in line)
    return _without_build(pins[package])


def _without_build(version: str) -> str:
    """A version without the name of its build, such as `+cpu`."""
    return version.partition("+")[0]


def of_lock(*packages: str) -> pytest.MarkDecorator:
    """A mark that skips a test where a package has another version than in `requirements.lock`."""
    other = [
        f"{package} {version(package)}, not {locked(package)}"
        for package in packages
        if _without_build(version(package)) != locked(package)
    ]
    return pytest.mark.skipif(bool(other), reason=", ".join(other))
