"""Folders of the Hugging Face hub's cache: which repository they are of, and what to write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_OPTIONS = {"models": "model.path", "datasets": "dataset.hub"}
"""The option that takes a repository's id, by the kind of repository."""
_SHOWN = 3


@dataclass(frozen=True)
class CachedRepository:
    """A repository in the hub's cache.

    Attributes:
        folder: its folder in the cache, such as `models--gpt2`.
        kind: `models` or `datasets`.
        id: its id on the hub.
    """

    folder: Path
    kind: str
    id: str

    @property
    def snapshots(self) -> list[Path]:
        """The folders of its files, one for each commit in the cache."""
        return sorted(path for path in (self.folder / "snapshots").glob("*") if path.is_dir())

    def advice(self, option: str) -> str:
        """The value to write instead of its folder, for an error about an option."""
        named = f"{_OPTIONS[self.kind]}={self.id}"
        found = [f"{option}={path}" for path in self.snapshots]
        others = f", or a folder of its files: {', '.join(found[:_SHOWN])}" if found else ""
        return f"this is the hub cache's folder of {self.id}: expected {named}{others}."


def cached_repository(path: Path) -> CachedRepository | None:
    """The repository that a path of the hub's cache is of; None for any other path.

    The path is that of the repository, or of a folder in it such as `snapshots`, but not that of a
    snapshot, which holds the files themselves.
    """
    whole = path.expanduser().absolute()
    for folder in (whole, whole.parent):
        kind, *id_parts = folder.name.split("--")
        if kind in _OPTIONS and id_parts and all(id_parts):
            return CachedRepository(folder, kind, "/".join(id_parts))
    return None


def repositories_in(folder: Path) -> list[CachedRepository]:
    """The repositories of a folder that is a whole cache; none for any other folder."""
    found = (cached_repository(path) for path in sorted(folder.glob("*--*")))
    return [each for each in found if each is not None]
