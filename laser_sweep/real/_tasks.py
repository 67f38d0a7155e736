"""Tasks of BIG-bench: single members of its source archive."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import pooch
from tqdm import tqdm

from laser_sweep.errors import ConfigError, one_line, unknown
from laser_sweep.terminal import say

_TASKS = "bigbench/benchmark_tasks"
_FILES = ("task.json", "task_mc.json")
"""The names of a task's file; that of truthful_qa has the suffix of multiple choice."""


def task_names(archive: Path) -> list[str]:
    """The names of an archive's tasks that are JSON files, such as `fact_checker/fever`, sorted.

    Args:
        archive: the source archive of the package `bigbench`.

    Raises:
        ConfigError: if the file is not a whole archive.
    """
    with _opened(archive) as tar:
        return sorted(filter(None, map(_task, tar)))


def extract_tasks(archive: Path, names: Collection[str], folder: Path) -> None:
    """Write the files of tasks as `folder/NAME/task.json`; leave those that are there and equal.

    Args:
        archive: the source archive of the package `bigbench`.
        names: names of tasks, as `task_names` has them.
        folder: the folder; it is made.

    Raises:
        ConfigError: if the file is not a whole archive, or lacks a task.
    """
    available = []
    with _opened(archive) as tar:
        for member in tar:
            name = _task(member)
            if name is None:
                continue
            available.append(name)
            if name in names:
                _write(tar, member, folder / name / "task.json")
    for name in names:
        if name not in available:
            raise unknown("task of BIG-bench", name, sorted(available))


def _task(member: tarfile.TarInfo) -> str | None:
    """The name of the task whose file a member is; None for other members."""
    _, _, path = member.name.partition(f"/{_TASKS}/")
    name, _, file = path.rpartition("/")
    return name if file in _FILES and member.isfile() else None


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, file: Path) -> None:
    """Write a member to a file, unless the file is equal to it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    content = tar.extractfile(member)
    assert content is not None  # a regular file
    with content, part.open("wb") as opened:
        shutil.copyfileobj(content, opened)
    is_there = file.is_file() and pooch.file_hash(str(file)) == pooch.file_hash(str(part))
    part.replace(file)
    say(f"{file} is there already." if is_there else f"Wrote {file}.")


@contextmanager
def _opened(archive: Path) -> Iterator[tarfile.TarFile]:
    """A source archive, with a bar of the bytes that were read.

    Raises:
        ConfigError: if the file is not a whole archive.
    """
    size = archive.stat().st_size
    with (
        archive.open("rb") as file,
        tqdm.wrapattr(
            file, "read", total=size, desc=archive.name, leave=False, disable=None
        ) as raw,
    ):
        try:
            # tqdm's wrapper is a file of which the types know `read` alone.
            with tarfile.open(fileobj=cast(BinaryIO, raw), mode="r|gz") as tar:
                yield tar
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ConfigError(
                f"{archive}: this is not a whole archive: {one_line(error)}."
            ) from error
