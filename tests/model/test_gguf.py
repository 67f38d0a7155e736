"""GGUF files: read, dequantised, edited and exported; or refused."""

from __future__ import annotations

from pathlib import Path

import gguf
import pytest
import torch
from safetensors.torch import load_file
from support.commands import Command, assert_success
from support.saved_models import GGUF_PIECES, save_tiny, write_gguf
from transformers import LlamaConfig, LlamaForCausalLM

from laser_sweep.errors import ConfigError
from laser_sweep.model import load
from laser_sweep.model.source import find_source
from laser_sweep.model.tokenizer import load_tokenizer

ROWS = ("dataset.path=rows.jsonl", "lname=fc_in", "lnum=0", "rho=0.5")
FC_IN = "model.layers.0.mlp.gate_proj.weight"


@pytest.fixture
def llama() -> LlamaForCausalLM:
    """A Llama whose widths are multiples of a block's 32 values."""
    config = LlamaConfig(
        vocab_size=len(GGUF_PIECES),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=24,
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=1,
    )
    model = LlamaForCausalLM(config)
    generator = torch.Generator().manual_seed(3)
    for parameter in model.parameters():
        parameter.data.normal_(std=0.3, generator=generator)
    return model.eval()


@pytest.mark.parametrize("quantised", [False, True])
def test_the_weights_are_those_of_the_file(
    quantised: bool, llama: LlamaForCausalLM, tmp_path: Path
):
    file = tmp_path / "tiny.gguf"
    write_gguf(file, llama, quantised=quantised)
    source = find_source(str(file), None)
    config = load.load_config(source)
    loaded = load.load_model(source, config, torch.float32, "cpu").state_dict()
    for name, weight in llama.state_dict().items():
        expected = weight
        if quantised and weight.ndim == 2:
            kind = gguf.GGMLQuantizationType.Q8_0
            blocks = gguf.quants.quantize(weight.numpy(), kind)
            expected = torch.from_numpy(gguf.quants.dequantize(blocks, kind))
        assert torch.equal(loaded[name], expected), name


def test_a_file_is_swept_and_exported(
    command_in_process: Command, llama: LlamaForCausalLM, tmp_path: Path
):
    save_tiny(tmp_path)
    write_gguf(tmp_path / "tiny.gguf", llama, quantised=True)
    result = command_in_process("laser_sweep", "model.path=tiny.gguf", *ROWS)
    assert_success(result)
    assert "dequantised to float32" in result.stdout + result.stderr
    (folder,) = (path.parent for path in tmp_path.rglob("sweep.json"))
    assert_success(
        command_in_process(
            "laser_sweep.export", folder, "--point", "fc_in-l0-rho0.5", "--to", "exported"
        )
    )
    exported = load_file(tmp_path / "exported" / "model.safetensors")
    assert torch.linalg.matrix_rank(exported[FC_IN]) == 16
    assert "quantization_config" not in (tmp_path / "exported" / "config.json").read_text()


def test_the_matrices_of_a_file_are_listed(
    command_in_process: Command, llama: LlamaForCausalLM, tmp_path: Path
):
    write_gguf(tmp_path / "tiny.gguf", llama, quantised=False)
    assert FC_IN in assert_success(command_in_process("laser_sweep.model", "tiny.gguf"))


def test_the_tokenizer_is_that_of_the_file(llama: LlamaForCausalLM, tmp_path: Path):
    write_gguf(tmp_path / "tiny.gguf", llama, quantised=False)
    tokenizer = load_tokenizer(find_source(str(tmp_path / "tiny.gguf"), None))
    # transformers adds GPT-2's end of text, which the embedding lacks and no example has.
    assert len(tokenizer) == len(GGUF_PIECES) + 1
    pieces = tokenizer.convert_ids_to_tokens(
        tokenizer("Anna eats", add_special_tokens=False).input_ids
    )
    assert pieces == ["A", "nn", "a", "Ġ", "e", "a", "t", "s"]


@pytest.mark.parametrize(
    ("pre", "pieces"),
    [
        (None, ["a", "Ġ", "12"]),
        ("gpt-2", ["a", "Ġ", "12"]),
        ("smollm", ["a", "Ġ", "1", "2"]),
        ("qwen2", ["a", "Ġ", "1", "2"]),
        ("llama-bpe", ["a", "Ġ", "12"]),
    ],
)
def test_the_tokenizer_splits_digits_as_the_file_says(
    pre: str | None,
    pieces: list[str],
    llama: LlamaForCausalLM,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
):
    write_gguf(tmp_path / "tiny.gguf", llama, quantised=False, pre=pre)
    tokenizer = load_tokenizer(find_source(str(tmp_path / "tiny.gguf"), None))
    assert tokenizer.tokenize("a 12") == pieces
    assert not caplog.records


def test_a_rule_for_splitting_texts_that_is_not_known_is_told(
    llama: LlamaForCausalLM, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    write_gguf(tmp_path / "tiny.gguf", llama, quantised=False, pre="of-tomorrow")
    load_tokenizer(find_source(str(tmp_path / "tiny.gguf"), None))
    assert "splits texts by the rule 'of-tomorrow'" in caplog.text


def test_an_architecture_that_transformers_cannot_read_is_refused(
    command_in_process: Command, llama: LlamaForCausalLM, tmp_path: Path
):
    save_tiny(tmp_path)
    write_gguf(tmp_path / "odd.gguf", llama, quantised=False, arch="oddformer")
    result = command_in_process("laser_sweep", "model.path=odd.gguf", *ROWS)
    assert result.returncode != 0
    (line,) = result.stderr.strip().splitlines()
    assert "oddformer" in line


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.gguf", b"nothing", "not a GGUF file"),
        ("a.gguf", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("a-00001-of-00002.gguf", b"GGUF", "llama-gguf-split --merge"),
    ],
)
def test_what_is_no_whole_gguf_file_is_refused(
    name: str, content: bytes, message: str, tmp_path: Path
):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        find_source(str(tmp_path / name), None)
    if name == "a.gguf":
        with pytest.raises(ConfigError, match=r"expected one of them as model.path: a\.gguf"):
            find_source(str(tmp_path), None)


def test_a_missing_package_is_told(
    llama: LlamaForCausalLM, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    write_gguf(tmp_path / "tiny.gguf", llama, quantised=False)
    monkeypatch.setattr("laser_sweep.model.gguf_file._PACKAGES", ("a_package_of_no_one",))
    with pytest.raises(ConfigError, match=r"pip install 'laser_sweep\[gguf\]'"):
        find_source(str(tmp_path / "tiny.gguf"), None)
