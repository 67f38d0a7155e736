"""Tests of what the versions in `requirements.lock` do, and other versions do otherwise."""

from importlib.metadata import version
from pathlib import Path

import pytest

LOCK = Path(__file__).parents[2] / "requirements.lock"


def locked(package: str) -> str:
    """The version of a package in `requirements.lock`."""
    pins = dict(line.split("==") for line in LOCK.read_text().splitlines() if "==" in line)
    return pins[package]


def of_lock(*packages: str) -> pytest.MarkDecorator:
    """A mark that skips a test where a package has another version than in `requirements.lock`."""
    other = [
        f"{package} {version(package)}, not {locked(package)}"
        for package in packages
        if version(package).partition("+")[0] != locked(package)
    ]
    return pytest.mark.skipif(bool(other), reason=", ".join(other))
