"""Rows from the Hugging Face hub, or from its cache where there is no network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._files.row import Row
from laser_sweep.dataset._files.row_files import is_saved
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.errors import ConfigError, reason

_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Hub:
    """Parquet files of a dataset repository on the hub.

    Attributes:
        repo: the repository's id.
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
        """The command that fills the hub's cache, for an error message."""
        patterns = " ".join(f"--include '{pattern}'" for pattern in self.files.values())
        return (
            f"run `hf download {self.repo} --repo-type dataset --revision {self.revision} "
            f"{patterns}`"
        )

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
            rows += _parquet_rows(paths, split, columns)
        return rows

    def _folder(self) -> Path:
        """The files of one commit or, if the hub cannot be reached, the files in its cache."""
        from huggingface_hub import snapshot_download

        revision, unreachable = self._commit()
        try:
            folder = snapshot_download(
                self.repo,
                repo_type="dataset",
                revision=revision,
                allow_patterns=list(self.files.values()),
                local_files_only=bool(unreachable),
            )
        except Exception as error:
            raise OSError(f"not in the hub's cache, and {unreachable or reason(error)}") from error
        return Path(folder)

    def _commit(self) -> tuple[str, str]:
        """The commit of the revision and ""; without the hub, the revision itself and a reason."""
        from huggingface_hub import HfApi

        try:
            # Fails at once without a network, where a download tries again for half a minute.
            info = HfApi().dataset_info(self.repo, revision=self.revision, timeout=_TIMEOUT_S)
        # Without a network the hub's client raises its HTTP library's exceptions.
        except Exception as error:
            return self.revision, reason(error)
        return str(info.sha), ""


def load_hub_rows(config: DatasetConfig) -> Rows:
    """The rows of any dataset on the hub: `dataset.hub`, `dataset.config`, `dataset.split`.

    Raises:
        ConfigError: if there is no such dataset, or the hub cannot be reached.
    """
    import datasets

    where = f"dataset.hub={config.hub}"
    if is_saved(folder := Path(str(config.hub)).expanduser()):
        raise ConfigError(f"{where} is a folder: expected dataset.path={folder}.")
    try:
        loaded = datasets.load_dataset(
            config.hub, config.config, split=config.split, revision=config.revision
        )
    except Exception as error:
        raise ConfigError(
            f"{where}: cannot be loaded (dataset.config={config.config} "
            f"dataset.split={config.split} dataset.revision={config.revision}): "
            f"{reason(_root(error))}. dataset.path=FILE reads a file instead."
        ) from error
    return Rows([Row(dict(values), place) for values, place in _placed(loaded)], where)


def _parquet_rows(paths: list[str], split: str, columns: tuple[str, ...]) -> Iterator[Row]:
    import datasets

    loaded = datasets.load_dataset(
        "parquet", data_files={split: paths}, split=split, columns=list(columns)
    )
    for values, place in _placed(loaded):
        yield Row({**values, "split": split}, f"{place} of {split}")


def _placed(rows: Iterable[Mapping[str, object]]) -> Iterator[tuple[Mapping[str, object], str]]:
    """The values of each row, with its place."""
    return ((values, f"row {number}") for number, values in enumerate(rows, 1))


def _root(error: BaseException) -> BaseException:
    """The exception that caused another one; the libraries on top tell it in more general words."""
    return error if error.__cause__ is None else _root(error.__cause__)
