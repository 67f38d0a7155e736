"""The scripts and the style sheet of the page, without a browser."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from laser_sweep.config import PACKAGE
from laser_sweep.report.page import script

PAGE = PACKAGE / "report" / "page"
FILES = sorted(path for kind in ("*.js", "*.css") for path in PAGE.glob(kind))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_lines_are_as_long_as_those_of_python(path: Path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > 100] == []
    assert len(lines) <= 250


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_the_scripts_are_valid_together(tmp_path: Path):
    whole = tmp_path / "script.js"
    whole.write_text(script(), encoding="utf-8")
    subprocess.run(["node", "--check", whole], check=True)


def test_every_script_is_part_of_the_page():
    for path in PAGE.glob("*.js"):
        assert path.read_text(encoding="utf-8") in script(), path.name
