"""The option `model.attention`."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
import torch
from support.commands import Command, assert_success
from support.saved_models import SWEEP, change_config, save_tiny
from transformers import PretrainedConfig

from laser_sweep.errors import ConfigError
from laser_sweep.model import load
from laser_sweep.model.attention import set_attention
from laser_sweep.model.source import find_source

NO_FLASH = pytest.mark.skipif(
    importlib.util.find_spec("flash_attn") is not None, reason="FlashAttention is installed"
)


def config_of(folder: Path) -> PretrainedConfig:
    return load.load_config(find_source(str(folder / "tiny"), None))


def digest_of(folder: Path) -> str:
    (record,) = folder.rglob("sweep.json")
    return str(json.loads(record.read_text())["digest"])


@NO_FLASH
def test_an_attention_that_is_not_there_is_replaced_and_the_log_says_so(
    sweep_in_process: Command, command_in_process: Command, tmp_path: Path
):
    save_tiny(tmp_path)
    change_config(tmp_path / "tiny", _attn_implementation="flash_attention_2")
    assert_success(command_in_process("laser_sweep.model", "tiny"))
    result = sweep_in_process(*SWEEP)
    assert_success(result)
    logged = result.stdout + result.stderr
    assert "flash_attention_2, which cannot be used: the package flash_attn is not" in logged
    assert "model.attention=auto: sdpa is used" in logged


@NO_FLASH
def test_an_attention_that_is_wanted_and_not_there_is_refused(
    sweep_in_process: Command, tmp_path: Path
):
    save_tiny(tmp_path)
    result = sweep_in_process(*SWEEP, "model.attention=flash_attention_2")
    assert result.returncode != 0
    (line,) = result.stderr.strip().splitlines()
    assert "model.attention=flash_attention_2 cannot be used: the package flash_attn" in line


def test_a_wanted_attention_is_used_and_is_in_the_identity(
    sweep_in_process: Command, tmp_path: Path
):
    save_tiny(tmp_path)
    assert_success(sweep_in_process(*SWEEP))
    unset = digest_of(tmp_path)
    assert_success(sweep_in_process(*SWEEP, "model.attention=auto"))
    assert digest_of(tmp_path) == unset
    assert_success(sweep_in_process(*SWEEP, "model.attention=eager"))
    assert digest_of(tmp_path) != unset
    (record,) = tmp_path.rglob("sweep.json")
    assert json.loads(record.read_text())["identity"]["options"] == {"attention": "eager"}


@pytest.mark.parametrize(("wanted", "expected"), [("auto", "sdpa"), ("eager", "eager")])
def test_the_model_is_loaded_with_the_attention(wanted: str, expected: str, tmp_path: Path):
    save_tiny(tmp_path)
    config = config_of(tmp_path)
    load.choose_attention(config, wanted, "cpu", torch.float32)
    model = load.load_model(find_source(str(tmp_path / "tiny"), None), config, torch.float32, "cpu")
    assert model.config._attn_implementation == expected


@pytest.mark.parametrize(
    ("name", "device", "dtype", "why"),
    [
        ("org/kernel", "cuda", torch.float16, "code from the hub"),
        ("flash_attention_9", "cpu", torch.float16, "needs an accelerator"),
        ("flash_attention_9", "cuda", torch.float32, "float16 or bfloat16, not in float32"),
        ("unheard_of", "cpu", torch.float32, "unheard_of"),
    ],
)
def test_the_reason_is_told(name: str, device: str, dtype: torch.dtype, why: str, tmp_path: Path):
    save_tiny(tmp_path)
    config = config_of(tmp_path)
    with pytest.raises(ConfigError, match=why):
        load.choose_attention(config, name, device, dtype)


def test_what_is_named_and_there_stays(tmp_path: Path):
    save_tiny(tmp_path)
    change_config(tmp_path / "tiny", _attn_implementation="eager")
    config = config_of(tmp_path)
    set_attention(config, "auto", "cpu", torch.float32, load.skeleton)
    assert config._attn_implementation == "eager"
