"""The cached summary of a complete sweep's report, which spares a finished command the results.

The cache holds a hash of every byte that the summary was made from. If a result file is missing,
added or damaged since, the cache is not valid, and the results are read.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import msgspec
import xxhash

from laser_sweep.errors import ConfigError
from laser_sweep.report.report import Report
from laser_sweep.report.sentences import summary
from laser_sweep.store.atomic import write_file
from laser_sweep.store.paths import Paths
from laser_sweep.store.provenance import versions
from laser_sweep.store.record import read_record


class CachedSummary(msgspec.Struct, frozen=True):
    """The content of the cache.

    Attributes:
        made_from: the hash of everything that the summary was made from.
        files: the files of the report, relative to the sweep's folder.
        points: the number of points that were evaluated.
        text: the summary.
    """

    made_from: str
    files: list[str]
    points: int
    text: str


def keep(report: Report) -> CachedSummary:
    """Cache the summary of a complete sweep's report, and return it."""
    made_from = _hash_of_sources(report.paths, report.search.record.digest)
    files = [path.relative_to(report.paths.folder).as_posix() for path in report.files]
    cached = CachedSummary(made_from, files, len(report.search.wanted), summary(report))
    write_file(report.paths.report_cache, msgspec.json.encode(cached))
    return cached


def recall(folder: Path) -> CachedSummary | None:
    """The cached summary; None if it is not valid, or a file of the report is missing."""
    paths = Paths(folder)
    with suppress(OSError, msgspec.MsgspecError, ConfigError):
        cached = msgspec.json.decode(paths.report_cache.read_bytes(), type=CachedSummary)
        digest = read_record(folder).digest
        is_whole = all((folder / name).exists() for name in cached.files)
        if is_whole and cached.made_from == _hash_of_sources(paths, digest):
            return cached
    return None


def _hash_of_sources(paths: Paths, digest: str) -> str:
    """A hash of this version of the program, of the records, and of the results of a digest."""
    hashed = xxhash.xxh3_128(json.dumps(versions(), sort_keys=True).encode())
    further = [path for path in (paths.ranking, paths.composition) if path.is_file()]
    for path in [paths.record, *further, *paths.result_files(digest), *paths.also_files]:
        content = path.read_bytes()
        hashed.update(f"{path.name}\0{len(content)}\0".encode())
        hashed.update(content)
    return hashed.hexdigest()
