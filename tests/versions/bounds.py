"""The versions that `pyproject.toml` promises."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

SOURCE = Path(__file__).parents[2]

DEVELOPMENT = "dev"
"""The extra of formatters and checkers, which no test needs."""


def core() -> list[Requirement]:
    """What every installation needs."""
    return _parsed(_project()["dependencies"])


def extras() -> list[Requirement]:
    """What the extras need that the tests use."""
    groups = _project()["optional-dependencies"]
    return _parsed(
        [text for name, group in groups.items() if name != DEVELOPMENT for text in group]
    )


def lowest(requirement: Requirement) -> str | None:
    """The lowest version that a requirement allows; None if it names none."""
    versions = [bound.version for bound in requirement.specifier if bound.operator == ">="]
    return versions[0] if versions else None


def lowest_pins() -> list[str]:
    """The lowest versions as lines of a constraints file, such as `numpy==2.1`."""
    named = {each.name: lowest(each) for each in core() + extras()}
    return sorted(f"{name}=={version}" for name, version in named.items() if version)


def _project() -> dict[str, Any]:
    return tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _parsed(texts: list[str]) -> list[Requirement]:
    return [Requirement(text) for text in texts]
