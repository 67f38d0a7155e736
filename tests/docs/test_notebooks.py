"""Every notebook runs from top to bottom without a network, and stores what fits on a screen."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import nbformat
import pytest
from support.documents import ROOT
from support.ipynb import NOTEBOOKS, execute, outputs, read, text

LINES, BYTES = 40, 60_000
CHOSEN = re.compile(r"^Chosen on the validation part.*?: (\S+)\. ", re.MULTILINE)
ABSOLUTE = re.compile(r"(?:^|[\s'\"=(:])(?:/\w[^\s/]*/|~/|[A-Z]:\\)", re.MULTILINE)

notebooks = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.mark.slow
@notebooks
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / ".jupyter"))
    ran = execute(path, tmp_path).cells
    for cell in ran:
        for output in outputs(cell):
            assert output.get("name") != "stderr", output.text
    shown, stored = ("".join(map(text, cells)) for cells in (ran, read(path).cells))
    assert CHOSEN.findall(shown) == CHOSEN.findall(stored) != []


@notebooks
def test_a_notebook_stores_what_fits_on_a_screen(path: Path):
    notebook = read(path)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        assert len(text(cell).splitlines()) <= LINES, cell.source
        for output in outputs(cell):
            assert output.output_type != "error", cell.source
            picture = output.get("data", {}).get("image/png", "")
            assert len(base64.b64decode(picture)) <= BYTES, cell.source


@notebooks
def test_a_notebook_names_no_place_of_one_machine(path: Path):
    for cell in read(path).cells:
        for written in (cell.source, text(cell)):
            assert not ABSOLUTE.search(written), written


@pytest.mark.parametrize("written", ["folder: /home/me/x", "'/tmp/a'", "C:\\Users\\me", "~/x/y"])
def test_a_place_of_one_machine_is_told(written: str):
    assert ABSOLUTE.search(written)


@notebooks
def test_a_notebook_is_named_in_the_readme(path: Path):
    assert f"(notebooks/{path.name})" in (ROOT / "README.md").read_text()
