"""Every command in the README is run, in its order, as a stranger would."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from support.documents import README, ROOT, blocks, run
from support.hub_cache import small_gpt2

COMMANDS = [(kind, text) for kind, text in blocks("README.md") if kind != "text"]
PRINTED = next(text for kind, text in blocks("README.md") if kind == "text")

DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "laser_sweep/demo/README.md"]

# `make demo` and `make test` set everything up; in CI they are what runs this test.
ELSEWHERE = {"make demo\n"}


@pytest.mark.slow
def test_the_commands_of_the_readme(tmp_path: Path):
    small_gpt2(tmp_path)
    for kind, text in COMMANDS:
        if text in ELSEWHERE:
            continue
        printed = run(kind, text, tmp_path)
        if text == "python -m laser_sweep -m lnum=0..27 rate=1,5,9.9\n":
            assert_says_what_the_readme_shows(printed)


def assert_says_what_the_readme_shows(printed: str) -> None:
    """The table and the verdict, up to the rounding of another machine."""
    assert re.findall(r"fc_\w+-l\d+-rho[\d.]+", printed) == re.findall(
        r"fc_\w+-l\d+-rho[\d.]+", PRINTED
    )
    ours, theirs = (re.findall(r"([\d.]+) %", text) for text in (printed, PRINTED))
    assert [float(number) for number in ours] == pytest.approx(list(map(float, theirs)), abs=0.3)


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path):
    for link in re.findall(r"\]\(([^)]+)\)", document.read_text()):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        page = document.parent / name if name else document
        assert page.exists(), link
        assert not anchor or anchor in anchors(page), link


def test_options_of_the_schema_are_in_the_readme():
    from laser_sweep.config import LayoutConfig, options

    groups = ("intervention", "split", "search", "compose", "cluster", "tracker")
    of_files = {f"{group}.name" for group in groups}
    pages = ("describing-a-model.md", "datasets.md", "cluster.md", "search.md")
    described = README + "".join((ROOT / "docs" / page).read_text() for page in pages)
    undocumented = [
        name
        for name in options()
        if f"`{name.removeprefix('cluster.params.')}`" not in described
        and not name.startswith(("model.layout.", "paper."))
    ]
    table = re.findall(r"^\| (`.*?) \|", described, flags=re.MULTILINE)
    explained = {word for cell in table for word in re.findall(r"`([\w.]+)", cell)}
    for name in (f.name for f in fields(LayoutConfig)):
        assert name in explained or f"{name}." in " ".join(explained), name
    assert set(undocumented) <= of_files
