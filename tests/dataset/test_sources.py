"""The sources of rows: the hub's cache, a server, a file; and the error without any of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest
from support.commands import Command, Result
from support.exports import save_tiny
from support.paper_datasets import FIXTURES, PUBLISHED
from support.parity_cases import PARITY

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import Facts
from laser_sweep.dataset._files.hub import Hub
from laser_sweep.dataset._files.web import Web
from laser_sweep.dataset._published.facts import load_rows
from laser_sweep.errors import ConfigError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def in_hub_cache(home: Path, repo: str, revision: str, files: dict[str, pd.DataFrame]) -> None:
    """Put files into a hub's cache, as the hub's client does."""
    folder = home / "hub" / f"datasets--{repo.replace('/', '--')}"
    (folder / "refs" / revision).parent.mkdir(parents=True)
    (folder / "refs" / revision).write_text(COMMIT)
    for name, frame in files.items():
        path = folder / "snapshots" / COMMIT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(path)


def fever_frames() -> dict[str, pd.DataFrame]:
    rows = [json.loads(line) for line in (FIXTURES / "fever.jsonl").read_text().splitlines()]
    frame = pd.DataFrame(rows)
    return {
        f"v1.0/{split}/0000.parquet": part.drop(columns="split").reset_index(drop=True)
        for split, part in frame.groupby("split")
    }


def test_without_a_network_the_hubs_cache_is_read(command: Command, tmp_path: Path):
    home = tmp_path / "hugging-face"
    in_hub_cache(home, "fever/fever", "refs/convert/parquet", fever_frames())
    result = command("laser_sweep.dataset", "fever", "dataset.check_count=false", "--first", 9)
    assert result.returncode == 0, result.stderr
    assert "5 examples (1 validation, 4 test)" in result.stdout
    assert "Brindle Hall is a building." in result.stdout
    assert "row 1 of paper_dev" in result.stdout


def test_a_source_with_other_examples_than_the_paper_had_is_refused(
    command_in_process: Command, tmp_path: Path
):
    home = tmp_path / "hugging-face"
    in_hub_cache(home, "fever/fever", "refs/convert/parquet", fever_frames())
    result = command_in_process("laser_sweep.dataset", "fever")
    assert result.returncode == 1
    assert "dataset fever has 5 examples, expected 13,086" in result.stderr
    assert "dataset.check_count=false" in result.stderr


@pytest.mark.parametrize("name", PUBLISHED)
def test_without_network_and_cache_one_line_names_the_download(
    name: str, command_in_process: Command
):
    assert_names_the_download(name, command_in_process("laser_sweep.dataset", name))


@pytest.mark.parametrize("name", ["fever", "web_of_lies"])
def test_a_process_without_network_and_cache_names_the_download(
    name: str, preloaded_command: Command
):
    """A dataset of the hub, and one of the web."""
    assert_names_the_download(name, preloaded_command("laser_sweep.dataset", name))


def assert_names_the_download(name: str, result: Result) -> None:
    """The command told the dataset's facts, and in one line how to get the dataset."""
    assert result.returncode == 1
    assert "expected" in result.stdout
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert f"dataset {name} is not in the cache" in lines[0]
    assert "hf download " in lines[0] or "download https://" in lines[0]
    assert "dataset.path=FILE, rows with the columns " in lines[0]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a server of a folder's files."""
    handler = partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    """A server's handler that logs nothing."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    return tmp_path / "cache"


def test_a_file_on_the_web_is_fetched_once(tmp_path: Path, cache: Path):
    content = (FIXTURES / "web_of_lies.jsonl").read_bytes()
    (tmp_path / "rows.jsonl").write_bytes(content)
    with served(tmp_path) as address:
        url = f"{address}/rows.jsonl"
        web = Web({"train": url}, {url: sha256(content).hexdigest()})
        rows = web.fetch(("input", "target"))
    assert [row.values["target"] for row in rows] == ["Yes", "No"]
    assert rows[1].place == "line 2 of train"
    assert web.fetch(("input", "target")) == rows


def test_a_file_that_is_not_the_known_one_is_refused_and_the_next_source_tried(
    tmp_path: Path, cache: Path, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "rows.jsonl").write_text('{"input": "changed", "target": "Yes"}\n')
    (tmp_path / "good.jsonl").write_text('{"input": "good", "target": "Yes"}\n')
    with served(tmp_path) as address:
        wrong, good = f"{address}/rows.jsonl", f"{address}/good.jsonl"
        sources = (Web({"train": wrong}, {wrong: "0" * 64}), Web({"train": good}, {}))
        rows = load_rows(facts(sources), DatasetConfig(reader="web_of_lies"))
    assert [row.values["input"] for row in rows.rows] == ["good"]
    assert "hash" in caplog.text


def test_without_a_server_every_source_is_named(tmp_path: Path, cache: Path):
    with served(tmp_path) as address:
        url = f"{address}/nowhere.jsonl"
    sources = (Web({"train": url}, {}), Web({"train": url + "x.jsonl"}, {}))
    with pytest.raises(ConfigError, match=r"nowhere\.jsonl: not in the cache, and .*x\.jsonl"):
        load_rows(facts(sources), DatasetConfig(reader="web_of_lies"))


def facts(sources: tuple[Hub | Web, ...]) -> Facts:
    return Facts("lies", ("input", "target"), sources, 1, "MIT", "none", ("train",))


def test_the_command_shows_prompts_as_the_model_sees_them(command_in_process: Command):
    result = command_in_process(
        "laser_sweep.dataset",
        "fever",
        f"dataset.path={PARITY / 'data' / 'fever.jsonl'}",
        f"model.path={PARITY / 'checkpoints' / 'roberta'}",
        "protocol=paper",
        "--first",
        1,
    )
    assert result.returncode == 0, result.stderr
    assert "42 examples (8 validation, 34 test), paper protocol; a choice" in result.stdout
    assert "The claim is <mask>'" in result.stdout
    vocabulary = json.loads((PARITY / "checkpoints/roberta/tokenizer.json").read_text())
    for label in ("true", "false"):
        token = vocabulary["model"]["vocab"][f"Ġ{label}"]
        assert f"label   ({token},) Ġ{label} '{label}'" in result.stdout


def test_labels_of_several_tokens_are_not_shown_as_part_of_the_prompt(
    command_in_process: Command, tmp_path: Path
):
    model = save_tiny("gpt2", tmp_path)
    row = {"question": "the dog of Anna is", "answer": "red cat", "choices": ["red cat", "blue"]}
    (tmp_path / "rows.jsonl").write_text(5 * (json.dumps(row) + "\n"))
    given = ("rows", "dataset.path=rows.jsonl", f"model.path={model}")
    shown = command_in_process("laser_sweep.dataset", *given).stdout
    assert "tokens  5: ▁the ▁dog ▁of ▁Anna ▁is\n" in shown
    assert "▁red ▁cat 'red cat'\n" in shown


def test_an_unknown_dataset_is_one_line_with_the_available_ones(command_in_process: Command):
    result = command_in_process("laser_sweep.dataset", "fevr")
    assert result.returncode == 1
    assert "Unknown dataset 'fevr'. Did you mean 'fever'?" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
