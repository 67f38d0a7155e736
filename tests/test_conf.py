"""Every YAML file of `conf/` composes, and what it names is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

import laser_sweep.intervention
import laser_sweep.split
from laser_sweep import grid, plugin
from laser_sweep.amount import AMOUNTS, amounts
from laser_sweep.config import Config, conf_folder, register

FILES = sorted(path for path in conf_folder().glob("*/*.yaml"))
WITHOUT_RATES = {"none", "zero"}
NEEDS = {"rows": ["dataset.path=questions.jsonl"]}


def composed(*overrides: str) -> Config:
    """The configuration of a command line."""
    register()
    with initialize_config_dir(str(conf_folder()), version_base="1.3"):
        config = OmegaConf.to_object(compose("config", list(overrides)))
    assert isinstance(config, Config)
    return config


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_file_composes(path: Path):
    config = composed(f"{path.parent.name}={path.stem}", *NEEDS.get(path.stem, []))
    assert grid.lnames(config.lname)
    grid.lnums(config.lnum)
    if config.intervention.kind not in WITHOUT_RATES:
        given = {axis: getattr(config, axis) for axis in AMOUNTS}
        assert amounts(given, config.intervention.rates)
    assert config.intervention.name == config.intervention.kind
    assert config.intervention.kind in ["none", *plugin.names(laser_sweep.intervention)]
    assert config.split.name in plugin.names(laser_sweep.split)


@pytest.mark.parametrize("group", ["intervention", "split"])
def test_every_module_has_a_file_and_every_file_a_module(group: str):
    package = {"intervention": laser_sweep.intervention, "split": laser_sweep.split}[group]
    files = {path.stem for path in FILES if path.parent.name == group}
    assert files - {"none"} == set(plugin.names(package)) - {"none"}


def test_a_model_has_a_name_and_a_path():
    for path in FILES:
        if path.parent.name == "model":
            model = composed(f"model={path.stem}").model
            assert model.name == path.stem
            assert model.path
