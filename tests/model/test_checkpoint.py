"""Models whose files do not fit each other, are damaged, or are not there in full."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from support.commands import Command, Result, assert_success
from support.saved_models import ROWS, SWEEP, change_config, save_tiny
from support.tiny import PIECES, make_config, make_tokenizer
from transformers import AutoConfig, AutoTokenizer

from laser_sweep.errors import ConfigError
from laser_sweep.model.context import context
from laser_sweep.model.source import find_source
from laser_sweep.model.tokenizer import load_length_tokenizer, load_tokenizer

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n"
WEIGHT = "model.layers.1.mlp.gate_proj.weight"


def refused(result: Result, *fragments: str) -> None:
    """The command failed, and the last line on standard error has all fragments."""
    assert result.returncode != 0
    lines = result.stderr.strip().splitlines()
    assert not any("Traceback" in line for line in lines), result.stderr
    assert all(fragment in lines[-1] for fragment in fragments), lines[-1]


def put_into_weight(folder: Path, name: str, value: float, **dtype: torch.dtype) -> None:
    weights = {n: w.to(**dtype) for n, w in load_file(folder / "model.safetensors").items()}
    weights[name].view(-1)[0] = value
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


@pytest.mark.parametrize(
    ("name", "value", "fragment"),
    [
        (WEIGHT, float("nan"), "holds NaN"),
        ("model.norm.weight", float("inf"), "holds infinite values"),
        ("model.embed_tokens.weight", -float("inf"), "holds infinite values"),
    ],
)
def test_the_first_weight_that_is_not_finite_is_named(
    name: str, value: float, fragment: str, sweep_in_process: Command, tmp_path: Path
):
    save_tiny(tmp_path)
    put_into_weight(tmp_path / "tiny", name, value)
    refused(sweep_in_process(*SWEEP), f"the weight {name} {fragment}")


def test_a_weight_that_float16_cannot_hold_is_named(sweep_in_process: Command, tmp_path: Path):
    save_tiny(tmp_path)
    put_into_weight(tmp_path / "tiny", WEIGHT, 1e6)
    result = sweep_in_process(*SWEEP, "model.dtype=float16")
    refused(result, f"the weight {WEIGHT} holds infinite values", "model.dtype=bfloat16")


def test_the_first_weight_of_another_shape_is_named_with_both_shapes(
    sweep_in_process: Command, tmp_path: Path
):
    save_tiny(tmp_path)
    rows = len(PIECES)
    change_config(tmp_path / "tiny", vocab_size=rows + 100)
    refused(
        sweep_in_process(*SWEEP),
        f"the weight model.embed_tokens.weight has the shape ({rows}, 16) in the file",
        f"({rows + 100}, 16) by the configuration",
    )


def test_a_token_without_a_row_in_the_embedding_is_named_before_weights_are_read(
    sweep_in_process: Command, tmp_path: Path
):
    save_tiny(tmp_path)
    tokenizer = make_tokenizer("llama").__class__.from_pretrained(tmp_path / "tiny")
    tokenizer.add_tokens(["Zoe"])
    tokenizer.save_pretrained(tmp_path / "tiny")
    (tmp_path / "tiny" / "model.safetensors").write_bytes(b"unread")
    rows = [*ROWS, {"question": "Zoe says", "answer": "no"}]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    refused(
        sweep_in_process(*SWEEP),
        "Example 5 (line 6) has the token 'Zoe'",
        f"the id {len(PIECES)}",
        f"{len(PIECES)} rows",
    )


def test_tokens_without_a_row_do_no_harm_where_no_example_has_them(
    sweep_in_process: Command, tmp_path: Path
):
    save_tiny(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "tiny")
    # Batches are padded with a token that the model has.
    tokenizer.add_special_tokens({"pad_token": "<new>"})
    tokenizer.add_tokens(["Zoe"])
    tokenizer.save_pretrained(tmp_path / "tiny")
    assert "2 points, 0 done, 2 to do" in assert_success(sweep_in_process(*SWEEP))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_git_lfs_pointer_of_a_model_is_told(name: str, sweep_in_process: Command, tmp_path: Path):
    save_tiny(tmp_path)
    (tmp_path / "tiny" / name).write_text(POINTER)
    refused(sweep_in_process(*SWEEP), f"{name} is a Git LFS pointer: run git lfs pull")


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv", "parquet"])
def test_a_git_lfs_pointer_of_rows_is_told(
    ending: str, command_in_process: Command, tmp_path: Path
):
    save_tiny(tmp_path)
    (tmp_path / f"rows.{ending}").write_text(POINTER)
    result = command_in_process(
        "laser_sweep.dataset", "rows", "model.path=tiny", f"dataset.path=rows.{ending}"
    )
    refused(result, f"rows.{ending} is a Git LFS pointer: run git lfs pull")


def test_a_git_lfs_pointer_of_the_length_tokenizer_is_told(tmp_path: Path):
    (tmp_path / "tokenizer.json").write_text(POINTER)
    with pytest.raises(ConfigError, match="a Git LFS pointer: run git lfs pull"):
        load_length_tokenizer(str(tmp_path))


def test_a_tokenizer_of_a_newer_library_is_refused_with_the_versions(
    sweep_in_process: Command, tmp_path: Path
):
    save_tiny(tmp_path)
    file = tmp_path / "tiny" / "tokenizer.json"
    content = json.loads(file.read_text())
    content["model"]["type"] = "Newer"
    file.write_text(json.dumps(content))
    refused(sweep_in_process(*SWEEP), "no tokenizer: tokenizers 0.", "transformers 5.", "cannot")


def test_a_sentencepiece_model_alone_is_a_tokenizer(sweep_in_process: Command, tmp_path: Path):
    import sentencepiece

    save_tiny(tmp_path)
    for file in (tmp_path / "tiny").glob("*token*"):
        file.unlink()
    (tmp_path / "text.txt").write_text("".join(f"{' '.join(row.values())}\n" for row in ROWS))
    sentencepiece.SentencePieceTrainer.train(
        input=str(tmp_path / "text.txt"),
        model_prefix=str(tmp_path / "tiny" / "tokenizer"),
        vocab_size=len(PIECES) - 10,
        model_type="bpe",
        minloglevel=2,
    )
    (tmp_path / "tiny" / "tokenizer.vocab").unlink()
    assert "2 points, 0 done, 2 to do" in assert_success(sweep_in_process(*SWEEP))


def test_a_package_that_the_sentencepiece_model_needs_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    save_tiny(tmp_path)
    (tmp_path / "tiny" / "tokenizer.json").unlink()
    (tmp_path / "tiny" / "tokenizer.model").write_bytes(b"unread")
    needed = {"sentencepiece": "a_module_of_no_one", "protobuf": "none.at_all"}
    monkeypatch.setattr("laser_sweep.model.tokenizer._SENTENCEPIECE", needed)
    with pytest.raises(ConfigError, match="needs: pip install sentencepiece protobuf"):
        load_tokenizer(find_source(str(tmp_path / "tiny"), None))


def adapter_in_cache(folder: Path, *, full: bool) -> None:
    """A repository with an adapter in the hub's cache of a command; perhaps a full model too."""
    repository = folder / "hugging-face" / "hub" / "models--org--adapted"
    snapshot = repository / "snapshots" / ("0" * 40)
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("0" * 40)
    snapshot.mkdir(parents=True)
    if full:
        save_tiny(folder)
        for file in (folder / "tiny").iterdir():
            file.rename(snapshot / file.name)
    (snapshot / "adapter_config.json").write_text("{}")


@pytest.mark.parametrize("full", [False, True])
def test_an_adapter_in_the_cache_is_refused_like_one_in_a_folder(
    full: bool, sweep_in_process: Command, tmp_path: Path
):
    adapter_in_cache(tmp_path, full=full)
    result = sweep_in_process("model.path=org/adapted", "lname=dont")
    refused(result, "model.path=org/adapted: the repository holds an adapter", "merge_and_unload")


def test_a_file_that_is_no_model_is_told(tmp_path: Path):
    file = tmp_path / "model.safetensors"
    file.touch()
    with pytest.raises(ConfigError, match="is a file: expected the folder of the model's files"):
        find_source(str(file), None)


@pytest.mark.parametrize(
    "name",
    "max_position_embeddings n_positions n_ctx max_seq_len max_sequence_length seq_length "
    "max_target_positions".split(),
)
@pytest.mark.parametrize("nested", [False, True])
def test_the_context_is_found_under_every_name(name: str, nested: bool):
    if nested:
        config = AutoConfig.for_model("llava", text_config={"model_type": "bloom", name: 77})
        assert context(config) == 77
    else:
        assert context(AutoConfig.for_model("bloom", **{name: 77})) == 77


def test_a_model_without_positions_has_no_limit():
    assert context(AutoConfig.for_model("mamba")) == float("inf")
    assert context(AutoConfig.for_model("bloom")) == float("inf")
    assert context(AutoConfig.for_model("xlnet")) == float("inf")
    assert context(AutoConfig.for_model("mpt", max_seq_len=5)) == 5
    assert context(make_config("roberta")) == 24
