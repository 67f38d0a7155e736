"""What the report of a finished sweep says, so that it is said again without reading the results.

It is kept with a hash of every byte that it was made from: a file that is missing, added or damaged
since makes it worthless, and the results are read.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import xxhash

from laser_sweep.report.report import Report
from laser_sweep.report.sentences import summary
from laser_sweep.store import record
from laser_sweep.store.atomic import write_file
from laser_sweep.store.files import result_files
from laser_sweep.store.provenance import versions

_NAME = ".report.json"


def keep(report: Report) -> None:
    """Write down what the report of a complete sweep says."""
    made_from = _made_from(report.folder, report.record["digest"])
    kept = {"made_from": made_from, "files": report.files, "summary": summary(report)}
    write_file(report.folder / _NAME, json.dumps(kept))


def recall(folder: Path) -> str | None:
    """What the report says; None if that was not kept, or is of something else by now."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        kept: dict[str, Any] = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        digest = record.read_record(folder)["digest"]
        is_whole = all((folder / name).exists() for name in kept["files"])
        if is_whole and kept["made_from"] == _made_from(folder, digest):
            return str(kept["summary"])
    return None


def _made_from(folder: Path, digest: str) -> str:
    """A hash of this version of the program, of `sweep.json`, and of the results it is about."""
    hashed = xxhash.xxh3_128(json.dumps(versions(), sort_keys=True).encode())
    for path in [folder / record.NAME, *result_files(folder, digest)]:
        content = path.read_bytes()
        hashed.update(f"{path.name}\0{len(content)}\0".encode())
        hashed.update(content)
    return hashed.hexdigest()
