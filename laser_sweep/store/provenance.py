"""Hashes of contents, and the versions of the software that computed a result."""

from __future__ import annotations

import json
import platform
import re
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from laser_sweep import __version__
from laser_sweep.config import PACKAGE

_LIBRARIES = ("torch", "transformers", "tokenizers", "numpy")


def digest(content: object, digits: int = 8) -> str:
    """A short hash of a JSON value."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return xxhash.xxh3_64_hexdigest(text.encode())[:digits]


def content_hash(table: pa.Table) -> str:
    """A hash of all values of a table, independent of their layout in memory."""
    hashed = xxhash.xxh3_64()
    for column in table.columns:
        _add(hashed, column.combine_chunks())
    return hashed.hexdigest()


def _add(hashed: xxhash.xxh3_64, values: pa.Array) -> None:
    hashed.update(_nulls(values))
    if values.null_count == len(values):
        # An empty column has the same hash as before this shortcut, computed without its values.
        if pa.types.is_list(values.type) or pa.types.is_string(values.type):
            hashed.update(_nulls(values))
        return
    if pa.types.is_list(values.type):
        _add(hashed, pc.list_value_length(values))
        _add(hashed, values.flatten())
    elif pa.types.is_string(values.type):
        _add(hashed, pc.binary_length(values))
        hashed.update("".join(values.drop_null().to_pylist()).encode())
    else:
        hashed.update(values.drop_null().to_numpy(zero_copy_only=False).tobytes())


def _nulls(values: pa.Array) -> bytes:
    """A byte for each value, 1 where it is null."""
    if values.null_count in (0, len(values)):
        return (b"\1" if values.null_count else b"\0") * len(values)
    nulls: bytes = values.is_null().to_numpy(zero_copy_only=False).tobytes()
    return nulls


@cache
def versions() -> dict[str, str | None]:
    """The versions of the software, for anyone who cannot reproduce a number."""
    found: dict[str, str | None] = {name: metadata.version(name) for name in _LIBRARIES}
    found["torch"] = torch_version()
    return {
        "laser_sweep": __version__,
        "git_commit": _git_commit(),
        "python": platform.python_version(),
        **found,
    }


def torch_version() -> str:
    """The version of torch with its build, such as `2.13.0+cu130`, without importing torch.

    The metadata of a package of the index lacks the build.
    """
    file = Path(str(metadata.distribution("torch").locate_file("torch/version.py")))
    written = file.read_text(encoding="utf-8") if file.is_file() else ""
    found = re.search(r"^__version__ *= *['\"]([^'\"]+)", written, re.MULTILINE)
    return found[1] if found else metadata.version("torch")


def _git_commit() -> str | None:
    """The commit of the package's checkout, followed by `+` if files have changed since."""
    checkout = PACKAGE.parent
    # An installed package may be inside the repository of another project.
    if not (checkout / ".git").exists() or not (checkout / "conf").is_dir():
        return None
    commit = _git("rev-parse", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no")
    return None if commit is None else commit + ("+" if changed else "")


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(PACKAGE.parent), *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
