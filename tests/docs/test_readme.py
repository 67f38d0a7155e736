"""Every command in the README is run, in its order, as a stranger would."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
from support.documents import ROOT, blocks, run
from support.hub_cache import small_gpt2

from laser_sweep.config import GROUPS, LayoutConfig, ParamsConfig, options

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
        printed = run(kind, text, tmp_path, anew=True)
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


def test_the_page_of_options_is_that_of_the_schema_and_of_the_yaml_files():
    from support import options_page

    page = options_page.PAGE.read_text()
    assert page == options_page.page(), "PYTHONPATH=tests python -m support.options_page"
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    undescribed = [line for line in lines if re.match(r"\| `[^|]*\| *\|", line)]
    assert [line for line in undescribed if not line.endswith("=` | |")] == []
    described = {line.split("`")[1] for line in lines}
    elsewhere = ("model.layout.", "cluster.params.", "paper.")
    missing = {name for name in options() if not name.startswith(elsewhere)} - described
    assert missing <= {*GROUPS, *(f"{group}.name" for group in GROUPS)}


def test_options_with_pages_of_their_own_are_on_them():
    layout, cluster = (
        (ROOT / "docs" / page).read_text() for page in ("describing-a-model.md", "cluster.md")
    )
    table = re.findall(r"^\| (`.*?) \|", layout, flags=re.MULTILINE)
    explained = {word for cell in table for word in re.findall(r"`([\w.]+)", cell)}
    for name in (f.name for f in fields(LayoutConfig)):
        assert name in explained or f"{name}." in " ".join(explained), name
    for name in (f.name for f in fields(ParamsConfig)):
        assert f"`{name}`" in cluster, name


@pytest.mark.slow
def test_the_stacks_of_the_page_of_options_run(tmp_path: Path):
    (text,) = [text for kind, text in blocks("docs/options.md") if kind == "bash"]
    printed = run("bash", text, tmp_path)
    assert "fc_out-l26-rho0.2+fc_in-l27-rho0.01" in printed
