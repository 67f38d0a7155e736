"""The record of a command: read as it was written, and refused where it is damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.configs import composed

from laser_sweep.config import Config
from laser_sweep.errors import ConfigError
from laser_sweep.split import Parts
from laser_sweep.store.paths import Paths
from laser_sweep.store.record import (
    FORMAT,
    Command,
    DamagedRecordError,
    DatasetRecord,
    Identity,
    ModelRecord,
    Record,
    make_record,
    read_record,
    write_record,
)
from laser_sweep.store.sweep_folders import find_sweeps

IDENTITY = Identity("xxh3:1", "float32", "xxh3:2", "corrected", {"svd": "randomized", "seed": 3})
PARTS = Parts((0, 1, 2, 5), (3, 4), ((0, 2), (1, 5)))


def record_of(config: Config) -> Record:
    model = ModelRecord("demo", None, "gptj", False, "")
    return make_record(
        IDENTITY,
        PARTS,
        Command(config, model, DatasetRecord(6, (7,), ()), ("base", "fc_in-l0-mp")),
    )


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("model.layout.names.fc_in=[a,b]", "lnum=[0,1]", "rate=null", "rank=[8,mp]"),
        ("cluster=slurm", "cluster.params.gpus_per_node=1", "selection=log_loss"),
        ("split=kfold", "split.folds=2", "select_per=[lname,lnum]", "dataset.choices=[yes,no]"),
        ("stack=[{lname: fc_in, lnum: 27, rho: 0.01}]",),
        ("experiment=paper/gptj_fever_point",),
    ],
)
def test_what_is_written_is_read(options: tuple[str, ...], tmp_path: Path):
    record = record_of(composed(*options))
    write_record(tmp_path, record)
    read = read_record(tmp_path)
    assert read == record
    assert read.split_parts == PARTS
    assert read.identity.digest == IDENTITY.digest
    write_record(tmp_path, read)
    assert read_record(tmp_path) == record


def remove(*keys: str) -> Callable[[dict[str, Any]], None]:
    def edit(content: dict[str, Any]) -> None:
        for key in keys[:-1]:
            content = content[key]
        del content[keys[-1]]

    return edit


def put(value: object, *keys: str) -> Callable[[dict[str, Any]], None]:
    def edit(content: dict[str, Any]) -> None:
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return edit


@pytest.mark.parametrize(
    "edit",
    [
        *(remove(key) for key in ("format", "identity", "digest", "parts", "folds", "config")),
        *(remove(key) for key in ("model", "dataset", "points")),
        *(remove("config", group) for group in ("model", "dataset", "intervention", "split")),
        remove("identity", "dtype"),
        remove("parts", "test"),
        remove("model", "mask"),
        put(3, "identity", "weights"),
        put("many", "dataset", "examples"),
        put("1..x", "parts", "validation", "indices"),
        put(["a"], "folds"),
        put("base", "points"),
        put([1], "points"),
        put("best", "config", "protocol"),
        put(2, "config", "split", "fraction"),
        put(None, "config", "model"),
    ],
)
def test_a_damaged_record_is_told(edit: Callable[[dict[str, Any]], None], tmp_path: Path):
    write_record(tmp_path, record_of(composed()))
    path = Paths(tmp_path).record
    content = json.loads(path.read_text())
    edit(content)
    path.write_text(json.dumps(content))
    with pytest.raises(DamagedRecordError, match=r"sweep\.json is damaged \(.+\): run the sweep's"):
        read_record(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"7", b"\xff\xfe\x00"])
def test_a_file_that_is_not_a_record_is_told(content: bytes, tmp_path: Path):
    Paths(tmp_path).record.write_bytes(content)
    with pytest.raises(DamagedRecordError, match="is damaged"):
        read_record(tmp_path)


def test_a_record_of_another_format_is_refused_by_its_format(tmp_path: Path):
    Paths(tmp_path).record.write_text(json.dumps({"format": FORMAT - 1, "anything": "else"}))
    with pytest.raises(ConfigError, match=rf"format {FORMAT - 1} by another.*format {FORMAT}\."):
        read_record(tmp_path)


def test_sweeps_are_found_below_a_folder(tmp_path: Path):
    with pytest.raises(ConfigError, match="has no sweep"):
        find_sweeps(tmp_path)
    with pytest.raises(ConfigError, match=r"has no sweep\.json"):
        read_record(tmp_path)
    for name in ("b/c", "a"):
        (tmp_path / name).mkdir(parents=True)
        write_record(tmp_path / name, record_of(composed()))
    assert find_sweeps(tmp_path) == [tmp_path / "a", tmp_path / "b" / "c"]
