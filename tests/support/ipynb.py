"""The notebooks, run as a reader would.

`PYTHONPATH=tests python -m support.ipynb` stores their outputs anew.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from .commands import environment
from .documents import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    """A notebook, with the outputs that are stored in it."""
    return nbformat.read(path, as_version=4)


def execute(path: Path, folder: Path) -> NotebookNode:
    """Run a notebook from top to bottom in a folder.

    Raises:
        CellExecutionError: if a cell fails.
    """
    notebook = read(path)
    how = {"kernel_name": "python3", "record_timing": False, "coalesce_streams": True}
    client = NotebookClient(notebook, timeout=600, **how)
    kernel = {"IPYTHONDIR": str(folder / ".ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    client.execute(cwd=str(folder), env={**environment(folder), **kernel})
    return notebook


def text(cell: NotebookNode) -> str:
    """What a cell shows, without its pictures."""
    data = [{"text/plain": each.get("text", ""), **each.get("data", {})} for each in outputs(cell)]
    return "".join(each["text/plain"] for each in data)


def outputs(cell: NotebookNode) -> list[NotebookNode]:
    """What a cell shows; nothing, where it is no code."""
    return cell.get("outputs", [])


def _store(path: Path) -> None:
    with TemporaryDirectory() as folder:
        notebook = execute(path, Path(folder))
    notebook.metadata.language_info = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.clear()
        for output in outputs(cell):
            # The same table once more, in as many lines as it has cells.
            output.get("data", {}).pop("text/html", None)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for name in sys.argv[1:] or NOTEBOOKS:
        _store(Path(name))
