"""Paths that look like a model's: a file of it, and folders of the hub's cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from laser_sweep.errors import ConfigError
from laser_sweep.model.source import find_source


def cache(folder: Path) -> Path:
    """A hub's cache with a model and a dataset, without their files."""
    for name in ("models--org--small", "datasets--org--rows"):
        (folder / name / "snapshots" / "0123abcd").mkdir(parents=True)
        (folder / name / "refs").mkdir()
    return folder


def refusal(path: Path | str) -> str:
    """The error for a path of a model."""
    with pytest.raises(ConfigError) as refused:
        find_source(str(path), None)
    return str(refused.value)


@pytest.mark.parametrize(
    "name",
    ["model.safetensors", "config.json", "pytorch_model.bin", "model.safetensors.index.json"],
)
def test_a_file_of_a_model_is_refused_with_its_folder(name: str, tmp_path: Path):
    (tmp_path / name).touch()
    assert f"{name} is a file: expected the folder" in refusal(tmp_path / name)
    assert f"model.path={tmp_path}." in refusal(tmp_path / name)


@pytest.mark.parametrize("below", [".", "snapshots", "refs"])
def test_a_folder_of_the_hubs_cache_is_refused_with_the_id_and_its_snapshots(
    below: str, tmp_path: Path
):
    repository = cache(tmp_path) / "models--org--small"
    told = refusal(repository / below)
    assert "expected model.path=org/small" in told
    assert f"model.path={repository / 'snapshots' / '0123abcd'}" in told


def test_a_dataset_of_the_hubs_cache_is_no_model(tmp_path: Path):
    assert "dataset.hub=org/rows" in refusal(cache(tmp_path) / "datasets--org--rows")


def test_a_whole_cache_is_refused_with_its_models(tmp_path: Path):
    assert "the hub's cache: expected a model in it: model.path=org/small." in refusal(
        cache(tmp_path)
    )


def test_the_name_in_the_cache_is_not_the_id():
    assert "expected model.path=org/small" in refusal("models--org--small")


def test_an_id_may_be_given_in_a_folder_of_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(cache(tmp_path) / "models--org--small")
    assert "not in the hub's cache" in refusal("org/other")


def test_a_snapshot_lacks_what_a_folder_lacks(tmp_path: Path):
    snapshot = cache(tmp_path) / "models--org--small" / "snapshots" / "0123abcd"
    assert "no config.json" in refusal(snapshot)
