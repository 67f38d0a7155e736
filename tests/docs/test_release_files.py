"""The files beside the README: the citation, the changelog, and the hooks of pre-commit."""

from __future__ import annotations

import re

import pytest
import yaml
from support.documents import ROOT

import laser_sweep

CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
REQUIRED = {"cff-version", "message", "title", "authors"}
"""The keys that version 1.2.0 of the Citation File Format requires."""


def lint_commands() -> list[str]:
    """The commands of `make lint`."""
    recipe = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    lines = recipe[1].replace("$(BIN)", ".venv/bin").splitlines()
    return [line.strip().removeprefix("@") for line in lines]


def test_the_citation_has_what_its_format_requires():
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION.keys() >= REQUIRED
    assert all(CITATION[key] for key in REQUIRED)


def test_the_citation_is_of_this_version_and_licence():
    assert str(CITATION["version"]) == laser_sweep.__version__
    assert (ROOT / "LICENSE").read_text().startswith(f"{CITATION['license']} License")


def test_the_citation_refers_to_the_paper_that_the_readme_links():
    (paper,) = CITATION["references"]
    assert paper["type"] == "article"
    assert [author["family-names"] for author in paper["authors"]] == ["Sharma", "Ash", "Misra"]
    assert paper["url"] in (ROOT / "README.md").read_text()


def test_the_changelog_has_this_version_below_the_unreleased_changes():
    headings = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert laser_sweep.__version__ in headings[1:]


def test_the_hooks_run_the_commands_of_make_lint():
    (repository,) = HOOKS["repos"]
    assert repository["repo"] == "local"
    assert [hook["entry"] for hook in repository["hooks"]] == lint_commands()


@pytest.mark.parametrize("hook", HOOKS["repos"][0]["hooks"], ids=lambda hook: hook["id"])
def test_a_hook_checks_the_whole_checkout_with_the_installed_tools(hook: dict[str, object]):
    assert hook["language"] == "system"
    assert hook["always_run"] is True
    assert hook["pass_filenames"] is False
