"""The files that `dataset.path` names: one, those of a folder or of a pattern, a saved dataset."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from glob import has_magic
from pathlib import Path

from laser_sweep.config.file_names import without_compression
from laser_sweep.dataset._files.file_formats import endings, format_of, read_file, read_rows
from laser_sweep.dataset._files.row import Row
from laser_sweep.errors import ConfigError, reason
from laser_sweep.model.hub_cache import cached_repository

log = logging.getLogger(__name__)

_SAVED, _SAVED_SPLITS = "state.json", "dataset_dict.json"
"""Files of a folder that `save_to_disk()` of the library datasets wrote."""
_OF_A_SPLIT = re.compile(r"(.+?)-\d+-of-\d+\.|(train|test|validation|valid|val|dev)(?![a-z])")
"""Names of files of a split, such as `train-00000-of-00002.parquet` or `test.jsonl`."""
_NO_ROWS = ("dataset_info.json", "dataset_infos.json")
_SHOWN = 5


def read_path(path: Path) -> list[Row]:
    """The rows of a file; of all files of a folder or of a pattern like `d/*.parquet`, by name.

    Raises:
        ConfigError: if there is no such file, or no row in it; if a folder holds files of several
            formats or splits.
    """
    if path.is_dir():
        return saved_rows(path) if is_saved(path) else _rows_of(path, _files_in(path))
    if not path.exists() and has_magic(str(path)):
        return _rows_of(path, _files_like(path))
    if not path.exists() and "--" in path.name and (repository := cached_repository(path)):
        raise ConfigError(f"dataset.path={path}: {repository.advice('dataset.path')}")
    return read_rows(path)


def is_saved(folder: Path) -> bool:
    """Whether the library datasets saved a dataset in a folder, with `save_to_disk()`."""
    return any((folder / name).is_file() for name in (_SAVED, _SAVED_SPLITS))


def saved_rows(folder: Path) -> list[Row]:
    """The rows of a folder that `save_to_disk()` of the library datasets wrote.

    Raises:
        ConfigError: if the folder cannot be read, has several splits, or no row.
    """
    import datasets

    if (folder / _SAVED_SPLITS).is_file():
        return saved_rows(_only_split(folder))
    try:
        loaded = datasets.load_from_disk(str(folder))
    except Exception as error:
        raise ConfigError(f"dataset.path={folder}: cannot be read: {reason(error)}") from error
    rows = [Row(dict(values), f"row {number}") for number, values in enumerate(loaded, 1)]
    return _not_empty(folder, rows)


def _only_split(folder: Path) -> Path:
    """The folder of the only split of a saved dataset."""
    try:
        splits = json.loads((folder / _SAVED_SPLITS).read_text(encoding="utf-8"))["splits"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"dataset.path={folder}: cannot be read: {reason(error)}") from error
    folders = [folder / str(split) for split in splits]
    if len(folders) != 1:
        raise ConfigError(
            f"dataset.path={folder}: the folder has {len(folders)} splits: expected the folder of "
            f"one of them: {', '.join(f'dataset.path={each}' for each in folders)}."
        )
    return folders[0]


def _rows_of(path: Path, files: Iterable[Path]) -> list[Row]:
    """The rows of several files, each with the name of its file in its place."""
    rows = [
        Row(row.values, f"{row.place} of {file.name}") for file in files for row in read_file(file)
    ]
    return _not_empty(path, rows)


def _not_empty(path: Path, rows: list[Row]) -> list[Row]:
    if not rows:
        raise ConfigError(f"dataset.path={path}: it has no row.")
    return rows


def _files_in(folder: Path) -> list[Path]:
    """The files of rows in a folder, all of one format and of one split."""
    files = [path for path in sorted(folder.iterdir()) if _may_have_rows(path)]
    if not files:
        raise _no_files(folder)
    if len(found := sorted({format_of(path) for path in files})) > 1:
        raise ConfigError(
            f"dataset.path={folder}: the folder holds files of several formats "
            f"({', '.join(found)}): expected a pattern, such as "
            f"dataset.path='{folder}/*{found[0]}'."
        )
    if len(splits := _splits(files)) > 1:
        raise ConfigError(
            f"dataset.path={folder}: the folder holds files of several splits "
            f"({', '.join(splits)}): expected a pattern, such as "
            f"dataset.path='{folder}/{splits[0]}*{found[0]}'."
        )
    names = Counter(without_compression(path).name for path in files)
    if twice := [name for name, count in names.items() if count > 1]:
        raise ConfigError(
            f"dataset.path={folder}: the folder holds {twice[0]} more than once, compressed or "
            "not: expected a pattern of the files to read."
        )
    return files


def _may_have_rows(path: Path) -> bool:
    """Whether a file of a folder has an ending of a format, and is not about other files."""
    hidden = path.name.startswith((".", "_")) or path.name in _NO_ROWS
    return path.is_file() and not hidden and bool(format_of(path))


def _no_files(folder: Path) -> ConfigError:
    if repository := cached_repository(folder):
        return ConfigError(f"dataset.path={folder}: {repository.advice('dataset.path')}")
    folders = sorted(path.name for path in folder.iterdir() if path.is_dir())
    more = f" Its folders: {', '.join(folders[:_SHOWN])}." if folders else ""
    return ConfigError(
        f"dataset.path={folder}: it is a folder without a file that ends in {endings()}.{more}"
    )


def _files_like(pattern: Path) -> list[Path]:
    """The files whose names are like a pattern; a warning tells if they are of several splits."""
    parts = pattern.parts
    first = next(number for number, part in enumerate(parts) if has_magic(part))
    named = sorted(Path(*parts[:first]).glob("/".join(parts[first:])))
    files = [path for path in named if path.is_file() and not path.name.startswith(".")]
    if not files:
        raise ConfigError(f"dataset.path={pattern}: no file has a name like this.")
    if len(splits := _splits(files)) > 1:
        log.warning(
            "dataset.path=%s: files of several splits are read as one: %s.",
            pattern,
            ", ".join(splits),
        )
    return files


def _splits(files: Sequence[Path]) -> list[str]:
    """The splits that the names of files tell."""
    found = [_OF_A_SPLIT.match(path.name) for path in files]
    return sorted({match[1] or match[2] for match in found if match})
