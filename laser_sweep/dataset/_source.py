"""Where a dataset's rows come from: a file of the user's, the hub, or a file on the web.

Sources are tried in order; what was fetched once is in the hub's cache, and is read from there
without a network. Rows are data: no dataset's own code is run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import xxhash

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._file_rows import read_rows
from laser_sweep.dataset._row import Row, Rows
from laser_sweep.errors import ConfigError, one_line

log = logging.getLogger(__name__)

_TIMEOUT_S = 10.0


class Source(Protocol):
    """A place that has the rows of a dataset."""

    def fetch(self, columns: tuple[str, ...]) -> list[Row]:
        """The rows, split after split, each with its `split`."""
        ...

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def advice(self) -> str:
        """How to get it where there is a network."""
        ...


@dataclass(frozen=True)
class Hub:
    """Parquet files of a dataset repository on the Hugging Face hub.

    Attributes:
        repo: its id.
        files: for each split, in order, the pattern of its files.
        revision: a commit, where one is known, or a branch.
    """

    repo: str
    files: Mapping[str, str]
    revision: str = "main"

    @property
    def name(self) -> str:
        """The repository at its revision."""
        return f"{self.repo}@{self.revision}"

    @property
    def advice(self) -> str:
        """The command that fills the hub's cache."""
        patterns = " ".join(f"--include '{pattern}'" for pattern in self.files.values())
        return f"hf download {self.repo} --repo-type dataset --revision {self.revision} {patterns}"

    def fetch(self, columns: tuple[str, ...]) -> list[Row]:
        """The rows of all splits.

        Raises:
            OSError: without a network and a copy in the hub's cache.
        """
        folder = self._folder()
        rows: list[Row] = []
        for split, pattern in self.files.items():
            paths = sorted(map(str, folder.glob(pattern)))
            if not paths:
                raise FileNotFoundError(f"no {pattern}")
            rows += _load(paths, split, columns)
        return rows

    def _folder(self) -> Path:
        """The hub's files of one commit or, if it cannot be reached, those in its cache."""
        from huggingface_hub import HfApi, snapshot_download

        reason = ""
        revision = self.revision
        try:
            # Fails at once without a network, where a download tries again for half a minute.
            info = HfApi().dataset_info(self.repo, revision=revision, timeout=_TIMEOUT_S)
            revision = str(info.sha)
        # The hub's client promises no exception for "no network"; it raises its HTTP library's.
        except Exception as error:
            reason = _short(error)
        try:
            folder = snapshot_download(
                self.repo,
                repo_type="dataset",
                revision=revision,
                allow_patterns=list(self.files.values()),
                local_files_only=bool(reason),
            )
        except Exception as error:
            raise OSError(f"not in the hub's cache, and {reason or _short(error)}") from error
        return Path(folder)


@dataclass(frozen=True)
class Web:
    """JSON files on the web, a list of rows or one row a line.

    Attributes:
        files: for each split, in order, the address of its file.
        sha256: for each address the hash that its content has, where it is known.
    """

    files: Mapping[str, str]
    sha256: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its addresses."""
        return ", ".join(self.files.values())

    @property
    def advice(self) -> str:
        """The files to download."""
        return f"download {self.name}"

    def fetch(self, columns: tuple[str, ...]) -> list[Row]:
        """The rows of all splits.

        Raises:
            OSError: without a network and a copy in the cache.
            ValueError: if a file is not the one whose hash is known.
        """
        rows: list[Row] = []
        for split, address in self.files.items():
            rows += _json_rows(self._file(address), split)
        return rows

    def _file(self, address: str) -> Path:
        """The file of an address, downloaded once."""
        import pooch
        from huggingface_hub import constants

        known, name = self.sha256.get(address), _cached_name(address)
        folder = Path(constants.HF_HOME) / "laser_sweep"
        if constants.HF_HUB_OFFLINE and not (folder / name).is_file():
            raise OSError("not in the cache, and HF_HUB_OFFLINE is set")
        hashed = None if known is None else f"sha256:{known}"
        try:
            return Path(pooch.retrieve(address, hashed, fname=name, path=folder))
        except OSError as error:  # that of requests, too
            raise OSError(f"not in the cache, and {_short(error)}") from error


@dataclass(frozen=True)
class Facts:
    """What is known of a dataset.

    Attributes:
        title: what it is.
        columns: the columns that are read of a source's rows.
        sources: where they are, tried in this order.
        count: how many examples the paper's code makes of them.
        licence: the licence of the rows.
        citation: where it was published.
        splits: the splits that are read, in order; empty if it has none.
        notes: what a reader of its figures should know.
    """

    title: str
    columns: tuple[str, ...]
    sources: tuple[Hub | Web, ...]
    count: int
    licence: str
    citation: str
    splits: tuple[str, ...]
    notes: tuple[str, ...] = ()


def load_rows(facts: Facts, config: DatasetConfig) -> Rows:
    """The rows of a dataset, from `dataset.path` or from the first source that has them.

    Raises:
        ConfigError: if they cannot be read, or none can be reached; it says what to download.
    """
    if config.path:
        path = Path(config.path).expanduser()
        return _in_order(Rows(read_rows(path), f"dataset.path={path}"), facts.splits)
    failures = []
    for source in facts.sources:
        try:
            rows = source.fetch(facts.columns)
        except (OSError, ValueError) as error:
            log.debug("%s cannot be had", source.name, exc_info=True)
            failures.append(f"{source.name}: {_short(error)}")
            continue
        if failures:
            log.warning("The rows are of %s; first tried: %s", source.name, "; ".join(failures))
        return Rows(rows, f"dataset {config.name}, {source.name}")
    raise ConfigError(
        f"dataset {config.name} is not in the cache, and cannot be fetched "
        f"({'; '.join(failures)}). Where there is network, {_run(facts.sources[0])}; or give "
        f"dataset.path=FILE, rows with the columns {', '.join(facts.columns)}"
        + (f" and split ({', '.join(facts.splits)})." if len(facts.splits) > 1 else ".")
    )


def load_hub_rows(config: DatasetConfig) -> Rows:
    """The rows of any dataset on the hub: `dataset.hub`, `dataset.config`, `dataset.split`.

    Raises:
        ConfigError: if there is no such dataset, or it cannot be reached.
    """
    import datasets

    asked = f"dataset.hub={config.hub}"
    try:
        loaded = datasets.load_dataset(
            config.hub, config.config, split=config.split, revision=config.revision
        )
    except Exception as error:
        raise ConfigError(
            f"{asked}: cannot be loaded (dataset.config={config.config} "
            f"dataset.split={config.split} dataset.revision={config.revision}): "
            f"{_short(_root(error))}"
        ) from error
    return Rows(list(_numbered(loaded)), asked)


def _run(source: Hub | Web) -> str:
    return f"run `{source.advice}`" if isinstance(source, Hub) else source.advice


def _in_order(rows: Rows, splits: tuple[str, ...]) -> Rows:
    """The rows of a file, split after split; in a dataset of one split it may be unsaid."""
    if not splits:
        return rows
    for row in rows.rows:
        if len(splits) == 1:
            row.values.setdefault("split", splits[0])
        rows.apply(lambda row: row.one_of("split", splits), row)
    ordered = sorted(rows.rows, key=lambda row: splits.index(row.values["split"]))
    return Rows(ordered, rows.where)


def _load(paths: list[str], split: str, columns: tuple[str, ...]) -> Iterator[Row]:
    import datasets

    loaded = datasets.load_dataset(
        "parquet", data_files={split: paths}, split=split, columns=list(columns)
    )
    return _numbered(loaded, split)


def _numbered(rows: Iterable[Mapping[str, Any]], split: str | None = None) -> Iterator[Row]:
    for number, values in enumerate(rows, 1):
        if split is None:
            yield Row(dict(values), f"row {number}")
        else:
            yield Row({**values, "split": split}, f"row {number} of {split}")


def _json_rows(path: Path, split: str) -> list[Row]:
    rows = read_rows(path)
    return [Row({**row.values, "split": split}, f"{row.place} of {split}") for row in rows]


def _cached_name(address: str) -> str:
    """A name that no other address has, with the ending that says what the file is."""
    return f"{xxhash.xxh3_64_hexdigest(address.encode())}-{address.rpartition('/')[2]}"


def _root(error: BaseException) -> BaseException:
    """What an error was first, before it was told in more general words."""
    return error if error.__cause__ is None else _root(error.__cause__)


def _short(error: BaseException) -> str:
    text = one_line(error) or type(error).__name__
    return text if len(text) <= 100 else f"{text[:97]}..."
