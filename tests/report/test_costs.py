"""The cost of a sweep's results, from the events of its workers."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from support.written_sweeps import GOOD, make_store, remake, selection, write_grid

from laser_sweep.report.costs import evaluation_seconds
from laser_sweep.store.events import Computed, Computing
from laser_sweep.store.results import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A sweep with results, but without events."""
    made = make_store(tmp_path / "sweep")
    write_grid(made)
    return made


def file_of(store: Store, point: str) -> str:
    return store.path(point, store.parts.validation).name


def write_events(path: Path, *events: Computed | Computing) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events))


def computed(store: Store, point: str, time: float, seconds: float) -> Computed:
    return Computed("host:1", time, point, file_of(store, point), seconds)


def test_without_events_the_time_is_not_known(store: Store):
    store.paths.log.write_text(f"computed base in 3.0 s: {file_of(store, 'base')}\n")
    assert evaluation_seconds(store.folder, store.digest) is None
    report = remake(store.folder)
    assert selection(store.folder)["cost"]["seconds"] is None
    assert "of computing" not in report.paths.report.read_text(encoding="utf-8")


def test_the_time_is_the_sum_over_the_files_that_exist(store: Store):
    write_events(
        store.paths.events,
        Computing("host:1", 1.0, "base", 4),
        computed(store, "base", 2.0, 1.5),
        Computed("host:1", 3.0, "other", "other.0-3.0123abcd.parquet", 100.0),
    )
    write_events(store.paths.job_events("12_0"), computed(store, GOOD.point, 4.0, 2.25))
    assert evaluation_seconds(store.folder, store.digest) == 3.75
    report = remake(store.folder)
    assert selection(store.folder)["cost"]["seconds"] == 3.75
    assert "4 s of computing" in report.paths.report.read_text(encoding="utf-8")


def test_a_file_that_was_computed_twice_counts_with_its_last_time(store: Store):
    write_events(store.paths.events, computed(store, "base", 9.0, 5.0))
    write_events(store.paths.job_events("12_0"), computed(store, "base", 2.0, 1.0))
    assert evaluation_seconds(store.folder, store.digest) == 5.0


def test_a_line_that_was_cut_short_is_passed_over(store: Store):
    write_events(store.paths.events, computed(store, "base", 2.0, 1.5))
    with store.paths.events.open("ab") as file:
        file.write(msgspec.json.encode(computed(store, GOOD.point, 3.0, 7.0))[:-9])
    assert evaluation_seconds(store.folder, store.digest) == 1.5
