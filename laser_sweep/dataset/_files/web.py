"""Rows from files on the web, each downloaded once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import xxhash

from laser_sweep.dataset._files.file_formats import read_rows
from laser_sweep.dataset._files.row import Row
from laser_sweep.errors import reason


@dataclass(frozen=True)
class Web:
    """JSON files on the web, each a list of rows or one row a line.

    Attributes:
        files: for each split, in order, the address of its file.
        sha256: for each address the hash of its content, where it is known.
    """

    files: Mapping[str, str]
    sha256: Mapping[str, str]

    @property
    def name(self) -> str:
        """The addresses."""
        return ", ".join(self.files.values())

    @property
    def advice(self) -> str:
        """The download of the files, for an error message."""
        return f"download {self.name}"

    def fetch(self, columns: tuple[str, ...]) -> list[Row]:
        """The rows of all splits, with all their columns.

        Raises:
            OSError: without a network and a copy in the cache.
            ValueError: if the content of a file does not have the known hash.
        """
        return [
            Row({**row.values, "split": split}, f"{row.place} of {split}")
            for split, address in self.files.items()
            for row in read_rows(self._file(address))
        ]

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
        except OSError as error:  # the exceptions of requests are OSErrors
            raise OSError(f"not in the cache, and {reason(error)}") from error


def _cached_name(address: str) -> str:
    """A name that no other address has, with the ending that tells the file's format."""
    return f"{xxhash.xxh3_64_hexdigest(address.encode())}-{address.rpartition('/')[2]}"
