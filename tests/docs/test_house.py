"""The documents and the rooms: every path that is named exists, and rooms keep their privacy."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.documents import ROOT

PACKAGE = ROOT / "laser_sweep"
ROOMS = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "benchmarks").glob("*.md")),
]
_TOP = ("laser_sweep", "conf", "tests", "docs", "benchmarks", "notebooks")
_PATH = re.compile(
    r"(?<![\w/.<>-])((?:[\w.-]+/)+(?:[\w.-]+\.(?:py|yaml|md|sh|jsonl|ipynb))?)(?![\w<])"
)
_MODULE = re.compile(r"(?<![\w./-])laser_sweep(?!\.log\b)(?:\.[A-Za-z_]\w*)+")


def named_paths(text: str) -> Iterator[str]:
    """Paths into the project: those that begin with a top folder, or with a room."""
    for found in _PATH.findall(text):
        first = found.partition("/")[0]
        if first in _TOP or (first in ROOMS and "multirun" not in found):
            yield found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_that_a_document_names_exists(document: Path):
    text = document.read_text()
    missing = [
        path
        for path in named_paths(text)
        if not ((ROOT / path).exists() or (PACKAGE / path).exists())
    ]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_module_that_a_document_names_exists(document: Path):
    for name in _MODULE.findall(document.read_text()):
        assert _exists(name.split(".")[1:], PACKAGE), name


def _exists(parts: list[str], folder: Path) -> bool:
    """Whether a module, or a name that a module defines, is there."""
    if not parts:
        return True
    if (folder / parts[0]).is_dir():
        return _exists(parts[1:], folder / parts[0])
    module = folder / f"{parts[0]}.py"
    if module.is_file():
        return len(parts) == 1 or re.search(rf"\b{parts[1]}\b", module.read_text()) is not None
    return re.search(rf"\b{parts[0]}\b", (folder / "__init__.py").read_text()) is not None


def test_the_table_of_rooms_is_complete():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    table = text[text.index("| room |") : text.index("## From the command")]
    rows = [row.split("|")[1] for row in table.splitlines()[2:] if row.startswith("|")]
    assert {name for row in rows for name in re.findall(r"`(\w+)/`", row)} == ROOMS


def imports() -> Iterator[tuple[Path, str]]:
    """Every import of the package's own, as a dotted name, with the module that imports it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("laser_sweep"):
                yield from ((path, f"{node.module}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((path, a.name) for a in node.names if a.name.startswith("laser_sweep"))


def test_nothing_private_is_imported_from_another_room():
    wrong = []
    for path, name in imports():
        _, room, *inside = (*name.split("."), "")
        own = path.relative_to(PACKAGE).parts[0]
        private = any(
            part.startswith("_") and not part.startswith("__") for part in (room, *inside)
        )
        if private and room != own:
            wrong.append(f"{path.relative_to(ROOT)}: {name}")
    assert not wrong


def test_few_files_stand_at_the_top():
    assert len([path for path in PACKAGE.iterdir() if path.is_file()]) <= 8


def test_no_module_has_the_name_of_another_one_with_another_meaning():
    # Python's own names; contracts, one in each group; the paper's figures, and the paper's rule.
    shared = {"__init__", "__main__", "_contract", "paper"}
    names: dict[str, list[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        room = path.relative_to(PACKAGE).parts[0]
        # A module of `config` is the schema of what has its name elsewhere.
        if path.stem not in shared and room != "config":
            names.setdefault(path.stem, []).append(str(path.relative_to(PACKAGE)))
    assert not {name: paths for name, paths in names.items() if len(paths) > 1}
