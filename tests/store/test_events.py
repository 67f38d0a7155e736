"""Events: what a worker writes is what a reader finds, whatever happened to the worker."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from laser_sweep.store.events import (
    Computed,
    Computing,
    Ended,
    Failed,
    Journal,
    Started,
    is_written,
    read_events,
)


def test_what_is_written_is_read(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    with Journal(path) as journal:
        journal.computing("base", 10)
        journal.computed("base", "base.0-9.abc.parquet", 1.5)
        journal.computing("fc_in-l0-mp", 10)
        try:
            raise ValueError("a\nb")
        except ValueError as error:
            journal.failed("fc_in-l0-mp", 10, error)
    found = list(read_events(path))
    kinds = [Started, Computing, Computed, Computing, Failed, Ended]
    assert [type(event) for event in found] == kinds
    assert len({event.worker for event in found}) == 1
    assert [event.time for event in found] == sorted(event.time for event in found)
    _, _, computed, _, failed, ended = found
    assert (computed.point, computed.file, computed.seconds) == (
        *("base", "base.0-9.abc.parquet"),
        1.5,
    )
    assert failed.message == "ValueError: a b"
    assert failed.traceback[0] == "Traceback (most recent call last):"
    assert failed.traceback[-2:] == ["ValueError: a", "b"]
    assert ended.error == ""
    assert all(isinstance(json.loads(line), dict) for line in path.read_text().splitlines())


def test_the_exception_that_ends_a_worker_is_told(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    with pytest.raises(KeyboardInterrupt), Journal(path):
        raise KeyboardInterrupt
    with pytest.raises(OSError, match="gone"), Journal(path):
        raise OSError("gone")
    errors = [event.error for event in read_events(path) if isinstance(event, Ended)]
    assert errors == ["KeyboardInterrupt", "OSError: gone"]


def test_damaged_lines_are_passed_over(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    with Journal(path) as journal:
        journal.computing("base", 10)
    whole = path.read_bytes()
    other = b'{"type": "an event of a later version"}\n[]\n\xff\xfe\n\n'
    path.write_bytes(other + whole + whole[: len(whole) // 2])
    found = list(read_events(path))
    assert [type(event) for event in found[:3]] == [Started, Computing, Ended]
    assert not list(read_events(tmp_path / "none.jsonl"))


def test_a_journal_that_cannot_be_written_stops_nothing(tmp_path: Path):
    for path in (None, tmp_path / "no" / "such" / "folder.jsonl", tmp_path):
        with Journal(path) as journal:
            journal.computing("base", 10)
    assert not list(tmp_path.iterdir())
    assert not is_written(tmp_path / "none.jsonl")


def _write(path: Path, number: int, count: int) -> None:
    with Journal(path) as journal:
        for n in range(count):
            journal.computed(f"{number}-{n}", "x" * 2_000, n)


def test_lines_of_several_processes_do_not_mix(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_write, args=(path, n, 200)) for n in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    points = [event.point for event in read_events(path) if isinstance(event, Computed)]
    assert sorted(points) == sorted(f"{n}-{m}" for n in range(4) for m in range(200))


def _wait(path: Path) -> None:
    with Journal(path):
        time.sleep(60)


def test_a_reader_knows_whether_a_worker_lives(tmp_path: Path):
    path = tmp_path / "events.jsonl"
    process = multiprocessing.get_context("fork").Process(target=_wait, args=(path,))
    process.start()
    while not path.exists() or not list(read_events(path)):
        time.sleep(0.01)
    assert is_written(path)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert not is_written(path)
    with Journal(path):
        assert is_written(path)
    assert not is_written(path)
